"""`start_response` y el cuerpo (PEP 3333, «Specification Details»)."""
import io
import sys
import tempfile
import threading
import unittest

from comun import PATIENCE, Body, Served, parse, plain, quiet, read_to_end


def answer(application, **request):
    with quiet(), Served(application) as served:
        return served.send(**request)


class StartResponse(unittest.TestCase):
    def refused(self, *arguments):
        """Lo que lanza `start_response` a quien le da eso."""
        found = []

        def application(environ, start_response):
            try:
                start_response(*arguments)
            except Exception as error:
                found.append(error)
                raise

        self.assertEqual(answer(application).status, "500 Internal Server Error")
        return type(found[0])

    def test_rechaza_dentro_de_la_llamada_lo_que_no_se_puede_enviar(self):
        for arguments, error in {
            ("200", ()): ValueError,
            ("100 Continue", ()): ValueError,
            ("200 OK\r\nX: 1", ()): ValueError,
            (b"200 OK", ()): TypeError,
            (200, ()): TypeError,
            ("200 OK", (("Connection", "close"),)): ValueError,
            ("200 OK", (("Transfer-Encoding", "chunked"),)): ValueError,
            ("200 OK", (("X Uno", "1"),)): ValueError,
            ("200 OK", (("X-Uno", "1\r\nX-Dos: 2"),)): ValueError,
            ("200 OK", (("X-Uno", "\N{EURO SIGN}"),)): ValueError,
            ("200 OK", (("X-Uno", 1),)): TypeError,
            ("200 OK", (("X-Uno",),)): TypeError,
            ("200 OK", (("Content-Length", "-1"),)): ValueError,
        }.items():
            with self.subTest(arguments):
                self.assertIs(self.refused(arguments[0], list(arguments[1])), error)
        self.assertIs(self.refused("200 OK", ()), TypeError, "una tupla no es una lista")

    def test_los_textos_son_bytes_latin_1(self):
        for value in ["año".encode().decode("latin-1"), "a\xf1o", "\xff"]:
            found = answer(plain(headers=[("X-Uno", value)]))
            self.assertEqual(found.header("X-Uno"), value)

    def test_dos_llamadas_sin_exc_info_son_un_error(self):
        def application(environ, start_response):
            start_response("200 OK", [])
            with self.assertRaises(AssertionError):
                start_response("200 OK", [])
            return [b"hola"]

        self.assertEqual(answer(application).body, b"hola")

    def test_con_exc_info_antes_de_enviar_se_cambia_la_respuesta(self):
        def application(environ, start_response):
            start_response("200 OK", [("X-Uno", "1")])
            try:
                raise RuntimeError("adrede")
            except RuntimeError:
                start_response("503 Luego", [("X-Dos", "2")], sys.exc_info())
            return [b"luego"]

        found = answer(application)
        self.assertEqual(
            (found.status, found.own_headers(), found.body), ("503 Luego", [("X-Dos", "2")], b"luego")
        )

    def test_con_exc_info_despues_de_enviar_se_lanza_la_misma(self):
        found = []

        def application(environ, start_response):
            start_response("200 OK", [])
            yield b"algo"
            try:
                raise RuntimeError("adrede")
            except RuntimeError as error:
                try:
                    start_response("500 Ay", [], sys.exc_info())
                except RuntimeError as same:
                    found.append(same is error)

        self.assertEqual(answer(application).body, b"algo")
        self.assertEqual(found, [True])

    def test_write_va_delante_del_iterable(self):
        def application(environ, start_response):
            write = start_response("200 OK", [])
            write(b"uno ")
            write(b"dos ")
            return [b"tres"]

        self.assertEqual(answer(application).body, b"uno dos tres")

    def test_write_mientras_se_recorre_conserva_el_orden(self):
        def application(environ, start_response):
            write = start_response("200 OK", [])
            yield b"uno "
            write(b"dos ")
            yield b"tres "
            write(b"cuatro")

        self.assertEqual(answer(application).body, b"uno dos tres cuatro")

    def test_se_puede_llamar_al_dar_el_primer_byte(self):
        def application(environ, start_response):
            yield b""
            start_response("202 Luego", [])
            yield b"hola"

        found = answer(application)
        self.assertEqual((found.status, found.body), ("202 Luego", b"hola"))

    def test_quien_no_lo_llama_a_tiempo_recibe_500(self):
        def late(environ, start_response):
            yield b"hola"
            start_response("200 OK", [])

        for application in [late, lambda environ, start_response: [b"hola"]]:
            self.assertEqual(answer(application).status, "500 Internal Server Error")


class Cuerpo(unittest.TestCase):
    def test_una_lista_sale_con_su_longitud(self):
        found = answer(plain([b"hola ", b"", b"gente"]))
        self.assertEqual((found.header("Content-Length"), found.body), ("10", b"hola gente"))
        large = [b"x" * 100_000] * 10
        self.assertTrue(answer(plain(large)).body == b"".join(large))
        self.assertEqual(answer(plain([])).body, b"")

    def test_los_trozos_grandes_se_sueltan_al_enviarlos(self):
        dropped = []

        class Page(bytes):
            def __del__(self):
                dropped.append(self[:1])

        def application(environ, start_response):
            start_response("200 OK", [])
            return [Page(b"a" * 100_000), b"corto", Page(b"b" * 300_000)]

        found = answer(application)
        self.assertEqual(found.header("Content-Length"), "400005")
        self.assertEqual(found.body, b"a" * 100_000 + b"corto" + b"b" * 300_000)
        self.assertEqual(sorted(dropped), [b"a", b"b"])

    def test_un_texto_no_es_un_cuerpo(self):
        for body in [["hola"], "hola", iter(["hola"]), None, [bytearray(b"hola")]]:
            with self.subTest(repr(body)):
                self.assertEqual(answer(plain(body)).status, "500 Internal Server Error")

    def test_cada_trozo_sale_antes_de_pedir_el_siguiente(self):
        arrived = threading.Event()

        def application(environ, start_response):
            start_response("200 OK", [])
            yield b"uno"
            yield b"dos" if arrived.wait(PATIENCE) else b"tarde"

        request = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        with Served(application) as served, served.open() as wire:
            wire.sendall(request)
            received = b""
            while b"uno" not in received:
                received += wire.recv(4096)
            arrived.set()
            received += read_to_end(wire)
        self.assertEqual(parse(received).body, b"unodos")

    def test_close_se_llama_una_vez_pase_lo_que_pase(self):
        failure = RuntimeError("adrede")
        for name, chunks, method in [
            ("entero", [b"uno", b"dos"], b"GET"),
            ("vacío", [], b"GET"),
            ("falla al empezar", [failure], b"GET"),
            ("falla a medias", [b"uno", failure], b"GET"),
            ("no da bytes", [b"uno", "dos"], b"GET"),
            ("HEAD", [b"uno", b"dos"], b"HEAD"),
        ]:
            with self.subTest(name), quiet():
                body = Body(chunks)
                with Served(plain(body)) as served:
                    served.exchange(method + b" / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                self.assertEqual(body.closed, 1)

    def test_close_se_llama_aunque_nadie_llame_a_start_response(self):
        body = Body()
        answer(lambda environ, start_response: body)
        self.assertEqual(body.closed, 1)

    def test_close_se_llama_cuando_el_cliente_se_va(self):
        body = Body(b"x" * 65536 for _ in iter(int, 1))
        with Served(plain(body)) as served:
            with served.open() as wire:
                wire.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                wire.recv(1000)
            self.assertTrue(body.is_closed.wait(PATIENCE))
        self.assertEqual(body.closed, 1)

    def test_lo_que_falla_antes_de_enviar_es_un_500_con_su_traza(self):
        def application(environ, start_response):
            start_response("200 OK", [("X-Uno", "1")])
            raise RuntimeError("adrede")

        with quiet() as errors, Served(application) as served:
            found = served.get()
        self.assertEqual((found.status, found.header("X-Uno")), ("500 Internal Server Error", None))
        self.assertIn("RuntimeError: adrede", errors.getvalue())
        self.assertNotIn(b"adrede", found.body)

    def test_lo_que_falla_despues_se_nota(self):
        with quiet(), Served(plain(Body([b"uno", RuntimeError("adrede")]))) as served:
            received = served.exchange(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertTrue(received.startswith(b"HTTP/1.1 200 OK"))
        self.assertFalse(received.endswith(b"0\r\n\r\n"), "parece entero")

    def test_salir_de_una_aplicacion_no_es_salir_del_programa(self):
        def application(environ, start_response):
            raise {"/sal": SystemExit, "/ya": KeyboardInterrupt}[environ["PATH_INFO"]]

        with quiet(), Served(application) as served:
            for path in ["/sal", "/ya"]:
                self.assertEqual(served.get(path).status, "500 Internal Server Error")

    def test_head_no_lleva_cuerpo_y_conserva_la_longitud(self):
        for application in [plain([b"hola"]), plain(Body(), headers=[("Content-Length", "4")])]:
            found = answer(application, method="HEAD")
            self.assertEqual((found.header("Content-Length"), found.body), ("4", b""))

    def test_204_y_304_no_llevan_cuerpo(self):
        for status in ["204 No Content", "304 Not Modified"]:
            found = answer(plain([b"no debe salir"], status))
            self.assertEqual((found.status, found.body), (status, b""))

    def test_la_longitud_declarada_se_cumple(self):
        four = [("Content-Length", "4")]
        for chunks, expected in {(b"hola y mas",): b"hola", (b"ho", b"la", b"!"): b"hola"}.items():
            found = answer(plain(Body(chunks), headers=four))
            self.assertEqual((found.header("Content-Length"), found.body), ("4", expected))
        short = answer(plain(Body([b"ho"]), headers=four))
        self.assertEqual((short.header("Content-Length"), short.body), ("4", b"ho"))


class Archivos(unittest.TestCase):
    def wrapped(self, filelike):
        """Lo que llega de un archivo, y si quedó cerrado."""

        def application(environ, start_response):
            start_response("200 OK", [])
            return environ["wsgi.file_wrapper"](filelike, 4)

        found = answer(application)
        return found.body, found.header("Content-Length"), filelike.closed

    def test_un_archivo_va_desde_donde_esta_y_se_cierra(self):
        with tempfile.NamedTemporaryFile() as written:
            written.write(b"0123456789")
            written.flush()
            file = open(written.name, "rb")
            file.read(3)
            self.assertEqual(self.wrapped(file), (b"3456789", "7", True))

    def test_lo_que_se_parece_a_un_archivo_se_recorre(self):
        self.assertEqual(self.wrapped(io.BytesIO(b"0123456789")), (b"0123456789", None, True))

    def test_tambien_se_recorre_a_mano(self):
        def application(environ, start_response):
            start_response("200 OK", [])
            wrapper = environ["wsgi.file_wrapper"](io.BytesIO(b"0123456789"), 4)
            return [repr(list(wrapper)).encode()]

        self.assertEqual(answer(application).body, b"[b'0123', b'4567', b'89']")

    def test_sin_read_no_es_un_archivo(self):
        def application(environ, start_response):
            environ["wsgi.file_wrapper"](object())

        self.assertEqual(answer(application).status, "500 Internal Server Error")


if __name__ == "__main__":
    unittest.main()
