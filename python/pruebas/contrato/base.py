"""Cómo se pregunta por una regla, y las aplicaciones con que se pregunta."""
from comun import quiet
from protocolos import Request

ERROR = "500 Internal Server Error"


class Rules:
    """Cómo se pregunta por una regla."""

    way = None

    def ask(self, application, **request):
        with quiet():
            return self.way.ask(application, Request(**request))

    def look(self, what, **request):
        """Lo que `what` ve de `environ`."""
        found = []

        def application(environ, start_response):
            found.append(what(environ))
            start_response("200 OK", [])
            return [b""]

        self.ask(application, **request)
        return found[0]

    def read(self, what, body):
        """Lo que `what` lee de ese cuerpo."""
        return self.look(lambda environ: what(environ["wsgi.input"]), method="POST", body=body)

    def refused(self, *arguments):
        """Lo que lanza `start_response` a quien le da eso; `None` si lo acepta."""
        found = []

        def application(environ, start_response):
            try:
                start_response(*arguments)
            except Exception as error:
                found.append(error)
                raise
            return [b"aceptado"]

        self.ask(application)
        return found[0] if found else None
