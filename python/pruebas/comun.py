"""Un servidor que atiende mientras dura una prueba, y un cliente que ve cada byte."""
import contextlib
import io
import socket
import threading
from dataclasses import dataclass

from pasarela.simple_server import WSGIServer

# Segundos que se le conceden a lo que no debería tardar nada.
PATIENCE = 20


@dataclass
class Answer:
    """Lo que vio un cliente."""

    status: str
    headers: list
    body: bytes

    def header(self, name):
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(found) if found else None

    def own_headers(self):
        """Los encabezados que puso la aplicación."""
        server = {"date", "server", "connection", "content-length", "transfer-encoding"}
        return [pair for pair in self.headers if pair[0].lower() not in server]


class Served:
    """Un servidor con esa aplicación, en otro hilo."""

    def __init__(self, application, **options):
        self.server = WSGIServer("127.0.0.1", 0, application, **options)
        self._thread = threading.Thread(target=self.server.serve_forever)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.stop()

    def stop(self):
        self.server.shutdown()
        self._thread.join()

    def open(self):
        return socket.create_connection(self.server.server_address, timeout=PATIENCE)

    def exchange(self, request):
        """Manda unos bytes y devuelve todos los que llegan hasta que se cierra."""
        with self.open() as wire:
            wire.sendall(request)
            return read_to_end(wire)

    def send(self, method="GET", path="/", body=b"", headers=()):
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close"]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        lines += [f"{name}: {value}" for name, value in headers]
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        return parse(self.exchange(head + body))

    def get(self, path="/"):
        return self.send("GET", path)


def read_to_end(wire):
    received = []
    with contextlib.suppress(ConnectionResetError):
        while block := wire.recv(65536):
            received.append(block)
    return b"".join(received)


def parse(received):
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = [tuple(line.split(": ", 1)) for line in lines]
    answer = Answer(first.partition(" ")[2], headers, body)
    if answer.header("Transfer-Encoding") == "chunked":
        answer.body = unchunk(body)
    return answer


def unchunk(body):
    """El contenido de un cuerpo por trozos; falla si no está entero."""
    content, source = b"", io.BytesIO(body)
    while size := int(source.readline(), 16):
        content += source.read(size)
        assert source.read(2) == b"\r\n"
    assert source.read() == b"\r\n", "falta el final"
    return content


def quiet():
    """Lo que las aplicaciones de una prueba lanzan adrede, en una memoria y no en la pantalla."""
    return contextlib.redirect_stderr(io.StringIO())


def plain(body=(b"hola",), status="200 OK", headers=()):
    """Una aplicación que responde siempre lo mismo."""

    def application(environ, start_response):
        start_response(status, [("Content-Type", "text/plain"), *headers])
        return body

    return application


class Body:
    """Un iterable que cuenta sus cierres. Lanza las excepciones que encuentra entre sus trozos."""

    def __init__(self, chunks=(b"hola",)):
        self.chunks = iter(chunks)
        self.closed = 0
        self.is_closed = threading.Event()

    def __iter__(self):
        return self

    def __next__(self):
        chunk = next(self.chunks)
        if isinstance(chunk, Exception):
            raise chunk
        return chunk

    def close(self):
        self.closed += 1
        self.is_closed.set()
