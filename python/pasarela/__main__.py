"""`python -m pasarela MÓDULO:NOMBRE`, o un archivo."""
from __future__ import annotations

import os
import sys

from . import _options, _reload
from ._child import Parent, interrupt
from ._options import Request
from ._programs import Program
from ._repeater import CHANGED, Repeated, repeat
from ._signals import Signals, Stopped
from ._sources import Sources
from ._texts import say, usage


def main() -> int:
    signals = Signals()
    try:
        # Desde aquí, también mientras se carga la aplicación.
        signals.watch()
        return _run(signals)
    except Stopped:
        return 0


def _run(signals: Signals) -> int:
    try:
        request = _options.read(sys.argv[1:], os.environ)
        if request is None:
            print(usage(), end="")
            return 0
        parent, repeated = Parent.take(os.environ), Repeated.take(os.environ)
        if request.is_supervised and not parent and not repeated:
            return _supervise(request)
        _serve(request, signals, parent, repeated)
        return CHANGED if repeated and repeated.is_over else 0
    except _options.UsageError as error:
        print("pasarela:", error, file=sys.stderr)
        return 2


def _supervise(request: Request) -> int:
    if not hasattr(os, "posix_spawn"):
        return repeat(request)
    from ._supervisor import supervise

    return supervise(request)


def _serve(request: Request, signals: Signals, parent: Parent | None, repeated: Repeated | None) -> None:
    # Como hace `python -m`: los módulos de quien llama están en su carpeta.
    sys.path.insert(0, os.getcwd())
    sources = Sources() if request.reload else None
    program = Program(request, signals, parent, sources)
    if parent:
        _obey(parent, signals, sources)
    try:
        if not sources:
            program.run()
        elif repeated:
            repeated.run(program.run, sources)
        else:
            _reload.run(program.run, sources)
    finally:
        program.finish()
        _leave(program)


def _obey(parent: Parent, signals: Signals, sources: Sources | None) -> None:
    """Quien supervisa decide cuándo irse: las señales se le cuentan, y los cambios también."""

    def end() -> None:
        signals.obey()
        interrupt()

    def look() -> bool:
        path = sources.changed() if sources else None
        if path:
            parent.tell("changed", path)
        return sources is not None and path is None

    signals.report_to(lambda number: parent.tell("signal", number))
    parent.watch(end, look)


def _leave(program: Program) -> None:
    """Si un hilo no sale de la aplicación, no se espera más: un intérprete que se va no puede con él."""
    count = sum(server.threads for server in program.servers)
    if count:
        print("pasarela:", say("stuck", count=count), file=sys.stderr)
        sys.stdout.flush()
        os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
