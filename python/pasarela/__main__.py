"""`python -m pasarela MÓDULO:NOMBRE`, o un archivo."""
from __future__ import annotations

import os
import sys

from . import _options
from ._programs import Program
from ._signals import Signals, Stopped
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
        # Como hace `python -m`: los módulos de quien llama están en su carpeta.
        sys.path.insert(0, os.getcwd())
        program = Program(request, signals)
        try:
            program.run()
        finally:
            _leave(program)
        return 0
    except _options.UsageError as error:
        print("pasarela:", error, file=sys.stderr)
        return 2


def _leave(program: Program) -> None:
    """Si un hilo no sale de la aplicación, no se espera más: un intérprete que se va no puede con él."""
    count = sum(server.threads for server in program.servers)
    if count:
        print("pasarela:", say("stuck", count=count), file=sys.stderr)
        sys.stdout.flush()
        os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
