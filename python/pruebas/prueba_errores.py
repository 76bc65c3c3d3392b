"""`wsgi.errors` (PEP 3333, «Input and Error Streams»), y a dónde va lo que falla."""
import contextlib
import io
import logging
import sys
import unittest

import protocolos
from comun import Served, quiet
from maneras import Way
from protocolos import Request


def ask(application, protocol=protocolos.FastCgi):
    """Lo que responde, y lo que quedó en la salida de errores de Python."""
    with quiet() as errors:
        answer = Way(protocol).ask(application, Request())
    return answer, errors.getvalue()


def writes(write):
    """Una aplicación que hace eso con su `wsgi.errors`."""

    def application(environ, start_response):
        write(environ["wsgi.errors"])
        start_response("200 OK", [])
        return [b"hola"]

    return application


class Textos(unittest.TestCase):
    def test_lo_que_se_escribe_llega_a_la_salida_y_por_fastcgi_al_servidor_web(self):
        def write(errors):
            errors.write("uno ñ €\n")
            errors.writelines(line + "\n" for line in ["dos", "tres"])
            print("cuatro", file=errors)
            errors.flush()

        for protocol in protocolos.ALL:
            with self.subTest(protocol.name):
                answer, errors = ask(writes(write), protocol)
                expected = "uno ñ €\ndos\ntres\ncuatro\n"
                copy = expected if protocol is protocolos.FastCgi else ""
                self.assertEqual((answer.body, errors, answer.errors), (b"hola", expected, copy))

    def test_es_de_texto(self):
        for text in [b"bytes", 1, None]:
            with self.subTest(text):
                answer, _ = ask(writes(lambda errors: errors.write(text)))
                self.assertEqual(answer.status, "500 Internal Server Error")
                self.assertIn("TypeError", answer.errors)

    def test_lo_que_no_se_puede_escribir_se_escapa(self):
        answer, errors = ask(writes(lambda errors: errors.write("a\ud800b\n")))
        self.assertEqual((errors, answer.errors), ("a\ud800b\n", "a\\ud800b\n"))

    def test_vale_la_salida_que_haya_en_ese_momento(self):
        other = io.StringIO()

        def write(errors):
            with contextlib.redirect_stderr(other):
                errors.write("a la otra\n")
            errors.write("a la de antes\n")

        for protocol in [protocolos.Http, protocolos.FastCgi]:
            with self.subTest(protocol.name):
                self.assertEqual(ask(writes(write), protocol)[1], "a la de antes\n")
        self.assertEqual(other.getvalue(), "a la otra\n" * 2)

    def test_sin_salida_de_errores_no_se_pierde_la_copia(self):
        def write(errors):
            with contextlib.redirect_stderr(None):
                errors.write("solo allí\n")
                errors.flush()

        answer, errors = ask(writes(write))
        self.assertEqual((answer.body, errors, answer.errors), (b"hola", "", "solo allí\n"))

    def test_lo_demas_se_le_pregunta_a_la_salida(self):
        found = []

        def look(errors):
            found.append((errors.isatty() == sys.stderr.isatty(), hasattr(errors, "no_hay")))

        ask(writes(look))
        self.assertEqual(found, [(True, False)])


class Despues(unittest.TestCase):
    def test_lo_que_se_escribe_a_medio_cuerpo_sale_con_el(self):
        def application(environ, start_response):
            start_response("200 OK", [])
            yield b"uno"
            environ["wsgi.errors"].write("a medias\n")
            yield b"dos"

        answer, _ = ask(application)
        self.assertEqual((answer.body, answer.errors), (b"unodos", "a medias\n"))

    def test_quien_lo_conserva_escribe_en_la_salida_y_no_en_la_peticion_de_otro(self):
        logger, handlers = logging.Logger("de prueba"), []

        def application(environ, start_response):
            if not handlers:
                handlers.append(logging.StreamHandler(environ["wsgi.errors"]))
                logger.addHandler(handlers[0])
            logger.error("aviso %s", environ["PATH_INFO"])
            start_response("200 OK", [])
            return [b"hola"]

        way = Way(protocolos.FastCgi)
        with quiet() as errors, way.serve(application) as served:
            seen = [way.ask_served(served, Request(path=path)).errors for path in ["/1", "/2"]]
        self.assertEqual(seen, ["aviso /1\n", ""])
        self.assertEqual(errors.getvalue(), "aviso /1\naviso /2\n")


class Fallos(unittest.TestCase):
    def check(self, application, said):
        """La traza está en los dos sitios, y en el del servidor web también de quién era la petición."""
        answer, errors = ask(application)
        self.assertIn("Traceback (most recent call last):", errors)
        self.assertIn("RuntimeError: adrede\n", errors)
        self.assertTrue(answer.errors.startswith(errors), (errors, answer.errors))
        self.assertEqual(answer.errors[len(errors) :], said)
        return answer

    def test_la_traza_de_lo_que_falla_al_llamarla(self):
        def application(environ, start_response):
            raise RuntimeError("adrede")

        said = 'pasarela: "GET /": la aplicación devolvió un error: RuntimeError: adrede\n'
        self.assertEqual(self.check(application, said).status, "500 Internal Server Error")

    def test_la_traza_de_lo_que_falla_a_medio_cuerpo(self):
        def application(environ, start_response):
            start_response("200 OK", [])
            yield b"uno"
            raise RuntimeError("adrede")

        said = 'pasarela: "GET /": el cuerpo de la respuesta dio un error: RuntimeError: adrede\n'
        answer = self.check(application, said)
        self.assertEqual((answer.status, answer.body, answer.is_whole), ("200 OK", b"uno", False))

    def test_la_traza_de_un_close_que_falla(self):
        class Body(list):
            def close(self):
                raise RuntimeError("adrede")

        def application(environ, start_response):
            start_response("200 OK", [])
            return Body([b"hola"])

        answer = self.check(application, "")
        self.assertEqual((answer.status, answer.body, answer.is_whole), ("200 OK", b"hola", True))

    def test_una_excepcion_que_no_se_deja_contar_tampoco_detiene_nada(self):
        class Odd(Exception):
            def __str__(self):
                raise RuntimeError("adrede")

        def application(environ, start_response):
            raise Odd

        answer, _ = ask(application)
        self.assertEqual(answer.status, "500 Internal Server Error")
        with Served(application) as served, quiet():
            self.assertEqual(served.get().status, "500 Internal Server Error")


if __name__ == "__main__":
    unittest.main()
