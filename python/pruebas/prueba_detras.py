"""Detrás de un nginx de verdad, con los archivos que muestra el libro: por cada protocolo, en la red y en un socket de
Unix."""
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from comun import PATIENCE, Served, quiet

BOOK = pathlib.Path(__file__).resolve().parents[2] / "book" / "servidores"
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")

LARGE = b"0123456789abcdef" * 65536


def setUpModule():
    if sys.platform != "linux":
        raise unittest.SkipTest("los archivos de nginx del libro son para Linux")


class Application:
    """Cuenta lo que le llega, y responde de las maneras en que se puede estropear por el camino."""

    def __init__(self, file):
        self.file = file
        # Lo que espera entre un trozo y otro.
        self.arrived = threading.Event()

    def __call__(self, environ, start_response):
        name = environ["PATH_INFO"].rpartition("/")[2]
        return getattr(self, "do_" + name, self.tell)(environ, start_response)

    def tell(self, environ, start_response):
        names = "REQUEST_METHOD SCRIPT_NAME PATH_INFO QUERY_STRING REQUEST_URI HTTP_HOST HTTP_X_UNO"
        told = {name: environ.get(name) for name in names.split()}
        told["body"] = hashlib.sha256(environ["wsgi.input"].read()).hexdigest()
        return self.give(start_response, json.dumps(told).encode())

    def give(self, start_response, body):
        start_response("200 OK", [("Content-Type", "text/plain"), ("X-Mio", "1"), ("X-Mio", "2")])
        return [body]

    def do_poco(self, environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"uno"
        yield b"dos" if self.arrived.wait(PATIENCE) else b"tarde"

    def do_medias(self, environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"uno"
        # Quien pide ya lo vio: un corte puede llevarse lo que esté por el camino.
        self.arrived.wait(PATIENCE)
        raise RuntimeError("adrede")

    def do_archivo(self, environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return environ["wsgi.file_wrapper"](open(self.file, "rb"))

    def do_aviso(self, environ, start_response):
        environ["wsgi.errors"].write("un aviso de la aplicación\n")
        return self.give(start_response, b"avisado")

    def do_falla(self, environ, start_response):
        raise RuntimeError("adrede")

    def do_nada(self, environ, start_response):
        start_response("204 No Content", [])
        return [b"no debe salir"]


class Nginx:
    """Delante de la aplicación: en la raíz, por la red; en `/app`, por un socket de Unix."""

    def __init__(self, protocol, folder):
        self._stack = contextlib.ExitStack()
        self._log = os.path.join(folder, "errores.log")
        self.address = free_address()
        for inside in ["run", "tmp"]:
            os.mkdir(os.path.join(folder, inside))
        file = os.path.join(folder, "archivo")
        pathlib.Path(file).write_bytes(LARGE)
        self.application = Application(file)
        with self._stack:
            back = self._serve(protocol)
            mounted = self._serve(protocol, unix=os.path.join(folder, "run", "app.sock"))
            text = (BOOK / f"nginx-{protocol}.conf").read_text("utf-8")
            for known, own in {
                "127.0.0.1:8080": "%s:%d" % self.address,
                "127.0.0.1:8000": "%s:%d" % back,
                "127.0.0.1:8001": f"unix:{mounted}",
                "worker_processes auto": "worker_processes 1",
            }.items():
                text = text.replace(known, own)
            pathlib.Path(folder, "nginx.conf").write_text(text, "utf-8")
            self._start(folder)
            self._stack = self._stack.pop_all()

    def _serve(self, protocol, **options):
        served = Served(self.application, protocol=protocol, **options)
        return self._stack.enter_context(served).server.server_address

    def _start(self, folder):
        # El que empieza root trabaja como nadie, que no puede entrar en los sockets.
        user = ["-g", "user root;"] if os.geteuid() == 0 else []
        command = [NGINX, "-p", folder, "-c", os.path.join(folder, "nginx.conf"), *user]
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(command, stderr=log)
        self._stack.callback(self._stop)
        give_up = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > give_up:
                raise AssertionError("nginx no atiende:\n" + self.log())
            time.sleep(0.005)

    def _answers(self):
        with contextlib.suppress(ConnectionRefusedError):
            self.open().close()
            return True

    def _stop(self):
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(PATIENCE)
        finally:
            self._process.kill()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._stack.close()

    def open(self):
        return socket.create_connection(self.address, timeout=PATIENCE)

    def log(self):
        return pathlib.Path(self._log).read_text("utf-8")

    def ask(self, method, path, body=None, **headers):
        """El estado, los encabezados y el cuerpo, que lanza si no está entero."""
        with self.client() as connection:
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, names, encode_chunked=True)
            response = connection.getresponse()
            return response.status, response.headers, response.read()

    def client(self):
        connection = http.client.HTTPConnection(*self.address, timeout=PATIENCE)
        return contextlib.closing(connection)

    def get(self, path):
        return self.ask("GET", path)[2]

    def told(self, *request, **headers):
        return json.loads(self.ask(*request, **headers)[2])


def free_address():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()


class Checks:
    """Lo mismo por cada protocolo."""

    protocol = None

    @classmethod
    def setUpClass(cls):
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        cls.nginx = stack.enter_context(Nginx(cls.protocol, folder))

    def on_each(self):
        """Las dos aplicaciones: su prefijo, y el que ven en `SCRIPT_NAME`."""
        for prefix in ["", "/app"]:
            with self.subTest(prefix or "/"):
                # Por HTTP, quien quita el prefijo es la aplicación.
                yield prefix, "" if self.protocol == "http" else prefix

    def test_la_ruta_la_consulta_y_los_encabezados_llegan_enteros(self):
        for prefix, script in self.on_each():
            told = self.nginx.told("GET", prefix + "/a%20b/%C3%B1%2Fc?d=e%20f&g", X_Uno="1")
            self.assertEqual(
                told,
                {
                    "REQUEST_METHOD": "GET",
                    "SCRIPT_NAME": script,
                    "PATH_INFO": (prefix if not script else "") + "/a b/\xc3\xb1/c",
                    "QUERY_STRING": "d=e%20f&g",
                    "REQUEST_URI": prefix + "/a%20b/%C3%B1%2Fc?d=e%20f&g",
                    "HTTP_HOST": "%s:%d" % self.nginx.address,
                    "HTTP_X_UNO": "1",
                    "body": hashlib.sha256().hexdigest(),
                },
            )

    def test_una_subida_llega_entera(self):
        for prefix, _ in self.on_each():
            for body in [LARGE, b"x", iter([LARGE[:100_000], LARGE[100_000:]])]:
                told = self.nginx.told("POST", prefix + "/sube", body)
                size = LARGE if body != b"x" else body
                self.assertEqual(told["body"], hashlib.sha256(size).hexdigest())

    def test_una_descarga_llega_entera(self):
        for prefix, _ in self.on_each():
            self.assertTrue(self.nginx.get(prefix + "/archivo") == LARGE)

    def test_head_y_204_no_llevan_cuerpo(self):
        for prefix, _ in self.on_each():
            status, headers, body = self.nginx.ask("HEAD", prefix + "/")
            self.assertEqual((status, headers.get_all("X-Mio"), body), (200, ["1", "2"], b""))
            self.assertEqual(self.nginx.ask("GET", prefix + "/nada")[::2], (204, b""))
            # La conexión que se conserva queda donde debe.
            self.assertEqual(self.nginx.ask("GET", prefix + "/")[0], 200)

    def test_cada_trozo_llega_antes_de_que_exista_el_siguiente(self):
        for prefix, _ in self.on_each():
            self.nginx.application.arrived.clear()
            with self.nginx.open() as wire:
                wire.sendall(b"GET %s/poco HTTP/1.0\r\nHost: x\r\n\r\n" % prefix.encode())
                received = b""
                while not received.endswith(b"uno"):
                    received += wire.recv(4096)
                self.nginx.application.arrived.set()
                while block := wire.recv(4096):
                    received += block
            self.assertTrue(received.endswith(b"unodos"), received)

    def test_lo_que_falla_se_nota(self):
        for prefix, _ in self.on_each():
            status, _, body = self.nginx.ask("GET", prefix + "/falla")
            self.assertEqual((status, b"adrede" in body), (500, False))

    def test_lo_que_no_esta_entero_lo_parece(self):
        for prefix, _ in self.on_each():
            # Al cerrar un socket de Unix no se puede cortar: ahí solo se nota si hay trozos o registros.
            if prefix and self.protocol in ("scgi", "uwsgi"):
                continue
            self.nginx.application.arrived.clear()
            with self.nginx.client() as connection:
                connection.request("GET", prefix + "/medias")
                response = connection.getresponse()
                self.assertEqual(response.read(3), b"uno")
                self.nginx.application.arrived.set()
                with self.assertRaises(http.client.IncompleteRead):
                    response.read()

    def test_lo_que_se_anota_llega_a_quien_administra(self):
        with quiet() as errors:
            for prefix, _ in self.on_each():
                self.assertEqual(self.nginx.get(prefix + "/aviso"), b"avisado")
                self.nginx.ask("GET", prefix + "/falla")
        for said in ["un aviso de la aplicación", "RuntimeError: adrede"]:
            self.assertEqual(errors.getvalue().count(said), 2)
            # Por FastCGI, también al registro de nginx.
            self.assertEqual(said in self.nginx.log(), self.protocol == "fastcgi")


class PorHttp(Checks, unittest.TestCase):
    protocol = "http"


class PorFastCgi(Checks, unittest.TestCase):
    protocol = "fastcgi"


class PorScgi(Checks, unittest.TestCase):
    protocol = "scgi"


class PorUwsgi(Checks, unittest.TestCase):
    protocol = "uwsgi"


if __name__ == "__main__":
    unittest.main()
