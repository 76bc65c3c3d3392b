"""Un programa con tipos que usa el paquete. No se ejecuta: lo lee `mypy --strict`."""
from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pasarela import FileWrapper
from pasarela.simple_server import WSGIServer, demo_app, make_server

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    if environ["PATH_INFO"] == "/archivo":
        return FileWrapper(open(__file__, "rb"))
    return demo_app(environ, start_response)


def serve() -> None:
    server: WSGIServer = make_server("localhost", 0, application, threads=8)
    with server:
        print(server.server_name, server.server_port + 1)
        server.serve_forever()
