"""Lo que un programa toma de `wsgiref.simple_server`, en este servidor."""
from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import demo_app

from ._pasarela import Server

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

__all__ = ["WSGIServer", "demo_app", "make_server"]

# Cada cuántos segundos mira el hilo principal si llegó una señal: el sistema puede dársela a otro.
LOOK = 0.5


class WSGIServer:
    """Un servidor que escucha. Tras detenerse no vuelve a empezar: se crea otro."""

    def __init__(self, host: str, port: int, app: WSGIApplication, **options: Any) -> None:
        """`options` son las de `python -m pasarela`, y `shutdown_timeout`: los segundos que espera al detenerse."""
        self._app = app
        self._server = Server(app, host, port, **options)
        self._path: str | None = options.get("unix")
        self._idle = threading.Event()
        self._idle.set()
        self._serving: int | None = None
        self._has_served = False

    @property
    def server_address(self) -> tuple[str, int] | str:
        """La dirección, con su puerto de verdad; la ruta, si es un socket de Unix."""
        return self._path or self._server.addresses[0]

    @property
    def server_name(self) -> str:
        return "localhost" if self._path else self._server.addresses[0][0]

    @property
    def server_port(self) -> int:
        return 0 if self._path else self._server.addresses[0][1]

    @property
    def threads(self) -> int:
        """Cuántos hilos siguen: detenido, los que no salieron de la aplicación dentro del plazo."""
        return self._server.threads

    def get_app(self) -> WSGIApplication:
        return self._app

    def serve_forever(self, poll_interval: float = LOOK) -> None:
        """Atiende hasta `shutdown()`, o hasta que una señal lance una excepción, como Ctrl-C: entonces termina
        lo empezado y la deja pasar."""
        self._run(self._serve, poll_interval)

    def handle_request(self) -> None:
        """Atiende una petición y vuelve."""
        self._run(self._server.handle_request, LOOK)

    def shutdown(self) -> None:
        """Lo detiene, y espera a que se detenga si no lo llama quien atiende."""
        self._server.shutdown()
        if self._serving != threading.get_ident():
            self._idle.wait()

    def server_close(self) -> None:
        """Deja de escuchar."""
        self._server.close()

    def __enter__(self) -> WSGIServer:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.server_close()

    def _serve(self) -> None:
        self._has_served = True
        self._server.serve()

    def _run(self, work: Callable[[], None], poll_interval: float) -> None:
        self._serving = threading.get_ident()
        self._idle.clear()
        try:
            if threading.current_thread() is threading.main_thread():
                self._run_beside(work, poll_interval)
            else:
                work()
        finally:
            self._serving = None
            self._idle.set()

    def _run_beside(self, work: Callable[[], None], poll_interval: float) -> None:
        """Trabaja en otro hilo: las señales son del principal, que tiene que estar en Python para verlas."""
        failures: list[BaseException] = []
        done, turn = threading.Event(), threading.Lock()

        def live() -> None:
            # Si una señal llegó antes de que empezara, el trabajo ya es de otro.
            if not turn.acquire(blocking=False):
                return
            try:
                work()
            except BaseException as failure:
                failures.append(failure)
            finally:
                done.set()

        try:
            threading.Thread(target=live, name="pasarela-reloj").start()
            while not done.wait(poll_interval):
                pass
        except BaseException:
            self._server.shutdown()
            if turn.acquire(blocking=False):
                work()
            else:
                done.wait()
            raise
        if failures:
            raise failures[0]

    def _finish(self) -> None:
        """Detenido antes de empezar, atiende a quien ya esperaba en la cola."""
        if not self._has_served:
            self._server.shutdown()
            self._server.serve()


def make_server(
    host: str,
    port: int,
    app: WSGIApplication,
    server_class: type | None = None,
    handler_class: type | None = None,
    **options: Any,
) -> WSGIServer:
    """El `make_server` de `wsgiref`. Las clases suyas que se le den no tienen aquí qué cambiar: se avisa, y nada
    más."""
    if server_class or handler_class:
        warnings.warn(
            "server_class y handler_class son de wsgiref: este servidor no las usa",
            RuntimeWarning,
            stacklevel=2,
        )
    return WSGIServer(host, port, app, **options)
