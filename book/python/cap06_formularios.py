# python3 book/python/cap06_formularios.py
from html import escape
from http.cookies import SimpleCookie
from urllib.parse import parse_qs
from wsgiref.simple_server import make_server

ALLOW = ("Allow", "GET, HEAD, POST")
HTML = ("Content-type", "text/html; charset=utf-8")
TEXT = ("Content-type", "text/plain; charset=utf-8")
MAX_BODY = 4096

NOTES = []

PAGE = """\
<!DOCTYPE html>
<html lang="es">
<title>Notas</title>
<form method="post">
  <label>Nota <input name="nota" required></label> <button>Anotar</button>
</form>
"""


def application(environ, start_response):
    match environ["REQUEST_METHOD"]:
        case "GET" | "HEAD":
            return show(environ, start_response)
        case "POST":
            return add(environ, start_response)
    start_response("405 Method Not Allowed", [ALLOW])
    return []


def show(environ, start_response):
    page = PAGE + f"<p>Notas que anotaste: {written(environ)}</p>\n"
    for note in NOTES:
        page += f"<p>{escape(note)}</p>\n"
    start_response("200 OK", [HTML])
    return [page.encode("utf-8")]


def add(environ, start_response):
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > MAX_BODY:
        start_response("413 Content Too Large", [TEXT])
        return [b"El cuerpo es demasiado grande"]

    body = environ["wsgi.input"].read(length).decode("utf-8", "replace")
    note = parse_qs(body).get("nota", [""])[0]
    if not note:
        start_response("400 Bad Request", [TEXT])
        return [b"Falta la nota"]

    NOTES.insert(0, note)
    del NOTES[20:]

    cookie = f"anotadas={written(environ) + 1}; HttpOnly; SameSite=Lax"
    headers = [("Location", "/"), ("Set-Cookie", cookie)]
    start_response("303 See Other", headers)
    return []


def written(environ):
    cookies = SimpleCookie(environ.get("HTTP_COOKIE", ""))
    count = cookies["anotadas"].value if "anotadas" in cookies else ""
    return int(count) if count.isdecimal() else 0


def main():
    server = make_server("localhost", 8000, application)
    server.serve_forever()


if __name__ == "__main__":
    main()
