"""Lo que no todos los sistemas tienen no hace falta."""
import re
import subprocess
import sys
import threading
import unittest
import urllib.request

from comun import PATIENCE
from prueba_programas import PROGRAMS

class SinUnix(unittest.TestCase):
    def test_sin_lo_que_windows_no_tiene_tambien_atiende(self):
        command = [sys.executable, "sin_unix.py", "hola", "--port", "0"]
        with subprocess.Popen(command, cwd=PROGRAMS, stderr=subprocess.PIPE, text=True) as process:
            watch = threading.Timer(PATIENCE, process.kill)
            watch.start()
            try:
                said = process.stderr.readline()
                found = re.search(r"http://\S+", said)
                self.assertTrue(found, said + ("" if found else process.stderr.read()))
                with urllib.request.urlopen(found[0], timeout=PATIENCE) as response:
                    self.assertEqual(response.read(), b"hola")
            finally:
                watch.cancel()
                process.kill()


if __name__ == "__main__":
    unittest.main()
