"""Lo que un programa toma de `wsgiref.simple_server`, en este servidor."""
from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ._pasarela import Server

if TYPE_CHECKING:
    from wsgiref.simple_server import WSGIRequestHandler, demo_app
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

# Los mismos nombres que `wsgiref`. Su `WSGIRequestHandler` está para que un programa lo encuentre: aquí no atiende.
__all__ = ["WSGIServer", "WSGIRequestHandler", "demo_app", "make_server"]

# Lo que es de `wsgiref` se carga si alguien lo pide: con ello viene su servidor de HTTP, que ocupa ocho megas en cada
# proceso.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in ("WSGIRequestHandler", "demo_app"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        from wsgiref import simple_server

        return getattr(simple_server, name)


# Cada cuántos segundos mira el hilo principal si llegó una señal: el sistema puede dársela a otro.
LOOK = 0.5


# Lo que tiene el servidor de `wsgiref` y aquí no puede estar, y qué hacer sin ello.
ABSENT = {
    "socket": "escucha en varios sockets, y los atiende él; para TLS, pon delante nginx o Apache",
    "fileno": "escucha en varios sockets, y los atiende él; para esperar un rato, usa timeout",
    "base_environ": "lo que es de todas las peticiones, ponlo en una aplicación que envuelva a la tuya",
    "RequestHandlerClass": "quien lee las peticiones no es una clase de Python",
}


class WSGIServer:
    """Un servidor que escucha. Tras detenerse no vuelve a empezar: se crea otro."""

    # Cuántos segundos espera `handle_request()` a que alguien pida algo; `None`, los que hagan falta.
    timeout: float | None = None

    def __init__(
        self, host: str, port: int, app: WSGIApplication | None = None, **options: Any
    ) -> None:
        """Sin `app`, la que se diga con `set_app`. `options` son las de `python -m pasarela`, y `shutdown_timeout`:
        los segundos que espera al detenerse."""
        self._app = app
        late = _Late()
        self._late = late if app is None else None
        self._server = Server(late if app is None else app, host, port, **options)
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

    def get_app(self) -> WSGIApplication | None:
        return self._app

    def set_app(self, app: WSGIApplication) -> None:
        """Dice cuál es la aplicación, si se creó sin ella. Puede ser otra más tarde: vale desde la petición siguiente."""
        if self._late is None:
            raise RuntimeError("este servidor se creó con su aplicación; para darla después, créalo con None")
        self._app = self._late.app = app

    def serve_forever(self, poll_interval: float = LOOK) -> None:
        """Atiende hasta `shutdown()`, o hasta que una señal lance una excepción, como Ctrl-C: entonces termina
        lo empezado y la deja pasar."""
        self._run(self._serve, poll_interval)

    def handle_request(self) -> None:
        """Atiende una petición y vuelve; si nadie pide nada en `timeout` segundos, llama a `handle_timeout()`."""
        served: list[bool] = []
        self._run(lambda: served.append(self._server.handle_request(self.timeout)), LOOK)
        if not all(served):
            self.handle_timeout()

    def handle_timeout(self) -> None:
        """Para quien hereda."""

    def shutdown(self) -> None:
        """Lo detiene, y espera a que se detenga si no lo llama quien atiende."""
        self._server.shutdown()
        if self._serving != threading.get_ident():
            self._idle.wait()

    def server_close(self) -> None:
        """Deja de escuchar."""
        self._server.close()

    def __getattr__(self, name: str) -> Any:
        reason = f"; {ABSENT[name]}" if name in ABSENT else ""
        raise AttributeError(f"este WSGIServer no tiene {name!r}{reason}", name=name, obj=self)

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
    app: WSGIApplication | None,
    server_class: type | None = None,
    handler_class: type | None = None,
    **options: Any,
) -> WSGIServer:
    """El `make_server` de `wsgiref`. `server_class` puede heredar de este `WSGIServer`. Las clases que heredan de las
    suyas no tienen aquí qué cambiar: se avisa, y nada más."""
    if isinstance(server_class, type) and issubclass(server_class, WSGIServer):
        return server_class(host, port, app, **options)
    for name, given, usual in [
        ("server_class", server_class, "WSGIServer"),
        ("handler_class", handler_class, "WSGIRequestHandler"),
    ]:
        if given and not _is_usual(given, usual):
            text = f"{name} es de wsgiref: este servidor no la usa"
            warnings.warn(text, RuntimeWarning, stacklevel=2)
    return WSGIServer(host, port, app, **options)


def _is_usual(given: type, name: str) -> bool:
    """Las de `wsgiref`, tal cual, no piden nada."""
    from wsgiref import simple_server

    return given is getattr(simple_server, name)


class _Late:
    """Una aplicación que todavía no se dijo cuál es."""

    app: WSGIApplication | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        if self.app is None:
            raise RuntimeError("este servidor no tiene aplicación; dila con set_app")
        return self.app(environ, start_response)
