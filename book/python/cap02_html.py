# python3 book/python/cap02_html.py
from wsgiref.simple_server import make_server

HTML = """\
<!DOCTYPE html>
<html lang="es">
  <head>
    <title>Título</title>
  </head>
  <body>
    <h1>Hola gente de códigofacilito</h1>
  </body>
</html>
"""


def application(_environ, start_response):
    headers = [("Content-type", "text/html; charset=utf-8")]

    start_response("200 OK", headers)

    return [HTML.encode("utf-8")]


def main():
    server = make_server("localhost", 8000, application)
    server.serve_forever()


if __name__ == "__main__":
    main()
