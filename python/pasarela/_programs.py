"""De lo que se escribe en `python -m pasarela` a un servidor que atiende."""
from __future__ import annotations

import importlib
import os
import runpy
import sys
import wsgiref.simple_server
from functools import reduce
from typing import Any

from . import simple_server
from ._options import Request, UsageError
from ._signals import Signals, Stopped
from ._texts import say
from .simple_server import WSGIServer, make_server


# Cada cuántos milisegundos suelta el intérprete quien lo tiene ocupado, si otro lo espera. Los 5 que trae Python
# son lo que esperaría una petición rápida junto a quien hace cuentas; con menos de 1, se va en cambiar de hilo.
SWITCH_INTERVAL = 1


class Program:
    """Lo que se ejecuta: sus servidores escuchan donde se pidió, y lo dicen."""

    def __init__(self, request: Request, signals: Signals) -> None:
        self._request, self._signals = request, signals
        self._switch_interval: int = request.options.pop("switch_interval", SWITCH_INTERVAL)
        self.servers: list[WSGIServer] = []

    def run(self) -> None:
        sys.setswitchinterval(max(1, self._switch_interval) / 1000)
        name = self._request.application
        if name.endswith(".py"):
            self._run_file(name)
        else:
            self._serve(_find(name))

    def _run_file(self, path: str) -> None:
        """Ejecuta un archivo sin cambiarle nada: el `make_server` que encuentra, también si pide el de `wsgiref`,
        es el de este programa."""
        if not os.path.isfile(path):
            raise UsageError(say("no file", name=path))
        sys.path[0] = os.path.dirname(os.path.abspath(path))
        sys.argv = [path]
        for module in (wsgiref.simple_server, simple_server):
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
        try:
            options = {**others, **request.options}
            server = make_server(host, port, app, *classes, **options)
        except (OSError, ValueError) as error:
            sys.exit(f"pasarela: {error}")
        self.servers.append(server)
        # La señal que llegó al cargar la aplicación pudo caer donde nadie deja pasar una excepción.
        if self._signals.is_stopping:
            raise Stopped
        print("pasarela:", say("serving", where=_where(server)), file=sys.stderr, flush=True)
        return server


def _find(name: str) -> Any:
    module_name, _, attribute = name.partition(":")
    attribute = attribute or "application"
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        # Si lo que falta es otro, el fallo es del módulo, y lo dice su traza.
        if error.name != module_name:
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
