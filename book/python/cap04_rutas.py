# python3 book/python/cap04_rutas.py
import json
from wsgiref.simple_server import make_server

TEXT = ("Content-type", "text/plain; charset=utf-8")
JSON = ("Content-type", "application/json")


def application(environ, start_response):
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    path = path.encode("latin-1").decode("utf-8", "replace")

    match method, path:
        case "GET" | "HEAD", "/":
            status, headers = "200 OK", [TEXT]
            text = "Café Ada. Lo que hay para hoy está en /menu\n"
        case "GET" | "HEAD", "/menu":
            status, headers = "200 OK", [TEXT]
            text = "Café de olla, pan dulce y fruta\n"
        case "GET" | "HEAD", "/carta":
            status = "301 Moved Permanently"
            headers = [TEXT, ("Location", "/menu")]
            text = "Ahora está en /menu\n"
        case "GET" | "HEAD", _ if table_number(path):
            status, headers = "200 OK", [JSON]
            table = {"mesa": table_number(path), "libre": True}
            text = json.dumps(table) + "\n"
        case _, _ if path in ("/", "/menu", "/carta") or table_number(path):
            status = "405 Method Not Allowed"
            headers = [TEXT, ("Allow", "GET, HEAD")]
            text = "Aquí solo se puede leer\n"
        case _, _:
            status, headers = "404 Not Found", [TEXT]
            text = f"No hay nada en {path}\n"

    start_response(status, headers)
    return [] if method == "HEAD" else [text.encode("utf-8")]


def table_number(path):
    place, _, number = path.rpartition("/")
    if place == "/mesas" and number.isdecimal() and 1 <= int(number) <= 12:
        return int(number)
    return None


def main():
    server = make_server("localhost", 8000, application)
    server.serve_forever()


if __name__ == "__main__":
    main()
