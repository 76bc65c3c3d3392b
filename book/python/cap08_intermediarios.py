# python3 book/python/cap08_intermediarios.py
import sys
from wsgiref.simple_server import make_server

TEXT = ("Content-type", "text/plain; charset=utf-8")
KEY = "sesamo"


def application(environ, start_response):
    name = environ.get("REMOTE_USER", "gente")
    greeting = f"Hola, {name}. Estás en {environ['PATH_INFO']}\n"

    start_response("200 OK", [TEXT])

    return [greeting.encode("utf-8")]


def guarded(inner):
    def outer(environ, start_response):
        if environ.get("HTTP_X_CLAVE") == KEY:
            environ["REMOTE_USER"] = "Ada"
        elif environ["PATH_INFO"].startswith("/privado"):
            start_response("403 Forbidden", [TEXT])
            return ["Falta la clave.\n".encode("utf-8")]
        return inner(environ, start_response)

    return outer


def logged(inner):
    def outer(environ, start_response):
        asked = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"

        def own(status, headers, exc_info=None):
            print(f"{asked!r}: {status}", file=sys.stderr)
            return start_response(status, headers, exc_info)

        return inner(environ, own)

    return outer


def nosniff(inner):
    def outer(environ, start_response):
        def own(status, headers, exc_info=None):
            headers = headers + [("X-Content-Type-Options", "nosniff")]
            return start_response(status, headers, exc_info)

        return inner(environ, own)

    return outer


def main():
    server = make_server(
        "localhost", 8000, logged(nosniff(guarded(application)))
    )
    server.serve_forever()


if __name__ == "__main__":
    main()
