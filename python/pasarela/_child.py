"""Un proceso que otro supervisa: qué le cuenta, y cómo sabe que debe irse.

Habla por un socket: dice qué le pasa y pide los sockets que escuchan. La orden de irse no se escribe: es el final de
una tubería cuyo otro extremo solo tiene quien supervisa. Si muere sin poder ordenar nada, llega igual.
"""
from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import threading
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from ._signals import Stopped

# Dónde se le dice a un proceso que lo supervisan: los números de su socket y de su tubería.
VARIABLE = "PASARELA_SUPERVISED"

# Cada cuántos segundos se mira lo que nadie avisa.
LOOK = 0.5

# Los sockets de `listenfd`: cuántos son, de quién y cuál es el primero.
GIVEN = ("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDS_FIRST_FD")


class Parent:
    """Quien supervisa a este proceso."""

    def __init__(self, wire: int, order: int) -> None:
        for number in (wire, order):
            # Que no los reciban los programas que empiece la aplicación.
            os.set_inheritable(number, False)
        self._wire, self._order = socket.socket(fileno=wire), order

    @classmethod
    def take(cls, environ: MutableMapping[str, str]) -> Parent | None:
        """El de este proceso, si lo hay. Lo quita del entorno: solo es para él."""
        numbers = environ.pop(VARIABLE, None)
        return cls(*map(int, numbers.split())) if numbers else None

    def tell(self, kind: str, *values: Any) -> None:
        # Si ya no está, la orden de irse viene en camino.
        with contextlib.suppress(OSError):
            self._wire.sendall(json.dumps([kind, *values]).encode() + b"\n")

    def watch(self, ordered: Callable[[], None], look: Callable[[], bool]) -> None:
        """Espera la orden en otro hilo. Entre tanto mira de vez en cuando, mientras haya qué mirar."""

        def wait() -> None:
            is_looking = True
            while not select.select([self._order], [], [], LOOK if is_looking else None)[0]:
                is_looking = look()
            ordered()

        threading.Thread(target=wait, name="pasarela-orden", daemon=True).start()

    @contextlib.contextmanager
    def sockets(self, host: str, port: int, unix: str | None, mode: int | None) -> Iterator[str | None]:
        """Los que escuchan ahí, donde los toma el servidor. Si no se puede, el motivo."""
        self.tell("listen", host, port, unix, mode)
        answer, given, _, _ = socket.recv_fds(self._wire, 4096, 64)
        if not answer:
            # Quien supervisa murió. La señal llega enseguida, o ya llegó.
            raise Stopped
        if not given:
            yield answer.decode()
            return
        first = _in_a_row(given)
        os.environ.update(zip(GIVEN, map(str, (len(given), os.getpid(), first)), strict=True))
        try:
            yield None
        finally:
            for name in GIVEN:
                os.environ.pop(name, None)


def interrupt() -> None:
    """Que el hilo principal se entere ahora, aunque espere al sistema."""
    main = threading.main_thread().ident
    if main is not None:
        signal.pthread_kill(main, signal.SIGTERM)


def _in_a_row(numbers: list[int]) -> int:
    """Los mismos sockets, con números seguidos, como los quiere `listenfd`; el primero de ellos."""
    import fcntl  # En Windows no está, y allí nadie llega aquí.

    start = min(numbers)
    while True:
        row: list[int] = []
        for number in numbers:
            row.append(fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, row[-1] + 1 if row else start))
        if row[-1] - row[0] == len(row) - 1:
            break
        start = row[-1] + 1
        for number in row:
            os.close(number)
    for number in numbers:
        os.close(number)
    return row[0]
