"""`write()` (PEP 3333, «The write() Callable»): lo que se le da sale antes de que vuelva."""
import sys
import tempfile
import threading
import unittest
from pathlib import Path

import protocolos
from comun import PATIENCE, Served, parse, quiet, read_to_end

GET = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


class Waiting:
    """Una aplicación que escribe, y espera a que se vea."""

    def __init__(self, headers=(), ending=lambda: [b"dos"]):
        self.headers, self.ending = list(headers), ending
        self.arrived = threading.Event()
        self.in_time = []

    def __call__(self, environ, start_response):
        write = start_response("200 OK", self.headers)
        write(b"")
        write(b"uno")
        self.in_time.append(self.arrived.wait(PATIENCE))
        return self.ending()


def watch(application, request, **options):
    """Lo que ve un cliente que dice cuándo le llegó lo primero."""
    with Served(application, **options) as served, served.open() as wire:
        wire.sendall(request)
        received = b""
        while b"uno" not in received:
            block = wire.recv(4096)
            assert block, received
            received += block
        application.arrived.set()
        received += read_to_end(wire)
    return received


class Escritura(unittest.TestCase):
    def test_lo_escrito_llega_mientras_la_aplicacion_sigue(self):
        application = Waiting()
        found = parse(watch(application, GET))
        self.assertEqual((application.in_time, found.body), ([True], b"unodos"))

    def test_tambien_sin_trozos_y_detras_de_otro_servidor(self):
        requests = {kind.name: kind.write(protocolos.Request()) for kind in protocolos.ALL}
        requests["http"] = b"GET / HTTP/1.0\r\n\r\n"
        for protocol, request in requests.items():
            with self.subTest(protocol):
                application = Waiting()
                received = watch(application, request, protocol=protocol)
                self.assertEqual(application.in_time, [True])
                self.assertTrue(received.index(b"uno") < received.index(b"dos"), received)

    def test_la_longitud_declarada_se_conserva(self):
        application = Waiting([("Content-Length", "6")])
        found = parse(watch(application, GET))
        self.assertEqual((found.header("Content-Length"), found.body), ("6", b"unodos"))

    def test_lo_que_la_excede_es_un_error_de_quien_escribe(self):
        found = []

        def application(environ, start_response):
            write = start_response("200 OK", [("Content-Length", "4")])
            write(b"hola")
            try:
                write(b"!")
            except ValueError as error:
                found.append(str(error))
            return []

        with Served(application) as served:
            self.assertEqual(served.get().body, b"hola")
        self.assertIn("1 bytes el Content-Length", found[0])

    def test_lo_que_sigue_va_en_su_orden(self):
        def generates():
            yield b"dos"
            yield b"tres"

        found = parse(watch(Waiting(ending=generates), GET))
        self.assertEqual(found.body, b"unodostres")

    def test_head_no_lleva_lo_escrito(self):
        for status in ["200 OK", "204 No Content"]:

            def application(environ, start_response, status=status):
                write = start_response(status, [("X-Uno", "1")])
                write(b"no debe salir")
                return [b"esto tampoco"]

            with Served(application) as served:
                found = served.send("HEAD" if status == "200 OK" else "GET")
            self.assertEqual((found.status, found.header("X-Uno"), found.body), (status, "1", b""))

    def test_lo_que_falla_despues_se_nota_y_exc_info_lanza_la_misma(self):
        found = []

        def application(environ, start_response):
            write = start_response("200 OK", [])
            write(b"uno")
            try:
                raise RuntimeError("adrede")
            except RuntimeError as error:
                try:
                    start_response("500 Ay", [], sys.exc_info())
                except RuntimeError as same:
                    found.append(same is error)
                    raise

        with quiet(), Served(application) as served:
            received = served.exchange(GET)
        self.assertTrue(received.startswith(b"HTTP/1.1 200 OK\r\n"), received)
        self.assertTrue(received.endswith(b"3\r\nuno\r\n"), "parece entero")
        self.assertEqual(found, [True])

    def test_quien_se_fue_es_un_error_en_write_y_no_un_fallo_de_la_aplicacion(self):
        found = []
        is_over = threading.Event()

        def application(environ, start_response):
            write = start_response("200 OK", [])
            try:
                while True:
                    write(b"x" * 65536)
            except OSError as error:
                found.append(error)
                raise
            finally:
                is_over.set()

        with quiet() as errors, Served(application) as served:
            with served.open() as wire:
                wire.sendall(GET)
                wire.recv(1000)
            self.assertTrue(is_over.wait(PATIENCE))
        self.assertEqual(len(found), 1)
        self.assertNotIn("Traceback", errors.getvalue())

    def test_mientras_espera_al_cliente_otros_hilos_siguen(self):
        large = b"x" * (32 << 20)

        def application(environ, start_response):
            write = start_response("200 OK", [])
            if environ["PATH_INFO"] == "/":
                write(large)
            return [b"fin"]

        with Served(application) as served, served.open() as slow:
            slow.sendall(GET)
            slow.recv(1000)
            for _ in range(20):
                self.assertEqual(served.get("/otra").body, b"fin")
            received = read_to_end(slow)
        self.assertTrue(received.endswith(b"\r\n3\r\nfin\r\n0\r\n\r\n"), "no llegó entera")

    def test_el_registro_de_accesos_cuenta_lo_escrito(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "accesos.log")
            watch(Waiting(), GET, access_log=str(path))
            self.assertIn('"GET / HTTP/1.1" 200 6 ', path.read_text())

    def test_antes_de_start_response_no_se_escribe(self):
        def application(environ, start_response):
            with self.assertRaises(AssertionError):
                start_response.write(b"pronto")
            start_response("200 OK", [])
            return [b"hola"]

        with Served(application) as served:
            self.assertEqual(served.get().body, b"hola")

    def test_quien_guarda_write_no_estropea_otra_respuesta(self):
        kept = []

        def application(environ, start_response):
            kept.append(start_response("200 OK", []))
            return [b"hola"]

        request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        with Served(application) as served:
            self.assertEqual(served.get().body, b"hola")
            kept[0](b"tarde")
            self.assertEqual(parse(served.exchange(request + GET)).status, "200 OK")


if __name__ == "__main__":
    unittest.main()
