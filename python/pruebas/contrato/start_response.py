"""`start_response` y `write()` (PEP 3333, «The start_response() Callable»)."""
import sys

from comun import plain

from .base import ERROR, Rules


class StartResponseRules(Rules):
    def test_acepta_dos_argumentos_o_tres_por_su_posicion_y_devuelve_write(self):
        def application(environ, start_response):
            write = start_response("200 OK", [("Content-Type", "text/plain")], None)
            return [str(callable(write)).encode()]

        self.assertEqual(self.ask(application).body, b"True")

    def test_los_encabezados_salen_en_su_orden_y_como_se_escribieron(self):
        headers = [("X-uno", "1"), ("Set-Cookie", "a=1"), ("x-DOS", "\xf1"), ("Set-Cookie", "b=2")]
        answer = self.ask(plain([b"."], "299 Muy bien", headers))
        own = [pair for pair in answer.headers if pair in headers]
        self.assertEqual((answer.status, own), ("299 Muy bien", headers))

    def test_el_estado_tambien_es_de_bytes(self):
        for reason in ["A\xf1o", "a\xf1o".encode().decode("latin-1"), "\xff"]:
            with self.subTest(reason):
                self.assertEqual(self.ask(plain([b"."], "200 " + reason)).status, "200 " + reason)

    def test_los_que_pone_el_servidor_no_se_repiten(self):
        headers = [("Date", "Thu, 01 Jan 1970 00:00:00 GMT"), ("Server", "mio")]
        answer = self.ask(plain([b"."], headers=headers))
        found = [(answer.header("Date"), answer.header("Server"))]
        self.assertEqual(found, [("Thu, 01 Jan 1970 00:00:00 GMT", "mio")])

    def test_llamarla_otra_vez_es_un_error(self):
        seen = []

        def application(environ, start_response):
            start_response("200 OK", [])
            try:
                start_response("201 Created", [])
            except Exception as error:
                seen.append(error)
                raise
            return [b"."]

        self.assertEqual((self.ask(application).status, len(seen)), (ERROR, 1))

    def test_no_llamarla_es_un_error(self):
        self.assertEqual(self.ask(lambda environ, start_response: [b"."]).status, ERROR)
        self.assertEqual(self.ask(lambda environ, start_response: []).status, ERROR)

    def test_con_exc_info_antes_de_enviar_cambia_la_respuesta(self):
        def application(environ, start_response):
            start_response("200 OK", [("X-Uno", "1")])
            try:
                raise RuntimeError("adrede")
            except RuntimeError:
                start_response("503 Espera", [("X-Dos", "2")], sys.exc_info())
            return [b"no se puede"]

        answer = self.ask(application)
        seen = (answer.status, answer.header("X-Uno"), answer.header("X-Dos"), answer.body)
        self.assertEqual(seen, ("503 Espera", None, "2", b"no se puede"))

    def test_con_exc_info_despues_de_enviar_relanza_la_misma_excepcion(self):
        failure, seen = RuntimeError("adrede"), []

        def application(environ, start_response):
            start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "20")])
            yield b"uno"
            try:
                try:
                    raise failure
                except RuntimeError:
                    start_response("500 Mal", [], sys.exc_info())
            except Exception as error:
                seen.append(error)
                raise

        answer = self.ask(application)
        self.assertEqual((seen, answer.status, answer.is_whole), ([failure], "200 OK", False))

    def test_un_generador_la_llama_al_pedirle_el_primer_trozo(self):
        def application(environ, start_response):
            start_response("201 Created", [("X-Uno", "1")])
            yield b"hola"

        answer = self.ask(application)
        seen = (answer.status, answer.header("X-Uno"), answer.body)
        self.assertEqual(seen, ("201 Created", "1", b"hola"))

    def test_la_cabeza_espera_al_primer_byte(self):
        def application(environ, start_response):
            start_response("200 OK", [("X-Uno", "1")])
            yield b""
            yield b""
            try:
                raise RuntimeError("adrede")
            except RuntimeError:
                start_response("503 Espera", [], sys.exc_info())
            yield b"no se puede"

        answer = self.ask(application)
        seen = (answer.status, answer.header("X-Uno"), answer.body)
        self.assertEqual(seen, ("503 Espera", None, b"no se puede"))

    def test_lo_que_no_es_un_estado_se_rechaza_dentro(self):
        for status in [b"200 OK", 200, None, "200", "20 OK", "abc OK", "100 Continue"]:
            with self.subTest(status):
                self.assertIsNotNone(self.refused(status, []))

    def test_lo_que_no_son_encabezados_se_rechaza_dentro(self):
        wrong = [{"X-Uno": "1"}, None, ["X-Uno: 1"], [("X-Uno",)], [("X-Uno", 1)], [(b"X-Uno", "1")]]
        for headers in [*wrong, [("X-Uno", "€")], [("X Uno", "1")], [("X-Uno:", "1")], [("", "1")]]:
            with self.subTest(headers):
                self.assertIsNotNone(self.refused("200 OK", headers))

    def test_nadie_escribe_un_encabezado_dentro_de_otro(self):
        for text in ["1\r\nX-Dos: 2", "1\nX-Dos: 2", "1\rX-Dos: 2", "1\0"]:
            with self.subTest(text):
                self.assertIsNotNone(self.refused("200 OK", [("X-Uno", text)]))
                self.assertIsNotNone(self.refused("200 " + text, []))

    def test_los_que_son_de_la_conexion_se_rechazan_dentro(self):
        names = "Connection Keep-Alive Proxy-Authenticate TE Trailers Transfer-Encoding Upgrade"
        for name in names.split():
            with self.subTest(name):
                self.assertIsNotNone(self.refused("200 OK", [(name.lower(), "x")]))

    def test_cambiar_la_lista_despues_no_cambia_la_respuesta(self):
        def application(environ, start_response):
            headers = [("X-Uno", "1")]
            start_response("200 OK", headers)
            headers.append(("X-Dos", "2"))
            return [b"."]

        answer = self.ask(application)
        self.assertEqual((answer.header("X-Uno"), answer.header("X-Dos")), ("1", None))

    def test_lo_que_se_da_a_write_va_delante(self):
        def application(environ, start_response):
            write = start_response("200 OK", [("Content-Type", "text/plain")])
            write(b"uno ")
            write(b"dos ")
            return [b"tres"]

        self.assertEqual(self.ask(application).body, b"uno dos tres")
