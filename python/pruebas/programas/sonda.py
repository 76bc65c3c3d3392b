# La aplicación de `tests/servidores/sonda.rs`, en Python: cuenta lo que le llega y responde de varias maneras.
from wsgiref.util import request_uri

TEXT = ("Content-Type", "text/plain; charset=utf-8")


def application(environ, start_response):
    name = environ["PATH_INFO"].split("/")[1:2]
    return WAYS.get("".join(name), echo)(environ, start_response)


def echo(environ, start_response):
    """Lo que dice la petición, una cosa por línea."""
    content = environ["wsgi.input"].read()
    known = {
        "método": environ["REQUEST_METHOD"],
        "montada": environ["SCRIPT_NAME"],
        "ruta": environ["PATH_INFO"],
        "consulta": environ["QUERY_STRING"],
        "dirección": request_uri(environ),
        "tal cual": environ.get("REQUEST_URI", "-"),
        "tipo": environ.get("CONTENT_TYPE") or "-",
        "longitud": environ.get("CONTENT_LENGTH", "-"),
        "cuerpo": content.decode("latin-1"),
        "cliente": environ.get("REMOTE_ADDR") or "-",
        "doble": environ.get("HTTP_X_DOBLE", "-"),
        "galletas": environ.get("HTTP_COOKIE", "-"),
        "permiso": environ.get("HTTP_AUTHORIZATION", "-"),
        "proxy": environ.get("HTTP_PROXY", "-"),
        "gemelos": environ.get("HTTP_CONTENT_TYPE", "-"),
        "una vez": "true" if environ["wsgi.run_once"] else "false",
    }
    lines = [name.encode() + b": " + value.encode("latin-1") + b"\n" for name, value in known.items()]
    start_response("200 OK", [TEXT])
    # Como los textos de Rust: lo que no es UTF-8 se ve así.
    return [b"".join(lines).decode("utf-8", "replace").encode()]


def upload(environ, start_response):
    """Cuántos bytes llegaron, y su suma."""
    length = total = 0
    while block := environ["wsgi.input"].read(16384):
        length += len(block)
        for byte in block:
            total = (total * 31 + byte) % 2**64
    start_response("200 OK", [TEXT])
    return [f"{length} {total}".encode()]


def no_content(environ, start_response):
    start_response("204 No Content", [])
    return [b"esto no debe salir"]


def not_modified(environ, start_response):
    start_response("304 Not Modified", [("ETag", '"1"')])
    return [b"esto tampoco"]


def redirect(environ, start_response):
    target = environ["SCRIPT_NAME"] + "/eco?de=redirige"
    start_response("303 See Other", [("Location", target), TEXT])
    return [b"sigue el enlace"]


def repeated(environ, start_response):
    cookies = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2; Path=/")]
    start_response("200 OK", [TEXT, *cookies, ("X-Doble", "uno"), ("X-Doble", "dos")])
    return [b"dos de cada"]


def fail(environ, start_response):
    raise RuntimeError("la sonda falla a propósito")


WAYS = {
    "sube": upload,
    "sin-contenido": no_content,
    "sin-cambios": not_modified,
    "redirige": redirect,
    "repetidos": repeated,
    "falla": fail,
}
