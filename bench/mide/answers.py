"""Antes de medir se comprueba que el servidor responde bien: uno que responde mal no cuenta."""

import http.client
import socket
import time

import places
from program import Failed
from scenarios import DEPTH
from server import HOST

TRIES = 3
# Servidor: peticiones que nunca respondió, aunque otra conexión sí tuvo respuesta.
unanswered = {}


def check_answers(server):
    """Lanza `Failed` si no hace bien lo que pide su escenario."""
    scenario = server.scenario
    if scenario.path.startswith("/archivo/"):
        check_file(server, places.WORK / scenario.path[1:])
    elif scenario.path == "/grande":
        check_download(server)
    elif scenario.path == "/subir":
        check_upload(server)
    else:
        check_page(server, scenario.path)
    if scenario.script == "pipeline":
        check_pipelining(server)
    if "Connection: close" in scenario.headers:
        check_close(server)
    if scenario.beside:
        check_page(server, scenario.beside_path)


def check_page(server, path):
    body, kind = (places.HTML, "text/html") if path == "/html" else (places.TEXT, "text/plain")
    status, content_type, received = fetch(server, path)
    plain_type = content_type.lower().replace(" ", "")
    if (status, plain_type, received) != (200, f"{kind};charset=utf-8", body):
        raise Failed(f"`{path}` respondió `{status}`, `{content_type}`, `{received[:60]!r}`")


def check_download(server):
    status, _, body = fetch(server, "/grande")
    if status != 200 or len(body) != places.LARGE:
        raise Failed(f"`/grande` respondió `{status}` y {len(body)} bytes")


def check_file(server, path):
    status, _, body = fetch(server, server.scenario.path)
    if status != 200 or body != path.read_bytes():
        raise Failed(f"`{server.scenario.path}` respondió `{status}` y {len(body)} bytes")


def check_upload(server):
    status, _, body = fetch(server, "/subir", "POST", b"x" * places.LARGE)
    if status != 200 or body != str(places.LARGE).encode():
        raise Failed(f"`/subir` respondió `{status}`, `{body[:60]!r}`")


def check_pipelining(server):
    received, _ = converse(
        server, request(server) * DEPTH, 3, lambda received: received.count(places.TEXT) >= DEPTH
    )
    if received.count(places.TEXT) != DEPTH:
        raise Failed(f"respondió {received.count(places.TEXT)} de {DEPTH} peticiones seguidas")


def check_close(server):
    received, closed = converse(server, request(server, "Connection: close"), 2, lambda _: False)
    if not received.startswith(b"HTTP/1.") or places.TEXT not in received:
        raise Failed(f"respondió `{received[:80]!r}`")
    if not closed:
        raise Failed("no atiende a `Connection: close`")


def request(server, *headers):
    lines = ["GET / HTTP/1.1", f"Host: {HOST}:{server.port}", *headers, "", ""]
    return "\r\n".join(lines).encode()


def fetch(server, path, method="GET", body=None):
    """Estado, tipo y cuerpo. Una conexión sin respuesta se anota, y se prueba con otra."""
    for _ in range(TRIES):
        connection = http.client.HTTPConnection(HOST, server.port, timeout=5)
        try:
            connection.request(method, path, body=body)
            response = connection.getresponse()
            return response.status, response.getheader("Content-Type") or "", response.read()
        except TimeoutError:
            note_unanswered(server)
        finally:
            connection.close()
    raise Failed(f"`{path}` quedó {TRIES} veces sin respuesta en 5 s")


def note_unanswered(server):
    unanswered[server.peer.name] = unanswered.get(server.peer.name, 0) + 1


def converse(server, sent, seconds, enough):
    """Envía, y recibe hasta que baste, cierre el servidor o pase el tiempo: (bytes, ¿cerró?)."""
    for _ in range(TRIES):
        with socket.create_connection((HOST, server.port), 2) as connection:
            connection.sendall(sent)
            received, closed = receive(connection, seconds, enough)
        if received or closed:
            break
        note_unanswered(server)
    return received, closed


def receive(connection, seconds, enough):
    received, deadline = b"", time.monotonic() + seconds
    while not enough(received) and time.monotonic() < deadline:
        connection.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            more = connection.recv(65536)
        except OSError:
            break
        if not more:
            return received, True
        received += more
    return received, False
