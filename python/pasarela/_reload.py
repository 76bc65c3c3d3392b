"""Una aplicación que se está escribiendo: si no se puede cargar, se espera a que cambie."""
from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable

from ._options import UsageError
from ._programs import NotServing
from ._signals import Stopped
from ._sources import Sources
from ._texts import say

# Cuánto dura cada espera. Donde una señal no la interrumpe, se nota entre una y otra.
LOOK = 0.5


def run(work: Callable[[], None], sources: Sources) -> None:
    """Trabaja. Si falla o termina por su cuenta, espera a que lo detengan: será para empezar otra vez."""
    try:
        work()
    except (Stopped, NotServing):
        raise
    except UsageError as error:
        print("pasarela:", error, file=sys.stderr)
    except SystemExit as error:
        if error.code:
            print(error.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    sources.add_folders()
    print("pasarela:", say("waiting"), file=sys.stderr, flush=True)
    while True:
        time.sleep(LOOK)
