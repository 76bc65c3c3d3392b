"""El contrato (PEP 3333), por cada protocolo; y que las pruebas distinguen, con el servidor de `wsgiref`."""
import gzip
import importlib.util
import io
import os
import tempfile
import unittest

import protocolos
from comun import plain, quiet
from contrato import Contract, HttpRules, Rules
from maneras import Way, WsgirefWay
from protocolos import Request

# Las que incumple el servidor de `wsgiref`. Esta lista es de las pruebas: si una deja de distinguir, falla.
BROKEN_BY_WSGIREF = {
    # No mira el método ni el estado, ni cuenta lo que envía.
    "head_no_lleva_cuerpo",
    "204_y_304_no_llevan_cuerpo",
    "no_se_envia_mas_de_lo_que_dice_content_length",
    "un_file_wrapper_cumple_content_length",
    # Manda la cabeza con el primer trozo, aunque esté vacío.
    "la_cabeza_espera_al_primer_byte",
    "lo_que_falla_antes_de_enviar_es_un_500",
    # Cierra igual cuando termina que cuando falla.
    "lo_que_falla_a_medias_no_parece_entero",
    # Lee del socket, y no del cuerpo.
    "lo_que_llega_detras_del_cuerpo_no_es_suyo",
    # Usa el diccionario y la lista que ya son de la aplicación.
    "la_aplicacion_hace_con_environ_lo_que_quiera",
    "cambiar_la_lista_despues_no_cambia_la_respuesta",
    # De lo que se le da, mira los tipos.
    "lo_que_no_es_un_estado_se_rechaza_dentro",
    "lo_que_no_son_encabezados_se_rechaza_dentro",
}

# Las que incumple según cuál sea la versión de Python.
BROKEN_BY_SOME = {"nadie_escribe_un_encabezado_dentro_de_otro"}


class PorHttp(Contract, HttpRules, unittest.TestCase):
    way = Way(protocolos.Http)


class PorFastCgi(Contract, unittest.TestCase):
    way = Way(protocolos.FastCgi)


class PorScgi(Contract, unittest.TestCase):
    way = Way(protocolos.Scgi)


class PorUwsgi(Contract, unittest.TestCase):
    way = Way(protocolos.Uwsgi)


class Control(unittest.TestCase):
    def test_las_pruebas_ven_lo_que_incumple_wsgiref(self):
        class ByWsgiref(Contract, unittest.TestCase):
            way = WsgirefWay()

        result = unittest.TestResult()
        unittest.defaultTestLoader.loadTestsFromTestCase(ByWsgiref).run(result)
        failed = {
            getattr(test, "test_case", test)._testMethodName.removeprefix("test_")
            for test, _ in result.failures + result.errors
        }
        self.assertEqual(failed - BROKEN_BY_SOME, BROKEN_BY_WSGIREF)
        self.assertGreater(result.testsRun, 4 * len(failed))


class Decisiones(Rules, unittest.TestCase):
    """Lo que la PEP deja a cada servidor."""

    way = Way(protocolos.Http)

    def test_lo_que_hereda_de_un_tipo_vale_por_el(self):
        class Text(str):
            pass

        class Pairs(list):
            pass

        class Chunk(bytes):
            pass

        def application(environ, start_response):
            start_response(Text("200 OK"), Pairs([(Text("X-Uno"), Text("1"))]))
            return [Chunk(b"hola")]

        answer = self.ask(application)
        self.assertEqual((answer.status, answer.header("X-Uno"), answer.body), ("200 OK", "1", b"hola"))

    def test_a_un_cuerpo_que_no_es_de_bytes_se_le_dice_que_hacer(self):
        for chunk, said in [
            ("hola", 'esta dio str; usa texto.encode("utf-8")'),
            (bytearray(b"hola"), "esta dio bytearray; usa bytes(trozo)"),
            (memoryview(b"hola"), "esta dio memoryview; usa bytes(trozo)"),
            (1, "esta dio int"),
        ]:
            for body in [[chunk], iter([chunk])]:
                with self.subTest(said), quiet() as errors:
                    self.way.ask(plain(body), Request())
                    self.assertTrue(errors.getvalue().endswith(said + "\n"), errors.getvalue())

    @unittest.skipUnless(importlib.util.find_spec("werkzeug"), "no está Werkzeug")
    def test_werkzeug_lo_entiende(self):
        from werkzeug import Request as View

        def look(environ):
            view = View(environ)
            return view.url, view.form["a"], view.args["b"], view.cookies["c"]

        body = b"a=%C3%B1"
        kind = ("Content-Type", "application/x-www-form-urlencoded")
        request = {"method": "POST", "path": "/%C3%B1?b=1", "body": body}
        found = self.look(look, headers=(kind, ("Cookie", "c=2")), **request)
        self.assertEqual(found, ("http://localhost/ñ?b=1", "ñ", "1", "2"))


class Archivos(Rules, unittest.TestCase):
    """Un archivo de `open()` va del disco a la red sin que nadie lo lea en Python."""

    way = Way(protocolos.Http)
    CONTENT = b"0123456789" * 100

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "archivo")
        with open(self.path, "wb") as file:
            file.write(self.CONTENT)

    def wrapped(self, file, **headers):
        """Lo que llega, cuántas veces se leyó en Python, y si quedó cerrado."""
        reads = []

        def application(environ, start_response):
            read = file.read
            file.read = lambda *size: reads.append(size) or read(*size)
            start_response("200 OK", [(name.replace("_", "-"), value) for name, value in headers.items()])
            return environ["wsgi.file_wrapper"](file)

        answer = self.ask(application)
        return answer.body, len(reads), file.closed

    def test_por_cada_protocolo_desde_donde_esta_y_se_cierra(self):
        for protocol in protocolos.ALL:
            self.way = Way(protocol)
            with self.subTest(protocol.name):
                file = open(self.path, "rb")
                file.read(3)
                self.assertEqual(self.wrapped(file), (self.CONTENT[3:], 0, True))

    def test_no_mas_de_lo_que_dice_content_length(self):
        for file in [open(self.path, "rb"), open(self.path, "r+b")]:
            found = self.wrapped(file, Content_Length="25")
            self.assertEqual(found, (self.CONTENT[:25], 0, True))

    def test_lo_que_se_lee_por_otro_camino_se_lee(self):
        """El descriptor de un archivo comprimido es el del comprimido."""
        packed = self.path + ".gz"
        with gzip.open(packed, "wb") as file:
            file.write(self.CONTENT)
        for file in [gzip.open(packed), io.BufferedReader(gzip.open(packed))]:
            with self.subTest(type(file)):
                self.assertEqual(self.wrapped(file)[0], self.CONTENT)
                self.assertTrue(file.closed)

    def test_un_archivo_de_texto_no_da_bytes(self):
        def application(environ, start_response):
            start_response("200 OK", [])
            return environ["wsgi.file_wrapper"](open(self.path))

        self.assertEqual(self.ask(application).status, "500 Internal Server Error")


if __name__ == "__main__":
    unittest.main()
