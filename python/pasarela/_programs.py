"""De lo que se escribe en `python -m pasarela` a un servidor que atiende."""
from __future__ import annotations

import contextlib
import importlib
import os
import runpy
import sys
from functools import reduce
from typing import Any

from . import simple_server
from ._child import Parent
from ._options import Request, UsageError
from ._signals import Signals, Stopped
from ._sources import Sources
from ._texts import say
from .simple_server import WSGIServer, make_server


# Cada cuántos microsegundos suelta el intérprete quien lo tiene ocupado, si otro lo espera. Si los que hacen cuentas
# son varios, también se lo pasan entre ellos, y una petición rápida puede esperarlo diez veces o más: con los 5000 que
# trae Python, 40 ms. Con menos de 250 se gasta en cambiar de hilo lo que se gana.
SWITCH_INTERVAL = 500

# Los segundos que espera un servidor al detenerse, si nadie dijo otra cosa.
PATIENCE = 30.0


class NotServing(SystemExit):
    """No se puede escuchar, o no con esas opciones."""


class Program:
    """Lo que se ejecuta: sus servidores escuchan donde se pidió, y lo dicen."""

    def __init__(
        self, request: Request, signals: Signals, parent: Parent | None = None, sources: Sources | None = None
    ) -> None:
        self._request, self._signals, self._parent = request, signals, parent
        self._switch_interval: int = request.options.pop("switch_interval", SWITCH_INTERVAL)
        self.servers: list[WSGIServer] = []
        self._sources = sources

    def run(self) -> None:
        sys.setswitchinterval(self._switch_interval / 1e6)
        name = self._request.application
        if name.endswith(".py"):
            self._run_file(name)
        else:
            self._serve(_find(name))

    def finish(self) -> None:
        """Nadie que ya esperaba se queda sin respuesta, aunque la señal llegara antes de empezar a atender."""
        for server in self.servers:
            # El que ya se cerró no tiene a nadie.
            with contextlib.suppress(RuntimeError):
                server._finish()

    def _run_file(self, path: str) -> None:
        """Ejecuta un archivo sin cambiarle nada: el `make_server` que encuentra, también si pide el de `wsgiref`,
        es el de este programa."""
        sys.path[0] = os.path.dirname(os.path.abspath(path))
        if self._sources:
            self._sources.add(path)
        if not os.path.isfile(path):
            raise UsageError(say("no file", name=path))
        sys.argv = [path]
        from wsgiref import simple_server as theirs

        for module in (theirs, simple_server):
            module.make_server = self._make_server  # type: ignore
        names = runpy.run_path(path, run_name="__main__")
        if self.servers:
            return
        application = names.get("application", names.get("app"))
        if application is None:
            raise UsageError(say("no application", name=path))
        self._serve(application)

    def _serve(self, application: Any) -> None:
        self._make_server("localhost", 8000, application).serve_forever()

    def _make_server(self, host: str, port: int, app: Any, *classes: Any, **others: Any) -> Any:
        request = self._request
        host = host if request.host is None else request.host
        port = port if request.port is None else request.port
        options = {**others, **request.options}
        try:
            server = self._listen(host, port, app, classes, options)
        except (OSError, ValueError, OverflowError) as error:
            raise NotServing(f"pasarela: {error}") from None
        self.servers.append(server)
        # La señal que llegó al cargar la aplicación pudo caer donde nadie deja pasar una excepción.
        if self._signals.is_stopping:
            raise Stopped
        if self._parent:
            self._parent.tell("ready", _where(server), options.get("shutdown_timeout", PATIENCE))
        else:
            print("pasarela:", say("serving", where=_where(server)), file=sys.stderr, flush=True)
        return server

    def _listen(self, host: str, port: int, app: Any, classes: Any, options: dict[str, Any]) -> WSGIServer:
        request, parent = self._request, self._parent
        if not parent:
            return make_server(host, port, app, *classes, **options)
        options = {**options, "multiprocess": request.processes > 1, "recycling": self._recycling(parent)}
        with parent.sockets(host, port, options.get("unix"), options.get("unix_mode")) as failure:
            if failure is None:
                return make_server(host, port, app, *classes, **options, inherited=True)
        # El mismo intento dice lo mismo, y mejor dicho.
        make_server(host, port, app, *classes, **options).server_close()
        raise OSError(failure)

    def _recycling(self, parent: Parent) -> Any:
        """Hasta la décima parte menos de lo pedido, al azar: que los procesos no se reciclen a la vez."""
        import random

        most = self._request.max_requests
        return (most - random.randint(0, most // 10), lambda: parent.tell("tired")) if most else None


def _find(name: str) -> Any:
    module_name, _, attribute = name.partition(":")
    attribute = attribute or "application"
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        # Si lo que falta no es él ni la carpeta en que está, el fallo es suyo, y lo dice su traza.
        if not f"{module_name}.".startswith(f"{error.name}."):
            raise
        raise UsageError(say("no module", name=module_name)) from None
    try:
        return reduce(getattr, attribute.split("."), module)
    except AttributeError:
        raise UsageError(say("no name", module=module_name, name=attribute)) from None


def _where(server: WSGIServer) -> str:
    match server.server_address:
        case str(path):
            return f"unix:{path}"
        case (host, port):
            return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
