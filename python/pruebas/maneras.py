"""Maneras de atender una aplicación: este servidor por cada protocolo, y el de `wsgiref`."""
import contextlib
import socket
import threading
from wsgiref import simple_server

import protocolos
from comun import PATIENCE, Served


class Way:
    """Una aplicación atendida, y cómo se le pide algo."""

    def __init__(self, protocol):
        self.protocol = protocol

    def serve(self, application):
        return Served(application, protocol=self.protocol.name)

    def ask(self, application, request):
        """Lo que ve quien pide eso, cuando el servidor ya terminó."""
        with self.serve(application) as served:
            return self.ask_served(served, request)

    def ask_served(self, served, request):
        received, is_cut = exchange(served.open(), self.protocol.write(request))
        return self.protocol.read(received, is_cut, request.method != "HEAD")


class ServedByWsgiref:
    """Como `Served`, con el servidor de Python."""

    def __init__(self, application):
        self.server = simple_server.make_server(
            "127.0.0.1", 0, application, handler_class=Silent
        )
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()

    open = Served.open


class Silent(simple_server.WSGIRequestHandler):
    def log_message(self, *arguments):
        pass


class WsgirefWay(Way):
    def __init__(self):
        super().__init__(protocolos.Http)

    def serve(self, application):
        return ServedByWsgiref(application)


def exchange(wire, request):
    """Manda unos bytes, y no más: los que llegan hasta que se cierra, y si fue un corte."""
    received = []
    with wire:
        # Quien contesta antes de leerlo todo puede cerrar.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            wire.sendall(request)
        with contextlib.suppress(OSError):
            wire.shutdown(socket.SHUT_WR)
        wire.settimeout(PATIENCE)
        try:
            while block := wire.recv(65536):
                received.append(block)
        except ConnectionResetError:
            return b"".join(received), True
    return b"".join(received), False
