# python3 book/python/cap05_consulta.py
from html import escape
from urllib.parse import parse_qs
from wsgiref.simple_server import make_server

PAGE = """\
<!DOCTYPE html>
<html lang="es">
  <head>
    <title>Saludo</title>
  </head>
  <body>
    <h1>Hola, {name}</h1>
    <p>La consulta: {query}</p>
  </body>
</html>
"""


def application(environ, start_response):
    query = environ["QUERY_STRING"]
    names = parse_qs(query, keep_blank_values=True).get("nombre", ["gente"])
    html = PAGE.format(name=escape(names[0]), query=escape(query))

    start_response("200 OK", [("Content-type", "text/html; charset=utf-8")])

    return [html.encode("utf-8")]


def main():
    server = make_server("localhost", 8000, application)
    server.serve_forever()


if __name__ == "__main__":
    main()
