"""El servidor: sus hilos, cómo se detiene, y lo que espera de él un programa."""
import contextlib
import errno
import gc
import os
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
import warnings
import weakref
import wsgiref.simple_server
from wsgiref.simple_server import WSGIRequestHandler
from wsgiref.validate import validator

from comun import PATIENCE, Served, parse, plain, quiet, read_to_end

import pasarela.simple_server
from pasarela.simple_server import WSGIServer, demo_app, make_server


def ask_many(wire, count):
    """Lo que responden a `count` peticiones enviadas juntas, de diez bytes cada una."""
    wire.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * count)
    received = block = b"\r\n"
    while block:
        _, *bodies = received.split(b"\r\n\r\n")
        if len(bodies) == count and len(bodies[-1]) == 10:
            return [body[:10] for body in bodies]
        block = wire.recv(65536)
        received += block
    raise AssertionError(received)


class Contrato(unittest.TestCase):
    def test_el_validador_de_wsgiref_calla(self):
        def application(environ, start_response):
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.errors"].flush()
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"recibido: ", body]

        with warnings.catch_warnings(record=True) as found, quiet() as errors:
            warnings.simplefilter("always")
            with Served(validator(application)) as served:
                bodies = [served.get().body, served.send("POST", body=b"hola").body]
        self.assertEqual(bodies, [b"recibido: ", b"recibido: hola"])
        self.assertEqual((errors.getvalue(), [str(warning.message) for warning in found]), ("", []))

    def test_atiende_la_aplicacion_de_muestra(self):
        with Served(demo_app) as served:
            self.assertIn(b"Hello world!", served.get().body)


class Hilos(unittest.TestCase):
    def test_lo_de_un_hilo_sobrevive_de_una_peticion_a_otra(self):
        local, made = threading.local(), []

        class Connection:
            pass

        def application(environ, start_response):
            if not hasattr(local, "connection"):
                local.connection = Connection()
                made.append(weakref.ref(local.connection))
            start_response("200 OK", [])
            return [b"."]

        with Served(application, threads=1) as served:
            for _ in range(20):
                served.get()
            gc.collect()
            self.assertEqual([reference() is None for reference in made], [False])
        gc.collect()
        self.assertEqual([reference() is None for reference in made], [True], "se fue con su hilo")

    def test_quien_espera_no_hace_esperar_a_los_demas(self):
        gate = threading.Barrier(9, timeout=PATIENCE)

        def application(environ, start_response):
            gate.wait()
            start_response("200 OK", [])
            return [b"."]

        with Served(application) as served:
            wires = [served.open() for _ in range(8)]
            for wire in wires:
                wire.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            # Ocho en la aplicación a la vez, y este.
            gate.wait()
            for wire in wires:
                self.assertTrue(read_to_end(wire).endswith(b"."))
                wire.close()

    def test_lo_rapido_se_responde_aunque_otros_dos_hagan_cuentas(self):
        spins, is_over = [0], threading.Event()

        def application(environ, start_response):
            start_response("200 OK", [("Content-Length", "10")])
            if environ["PATH_INFO"] == "/cuentas":
                while not is_over.is_set():
                    spins[0] += 1
            return [b"%010d" % spins[0]]

        with Served(application) as served, contextlib.ExitStack() as stack:
            wire, *busy = [stack.enter_context(served.open()) for _ in range(3)]
            for other in busy:
                other.sendall(b"GET /cuentas HTTP/1.1\r\nHost: x\r\n\r\n")
            seen = [ask_many(wire, 100) for _ in range(5)]
            is_over.set()
        # Las cuentas avanzan entre dos respuestas solo si en medio las hizo quien esperaba el intérprete.
        switches = [len(set(values)) for values in seen]
        self.assertLess(min(switches), 50, switches)

    def test_una_lectura_que_espera_no_detiene_a_python(self):
        inside = threading.Event()

        def application(environ, start_response):
            if environ["REQUEST_METHOD"] == "POST":
                inside.set()
            body = environ["wsgi.input"].read()
            start_response("200 OK", [])
            return [str(len(body)).encode()]

        head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 200000\r\n\r\n"
        with Served(application) as served, served.open() as wire:
            wire.sendall(head + b"x" * 100_000)
            self.assertTrue(inside.wait(PATIENCE))
            for _ in range(20):
                self.assertEqual(served.get().body, b"0")
            wire.sendall(b"x" * 100_000)
            self.assertTrue(read_to_end(wire).endswith(b"200000"))

    def test_al_detenerse_no_queda_ninguno(self):
        with Served(plain()) as served:
            served.get()
            self.assertGreater(served.server.threads, 0)
        self.assertEqual(served.server.threads, 0)

    def test_al_detenerse_termina_lo_empezado(self):
        inside, gate = threading.Event(), threading.Event()

        def application(environ, start_response):
            inside.set()
            gate.wait(PATIENCE)
            start_response("200 OK", [])
            return [b"entera"]

        with Served(application) as served, served.open() as wire:
            wire.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertTrue(inside.wait(PATIENCE))
            stop = threading.Thread(target=served.server.shutdown)
            stop.start()
            gate.set()
            self.assertTrue(read_to_end(wire).endswith(b"entera"))
            stop.join()

    def test_la_aplicacion_se_suelta_con_su_servidor(self):
        application = plain()
        reference = weakref.ref(application)
        with Served(application) as served:
            served.get()
        served.server.server_close()
        del application, served
        gc.collect()
        self.assertIsNone(reference())


class ComoWsgiref(unittest.TestCase):
    def test_make_server_dice_donde_escucha(self):
        with make_server("127.0.0.1", 0, demo_app) as server:
            self.assertEqual(server.server_address, (server.server_name, server.server_port))
            self.assertIs(server.get_app(), demo_app)
            self.assertNotEqual(server.server_port, 0)

    def test_un_puerto_ocupado_es_un_oserror(self):
        with make_server("127.0.0.1", 0, demo_app) as server:
            with self.assertRaises(OSError) as raised:
                make_server("127.0.0.1", server.server_port, demo_app)
        self.assertEqual(raised.exception.errno, errno.EADDRINUSE)
        self.assertIn("ya está en uso", str(raised.exception))

    def test_cerrado_deja_de_escuchar(self):
        server = make_server("127.0.0.1", 0, demo_app)
        server.server_close()
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(server.server_address)
        with self.assertRaises(RuntimeError):
            server.serve_forever()

    def test_handle_request_atiende_una(self):
        with make_server("127.0.0.1", 0, plain()) as server:
            with socket.create_connection(server.server_address, timeout=PATIENCE) as wire:
                wire.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                server.handle_request()
                self.assertEqual(parse(read_to_end(wire)).body, b"hola")

    def test_handle_request_tiene_un_plazo(self):
        class Patient(WSGIServer):
            waits = 0

            def handle_timeout(self):
                self.waits += 1

        with make_server("127.0.0.1", 0, plain(), server_class=Patient) as server:
            for server.timeout in [0, 0.001]:
                server.handle_request()
            self.assertEqual(server.waits, 2)
            with socket.create_connection(server.server_address, timeout=PATIENCE) as wire:
                wire.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                server.timeout = PATIENCE
                server.handle_request()
                self.assertEqual(parse(read_to_end(wire)).body, b"hola")
            self.assertEqual(server.waits, 2)
            server.timeout = -1
            with self.assertRaises(ValueError):
                server.handle_request()

    def test_la_aplicacion_se_puede_decir_despues(self):
        with quiet(), Served(None) as served:
            self.assertIsNone(served.server.get_app())
            self.assertEqual(served.get().status, "500 Internal Server Error")
            for body in [b"una", b"otra"]:
                application = plain([body])
                served.server.set_app(application)
                self.assertIs(served.server.get_app(), application)
                self.assertEqual(served.get().body, body)
        with make_server("127.0.0.1", 0, demo_app) as server, self.assertRaises(RuntimeError):
            server.set_app(plain())

    def test_lo_de_wsgiref_solo_se_carga_si_se_pide(self):
        program = (
            "import sys, pasarela.__main__\n"
            "from pasarela import simple_server\n"
            "simple_server.make_server('127.0.0.1', 0, print).server_close()\n"
            "before = 'http.server' in sys.modules\n"
            "names = {}\n"
            "exec('from pasarela.simple_server import *', names)\n"
            "print(before, names['demo_app'].__module__)\n"
        )
        seen = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, timeout=PATIENCE)
        self.assertEqual(seen.stdout, b"False wsgiref.simple_server\n")

    def test_avisa_de_las_clases_que_no_usa(self):
        class Handler(WSGIRequestHandler):
            pass

        class Server(wsgiref.simple_server.WSGIServer):
            pass

        for classes in [{"handler_class": Handler}, {"server_class": Server}]:
            with self.subTest(classes), self.assertWarns(RuntimeWarning) as warned:
                make_server("127.0.0.1", 0, demo_app, **classes).server_close()
            self.assertEqual(warned.filename, __file__)
        # Las de siempre no piden nada.
        usual = [wsgiref.simple_server.WSGIServer, WSGIRequestHandler]
        make_server("127.0.0.1", 0, demo_app, *usual).server_close()

    def test_da_los_mismos_nombres(self):
        self.assertLessEqual(
            set(wsgiref.simple_server.__all__), set(pasarela.simple_server.__all__)
        )

    def test_de_lo_que_no_puede_estar_dice_por_que(self):
        with make_server("127.0.0.1", 0, demo_app) as server:
            for name, said in {
                "socket": "TLS",
                "fileno": "timeout",
                "base_environ": "aplicación",
                "RequestHandlerClass": "clase",
            }.items():
                with self.subTest(name), self.assertRaises(AttributeError) as raised:
                    getattr(server, name)
                self.assertIn(said, str(raised.exception))
            self.assertFalse(hasattr(server, "no_existe"))

    def test_lo_que_no_sirve_es_un_valueerror(self):
        for options in [{"threads": 0}, {"protocol": "gopher"}, {"shutdown_timeout": -1.0}]:
            with self.subTest(options), self.assertRaises(ValueError):
                WSGIServer("127.0.0.1", 0, demo_app, **options)


class Opciones(unittest.TestCase):
    @unittest.skipUnless(hasattr(socket, "AF_UNIX"), "aquí no hay sockets de Unix")
    def test_en_un_socket_de_unix_y_por_scgi(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "p.sock")
            served = Served(plain(), unix=path, protocol="scgi")
            self.assertEqual(served.server.server_address, path)
            variables = b"CONTENT_LENGTH\x000\x00SCGI\x001\x00REQUEST_METHOD\x00GET\x00REQUEST_URI\x00/\x00"
            variables += b"SCRIPT_NAME\x00\x00PATH_INFO\x00/\x00SERVER_PROTOCOL\x00HTTP/1.1\x00"
            variables += b"SERVER_NAME\x00x\x00SERVER_PORT\x0080\x00HTTP_HOST\x00x\x00"
            with socket.socket(socket.AF_UNIX) as wire:
                wire.settimeout(PATIENCE)
                wire.connect(path)
                wire.sendall(b"%d:%s," % (len(variables), variables))
                received = read_to_end(wire)
            served.stop()
        self.assertTrue(received.startswith(b"Status: 200 OK\r\n"), received)
        self.assertTrue(received.endswith(b"\r\n\r\nhola"), received)

    def test_el_registro_de_accesos_tiene_una_linea_por_peticion(self):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            path = os.path.join(folder, "accesos.log")
            with Served(plain(), access_log=path) as served:
                served.get("/uno")
                served.get("/dos")
            with open(path) as log:
                requests = [line.split('"')[1] for line in log]
        self.assertEqual(requests, ["GET /uno HTTP/1.1", "GET /dos HTTP/1.1"])


if __name__ == "__main__":
    unittest.main()
