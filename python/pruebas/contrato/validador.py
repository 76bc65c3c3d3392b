"""El validador de la biblioteca de Python, que mira lo que hacen los dos lados."""
import contextlib
import io
import warnings
from wsgiref.validate import validator

from protocolos import Request

from .base import Rules


class ValidatorRules(Rules):
    def validated(self, application, **request):
        """Lo que responde con el validador en medio, y de qué se queja."""
        errors = io.StringIO()
        with warnings.catch_warnings(record=True) as found, contextlib.redirect_stderr(errors):
            warnings.simplefilter("always")
            answer = self.way.ask(validator(application), Request(**request))
        self.assertEqual((errors.getvalue(), [str(one.message) for one in found]), ("", []))
        return answer

    def test_el_validador_calla_se_lea_como_se_lea(self):
        def application(environ, start_response):
            input, length = environ["wsgi.input"], int(environ.get("CONTENT_LENGTH") or 0)
            ways = {
                "/read": lambda: input.read(length),
                "/readline": lambda: input.readline(length) + input.readline(),
                "/readlines": lambda: b"".join(input.readlines()),
                "/for": lambda: b"".join(input),
            }
            environ["wsgi.errors"].flush()
            body = ways[environ["PATH_INFO"]]()
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"recibido: ", body]

        for path in ["/read", "/readline", "/readlines", "/for"]:
            for method, body in [("GET", b""), ("POST", b"uno\ndos")]:
                with self.subTest(path, method=method):
                    answer = self.validated(application, method=method, path=path, body=body)
                    self.assertEqual(answer.body, b"recibido: " + body)

    def test_el_validador_calla_responda_lo_que_responda(self):
        def application(environ, start_response):
            status = {"/204": "204 No Content", "/304": "304 Not Modified"}
            status = status.get(environ["PATH_INFO"], "200 OK")
            text = [("Content-Type", "text/plain")] if status == "200 OK" else []
            write = start_response(status, text)
            if environ["PATH_INFO"] == "/write":
                write(b"uno")
            return iter([b"dos", b"tres"] if text else [])

        for path, method, status in [
            ("/", "GET", "200 OK"),
            ("/write", "GET", "200 OK"),
            ("/", "HEAD", "200 OK"),
            ("/204", "GET", "204 No Content"),
            ("/304", "GET", "304 Not Modified"),
        ]:
            with self.subTest(path, method=method):
                self.assertEqual(self.validated(application, method=method, path=path).status, status)
