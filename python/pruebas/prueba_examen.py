"""Lo que es de HTTP no es de Python: lo dice el examinador de los ejercicios, y que el mismo programa en Rust responde
los mismos bytes."""
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

import casos
import protocolos
from comun import PATIENCE, Served, quiet
from maneras import exchange
from programas import sonda

PROGRAMS = pathlib.Path(__file__).with_name("programas")

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))


def cargo(*arguments, **options):
    return subprocess.Popen(["cargo", *arguments], cwd=ROOT, text=True, **options)


class Examinador(unittest.TestCase):
    def test_pasa_todas_las_etapas(self):
        command = [sys.executable, "-m", "pasarela", "eco", "--port", "0"]
        with subprocess.Popen(command, cwd=PROGRAMS, stderr=subprocess.PIPE, text=True) as server:
            try:
                place = re.search(r"http://(\S+)/", server.stderr.readline())[1]
                told = self.examine(place, lambda: server.send_signal(signal.SIGINT))
                self.assertIn(" 27 de 27 etapas", told)
                self.assertEqual((server.wait(PATIENCE), server.stderr.read()), (0, ""))
            finally:
                server.kill()

    def examine(self, place, stop):
        """Lo que dice el examinador, al que se le hace caso cuando pide que se detenga el servidor."""
        order = ["run", "--quiet", "--package", "guia", "--", "examina", place]
        options = ["--todas", "--eco", "/eco", "--detente"]
        with cargo(*order, *options, stdout=subprocess.PIPE) as examiner:
            told = []
            for line in examiner.stdout:
                told.append(line)
                if "oprime Ctrl-C" in line:
                    stop()
        return "".join(told)


class Rust:
    """El programa de `tests/servidores/sonda.rs`, que atiende por ese protocolo."""

    def __init__(self, protocol):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.address = free.getsockname()
        place = f"{self.address[0]}:{self.address[1]}"
        program = TARGET / "debug" / "examples" / "sonda"
        self._process = subprocess.Popen([program, protocol.name, place], stderr=subprocess.DEVNULL)
        give_up = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > give_up:
                raise AssertionError("la sonda no atiende")
            time.sleep(0.005)

    def _answers(self):
        try:
            self.open().close()
        except ConnectionRefusedError:
            return False
        return True

    def open(self):
        return socket.create_connection(self.address, timeout=PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._process.kill()
        self._process.wait()


def seen(served, protocol, port, message):
    """Lo que se recibe de quien recibe eso, sin lo que siempre cambia; y si lo cortó."""
    received, is_cut = exchange(served.open(), message)
    if protocol is protocolos.FastCgi:
        # Lo que se anota de un fallo, cada lenguaje lo cuenta a su manera.
        received = protocolos.without(protocolos.STDERR, received)
    received = re.sub(rb"Date: [^\r]+", b"Date: hoy", received)
    return received.replace(b":%d" % port, b":puerto"), is_cut


class Gemelos(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with cargo("build", "--quiet", "--example", "sonda") as build:
            assert build.wait() == 0, "la sonda no compila"

    def check(self, protocol, messages):
        served = Served(sonda.application, protocol=protocol.name)
        with quiet(), served, Rust(protocol) as rust:
            for message in messages:
                with self.subTest(message[:200]):
                    ours = seen(served, protocol, served.server.server_port, message)
                    self.assertEqual(ours, seen(rust, protocol, rust.address[1], message))

    def test_por_http(self):
        self.check(protocolos.Http, casos.http())

    def test_por_los_demas_protocolos(self):
        for protocol in [protocolos.FastCgi, protocolos.Scgi, protocolos.Uwsgi]:
            with self.subTest(protocol.name):
                self.check(protocol, casos.gateway(protocol))


if __name__ == "__main__":
    unittest.main()
