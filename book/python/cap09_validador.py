# python3 book/python/cap09_validador.py
from wsgiref.simple_server import make_server
from wsgiref.validate import validator

TEXT = ("Content-type", "text/plain; charset=utf-8")


def application(environ, start_response):
    match environ["PATH_INFO"]:
        case "/":
            return home(start_response)
        case "/adios":
            return goodbye(start_response)
        case _:
            return not_found(start_response)


def home(start_response):
    start_response("200 OK", [TEXT])
    return ["Hola gente de códigofacilito".encode("utf-8")]


def goodbye(start_response):
    text = "¡Hasta mañana!"
    start_response("200 OK", [TEXT, ("Content-Length", str(len(text)))])
    return [text.encode("utf-8")]


def not_found(start_response):
    start_response("404 Not Found", [])
    return ["Aquí no hay nada".encode("utf-8")]


def main():
    server = make_server("localhost", 8000, validator(application))
    server.serve_forever()


if __name__ == "__main__":
    main()
