"""Las señales de terminar, que son de Python."""
from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType

# Segundos en que una señal repetida es la misma orden: así avisa a un grupo de procesos quien lo administra.
TOGETHER = 1.0

# Menos de lo que tarda un dedo en volver a pulsar Ctrl-C: es el mismo, que alguien reenvió.
BOUNCE = 0.1


class Stopped(KeyboardInterrupt):
    """Llegó una señal de terminar. Quien espera un Ctrl-C también espera esta."""


class Signals:
    """La primera detiene; la que insiste termina en el acto."""

    def __init__(self) -> None:
        self._since: float | None = None
        # A quién se le cuenta la señal en lugar de obedecerla: quien supervisa decide.
        self._report: Callable[[int], None] | None = None
        self._is_supervised = False

    @property
    def is_stopping(self) -> bool:
        return self._since is not None

    def watch(self) -> None:
        for number in ending():
            signal.signal(number, self._arrive)

    def report_to(self, report: Callable[[int], None]) -> None:
        """Desde ahora, y hasta `obey`, una señal no detiene nada: se cuenta."""
        self._report, self._is_supervised = report, True
        signal.signal(signal.SIGTERM, self._arrive)
        # Quien lo empezó las dejó esperando.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ending())

    def obey(self) -> None:
        self._report = None

    def _arrive(self, number: int, frame: FrameType | None) -> None:
        if self._report:
            self._report(number)
        elif self._since is None:
            self._since = time.monotonic()
            raise Stopped
        elif insists(number, time.monotonic() - self._since, is_echoed=self._is_supervised):
            os._exit(128 + number)


def ending() -> Iterator[signal.Signals]:
    """Las de terminar, menos la que se le dijo a este proceso que ignore (`nohup`)."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) is not signal.SIG_IGN:
            yield number


def insists(number: int, elapsed: float, *, is_echoed: bool = False) -> bool:
    """Si es de alguien que insiste, tantos segundos después de la primera; `is_echoed` si Ctrl-C llega además por
    otro camino."""
    return elapsed > TOGETHER or number == signal.SIGINT and elapsed > BOUNCE and not is_echoed
