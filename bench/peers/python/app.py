"""Las mismas aplicaciones que las nuestras, para los servidores de Python."""

import time
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent.parent
TEXT = (BENCH / "texto.txt").read_bytes()
HTML = (BENCH / "pagina.html").read_bytes()
CHUNK = b"x" * 65536
LARGE = 10 << 20
PLAIN = "text/plain; charset=utf-8"


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/":
        return answer(start_response, PLAIN, TEXT)
    if path == "/html":
        return answer(start_response, "text/html; charset=utf-8", HTML)
    if path == "/lento":
        time.sleep(0.010)
        return answer(start_response, PLAIN, TEXT)
    if path == "/calculo":
        calculate(0.020)
        return answer(start_response, PLAIN, TEXT)
    if path == "/grande":
        headers = [("Content-type", "application/octet-stream"), ("Content-Length", str(LARGE))]
        start_response("200 OK", headers)
        return [CHUNK] * (LARGE // len(CHUNK))
    if path == "/subir":
        return answer(start_response, PLAIN, str(length_of_body(environ)).encode())
    start_response("404 Not Found", [("Content-type", PLAIN), ("Content-Length", "0")])
    return [b""]


def answer(start_response, content_type, body):
    headers = [("Content-type", content_type), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]


def calculate(seconds):
    """Python y nada más, hasta que este hilo gasta tanto procesador: mientras lo espera no cuenta."""
    until = time.thread_time() + seconds
    count = 0
    while time.thread_time() < until:
        for _ in range(500):
            count += 1
    return count


def length_of_body(environ):
    """Lee el cuerpo entero, de a trozos, y dice cuánto midió."""
    left = int(environ.get("CONTENT_LENGTH") or 0)
    length = 0
    while left > 0:
        chunk = environ["wsgi.input"].read(min(65536, left))
        if not chunk:
            break
        length += len(chunk)
        left -= len(chunk)
    return length
