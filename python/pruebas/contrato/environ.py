"""El diccionario de la petición (PEP 3333, «environ Variables»)."""
from wsgiref.util import application_uri, request_uri

from comun import quiet
from protocolos import Request

from .base import Rules


class EnvironRules(Rules):
    def test_environ_es_un_dict_y_no_uno_parecido(self):
        self.assertIs(self.look(type), dict)

    def test_la_aplicacion_hace_con_environ_lo_que_quiera(self):
        def application(environ, start_response):
            environ.clear()
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"hola"]

        answer = self.ask(application)
        self.assertEqual((answer.status, answer.body), ("200 OK", b"hola"))

    def test_las_variables_de_cgi_son_textos(self):
        found = self.look(dict, method="POST", body=b"x", path="/a?b=c", headers=(("X-Uno", "1"),))
        kinds = {type(value) for name, value in found.items() if not name.startswith("wsgi.")}
        self.assertEqual((kinds, {type(name) for name in found}), ({str}, {str}))

    def test_cada_caracter_es_un_byte(self):
        headers = (("X-Uno", "a\xf1\xff"),)
        found = self.look(dict, path="/a%C3%B1o/%FF?%C3%B1", headers=headers)
        for name in ["PATH_INFO", "QUERY_STRING", "HTTP_X_UNO"]:
            found[name].encode("latin-1")
        self.assertEqual(found["PATH_INFO"], "/a\xc3\xb1o/\xff")
        self.assertEqual((found["QUERY_STRING"], found["HTTP_X_UNO"]), ("%C3%B1", "a\xf1\xff"))

    def test_estan_las_que_no_pueden_faltar(self):
        names = "REQUEST_METHOD SERVER_NAME SERVER_PORT SERVER_PROTOCOL SCRIPT_NAME PATH_INFO"
        found = self.look(lambda environ: [environ.get(name) for name in names.split()])
        self.assertNotIn(None, found)
        self.assertNotIn("", found[:4])

    def test_una_consulta_vacia_esta_vacia(self):
        self.assertEqual(self.look(lambda environ: environ.get("QUERY_STRING", "")), "")
        self.assertEqual(self.look(lambda environ: environ["QUERY_STRING"], path="/?a=b"), "a=b")

    def test_la_ruta_se_reparte_en_dos(self):
        for path in ["/", "/a/b", "/a//b/../c"]:
            with self.subTest(path):
                look = lambda environ: (environ["SCRIPT_NAME"], environ["PATH_INFO"])
                self.assertEqual(self.look(look, path=path), ("", path))

    def test_la_longitud_y_el_tipo_no_llevan_prefijo(self):
        headers = (("Content-Type", "text/plain"),)
        found = self.look(dict, method="POST", body=b"hola", headers=headers)
        names = "CONTENT_LENGTH CONTENT_TYPE HTTP_CONTENT_LENGTH HTTP_CONTENT_TYPE".split()
        expected = ["4", "text/plain", None, None]
        self.assertEqual([found.get(name) for name in names], expected)

    def test_los_encabezados_llevan_el_suyo(self):
        found = self.look(dict, headers=(("X-Uno", "1"), ("Cookie", "a=b")))
        self.assertEqual((found["HTTP_X_UNO"], found["HTTP_COOKIE"]), ("1", "a=b"))

    def test_las_de_wsgi_dicen_como_se_llama_a_la_aplicacion(self):
        names = "version url_scheme multiprocess run_once".split()
        found = self.look(lambda environ: [environ[f"wsgi.{name}"] for name in names])
        self.assertEqual(found, [(1, 0), "http", False, False])
        self.assertIn(self.look(lambda environ: environ["wsgi.multithread"]), (True, False))

    def test_las_salidas_y_las_entradas_tienen_sus_metodos(self):
        names = ["read", "readline", "readlines", "__iter__"]
        look = lambda environ: [hasattr(environ["wsgi.input"], name) for name in names]
        self.assertEqual(self.look(look), [True] * 4)
        names = ["write", "writelines", "flush"]
        look = lambda environ: [hasattr(environ["wsgi.errors"], name) for name in names]
        self.assertEqual(self.look(look), [True] * 3)

    def test_lo_de_una_peticion_no_se_ve_en_otra(self):
        found = []

        def application(environ, start_response):
            found.append(environ.setdefault("mio", len(found)))
            start_response("200 OK", [])
            return [b""]

        with quiet(), self.way.serve(application) as served:
            self.way.ask_served(served, Request())
            self.way.ask_served(served, Request())
        self.assertEqual(found, [0, 1])

    def test_de_environ_se_saca_la_direccion(self):
        found = self.look(request_uri, path="/a%20b?c=d", headers=())
        self.assertTrue(found.startswith("http://localhost") and found.endswith("/a%20b?c=d"), found)
        self.assertTrue(self.look(application_uri).startswith("http://localhost"))
