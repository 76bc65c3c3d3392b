# python3 book/python/cap10_archivos.py
import mimetypes
from pathlib import Path
from wsgiref.simple_server import make_server

FOLDER = Path("examples/cap10_archivos").resolve()


def application(environ, start_response):
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8")
    if path == "/descarga":
        return download(environ, start_response)

    file = (FOLDER / (path.lstrip("/") or "index.html")).resolve()
    is_hidden = file.name.startswith(".")
    if is_hidden or FOLDER not in file.parents or not file.is_file():
        start_response("404 Not Found", [("Content-type", "text/plain")])
        return [b"Not Found\n"]

    about = file.stat()
    etag = f'"{about.st_mtime_ns:x}-{about.st_size:x}"'
    headers = [("ETag", etag), ("Cache-Control", "no-cache")]
    if environ.get("HTTP_IF_NONE_MATCH") == etag:
        start_response("304 Not Modified", headers)
        return []

    headers.append(("Content-type", content_type(file.name)))
    start_response("200 OK", headers)
    return environ["wsgi.file_wrapper"](file.open("rb"))


def content_type(name):
    guess = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{guess}; charset=utf-8" if guess.startswith("text/") else guess


def download(environ, start_response):
    headers = [
        ("Content-type", "text/plain; charset=utf-8"),
        ("Content-Disposition", "attachment; filename=lluvia.txt"),
    ]

    start_response("200 OK", headers)

    return environ["wsgi.file_wrapper"]((FOLDER / "poema.txt").open("rb"))


def main():
    server = make_server("localhost", 8000, application)
    server.serve_forever()


if __name__ == "__main__":
    main()
