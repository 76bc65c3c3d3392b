"""Las señales de terminar, que son de Python."""
from __future__ import annotations

import os
import signal
import time
from types import FrameType

# Segundos en que una señal repetida es la misma orden: así avisa a un grupo de procesos quien lo administra.
TOGETHER = 1.0


class Stopped(KeyboardInterrupt):
    """Llegó una señal de terminar. Quien espera un Ctrl-C también espera esta."""


class Signals:
    """La primera detiene; la que insiste termina en el acto."""

    def __init__(self) -> None:
        self._since: float | None = None

    @property
    def is_stopping(self) -> bool:
        return self._since is not None

    def watch(self) -> None:
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            # La que se le dijo a este proceso que ignore (`nohup`), se ignora.
            if number and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._arrive)

    def _arrive(self, number: int, frame: FrameType | None) -> None:
        if self._since is None:
            self._since = time.monotonic()
            raise Stopped
        if number == signal.SIGINT or time.monotonic() - self._since > TOGETHER:
            os._exit(128 + number)
