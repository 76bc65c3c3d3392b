# python3 book/python/cap03_environ.py
from wsgiref.simple_server import make_server


def application(environ, start_response):
    headers = [("Content-type", "text/plain; charset=utf-8")]

    program = environ.get("HTTP_USER_AGENT", "Alguien")
    method = environ["REQUEST_METHOD"]
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8")
    text = f"{program} pide {path} con {method}.\n\n"

    for name, value in environ.items():
        if name.startswith("HTTP_"):
            text += f"{name}={value}\n"

    start_response("200 OK", headers)

    return [text.encode("utf-8")]


def main():
    server = make_server("localhost", 8000, application)
    server.serve_forever()


if __name__ == "__main__":
    main()
