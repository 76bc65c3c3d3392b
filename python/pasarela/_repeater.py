"""Recargar donde un proceso no puede pasar sus sockets a otro (Windows): termina el de antes y empieza el siguiente.

Entre uno y otro no escucha nadie: quien llame en ese momento tendrá que volver a llamar.
"""
from __future__ import annotations

import _thread
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, MutableMapping

from . import _reload
from ._options import Request, UsageError
from ._signals import Stopped
from ._sources import Sources
from ._texts import say

# Cómo termina un proceso que hay que empezar otra vez.
CHANGED = 75

# Dónde se le dice a un proceso que lo es.
VARIABLE = "PASARELA_REPEATED"


def repeat(request: Request) -> int:
    """Empieza uno tras otro; devuelve cómo terminó el último."""
    if request.processes > 1 or request.max_requests:
        raise UsageError(say("no processes"))
    environ = {**os.environ, VARIABLE: "1"}
    while True:
        child = subprocess.Popen([sys.executable, *sys.orig_argv[1:]], env=environ)
        try:
            code = child.wait()
        except Stopped:
            # Ctrl-C es también para él.
            return child.wait()
        if code != CHANGED:
            return code


class Repeated:
    """Uno de esos procesos."""

    def __init__(self) -> None:
        self.is_over = False

    @classmethod
    def take(cls, environ: MutableMapping[str, str]) -> Repeated | None:
        return cls() if environ.pop(VARIABLE, None) else None

    def run(self, work: Callable[[], None], sources: Sources) -> None:
        """Trabaja hasta que cambie algo."""
        threading.Thread(target=self._watch, args=(sources,), name="pasarela-cambios", daemon=True).start()
        try:
            _reload.run(work, sources)
        except Stopped:
            if not self.is_over:
                raise

    def _watch(self, sources: Sources) -> None:
        while not (path := sources.changed()):
            time.sleep(_reload.LOOK)
        print("pasarela:", say("changed", path=path), file=sys.stderr, flush=True)
        self.is_over = True
        _thread.interrupt_main()
