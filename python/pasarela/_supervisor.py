"""Quien supervisa a los procesos que atienden: los empieza, los reemplaza y los despide.

No tiene hilos ni carga la aplicación: así nada suyo puede fallar con ella. Conserva los sockets que escuchan, y quien
llama mientras un proceso deja su sitio a otro espera en la cola del sistema; nadie encuentra la puerta cerrada.

Cada proceso ocupa un lugar. Al principio, y al recargar, empieza uno solo: si la aplicación no se puede cargar, lo dice
una vez. El que ya atendió bastante sigue hasta que su reemplazo está listo.
"""
from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import selectors
import signal
import socket
import sys
import time
from typing import Any

from . import _signals
from ._child import VARIABLE
from ._options import Request
from ._sockets import Place
from ._texts import say

# Segundos que atiende un proceso para que su muerte no parezca culpa de cómo empieza, y entre uno y otro si lo parece.
GOOD_LIFE = 1.0
PAUSE, LONGEST_PAUSE = 0.1, 10.0

# Segundos que se le conceden a uno que se va: mientras carga, y después de su propio plazo.
LOADING, MARGIN = 30.0, 5.0

# Los descriptores de un proceso: su socket y su tubería.
WIRE, ORDER = 3, 4

NEVER = float("inf")


class Child:
    """Un proceso."""

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self.wire, theirs = socket.socketpair()
        self.wire.setblocking(False)
        reader, self._order = os.pipe()
        try:
            self.pid = _spawn(theirs.fileno(), reader)
        except BaseException:
            self.forget()
            raise
        finally:
            theirs.close()
            os.close(reader)
        self.ready_since = NEVER
        # Hasta cuándo se le espera, y desde cuándo hay que pedirle que se vaya.
        self.kill_at = self.dismiss_at = NEVER
        self.patience = LOADING
        # Si ya no dirá nada más.
        self.is_mute = False
        self._unread = b""

    def dismiss(self, now: float) -> None:
        """Le ordena irse, una vez: termina lo que empezó y vacía su cola."""
        self.dismiss_at = NEVER
        if self._order >= 0:
            os.close(self._order)
            self._order = -1
            self.kill_at = now + self.patience

    @property
    def is_leaving(self) -> bool:
        return self._order < 0 or self.dismiss_at < NEVER

    def messages(self) -> list[list[Any]]:
        """Lo que dijo y no se había leído."""
        try:
            while block := self.wire.recv(65536):
                self._unread += block
            self.is_mute = True
        except BlockingIOError:
            pass
        except OSError:
            self.is_mute = True
        *lines, self._unread = self._unread.split(b"\n")
        return [json.loads(line) for line in lines]

    def forget(self) -> None:
        self.wire.close()
        if self._order >= 0:
            os.close(self._order)


class Slot:
    """El lugar de un proceso."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.current: Child | None = None
        # El que atiende mientras `current` se prepara.
        self.previous: Child | None = None
        self.due = 0.0
        self.failures = 0
        # Si al detenerse había quien esperaba en su cola y nadie que la vaciara.
        self.is_owed = False

    @property
    def is_served(self) -> bool:
        return self.previous is not None or self.current is not None and self.current.ready_since < NEVER

    def fail(self, now: float, lived: float) -> None:
        """Cuándo empieza el siguiente, si el último atendió durante `lived`."""
        self.current = None
        self.failures = 0 if lived > GOOD_LIFE else self.failures + 1
        self.due = now + (min(PAUSE * 2.0 ** (self.failures - 1), LONGEST_PAUSE) if self.failures else 0.0)


def supervise(request: Request) -> int:
    """Atiende hasta que una señal lo detenga; devuelve con qué código terminar."""
    reader, writer = os.pipe()
    for end in (reader, writer):
        os.set_blocking(end, False)
    # Cada señal es un byte en esta tubería, llegue cuando llegue.
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in [*_signals.ending(), signal.SIGCHLD]:
        signal.signal(number, lambda *_: None)
    return Supervisor(request, reader).run()


class Supervisor:
    def __init__(self, request: Request, signals: int) -> None:
        self._slots = [Slot(index) for index in range(request.processes)]
        self._children: dict[int, Child] = {}
        self._places: dict[str, Place] = {}
        self._announced: set[str] = set()
        # Si la aplicación, como está, se pudo cargar.
        self._is_proven = False
        self._stopping_since: float | None = None
        self._code = 0
        self._signals = signals
        self._selector = selectors.DefaultSelector()
        self._selector.register(signals, selectors.EVENT_READ)

    def run(self) -> int:
        while self._stopping_since is None or self._children or self._to_fill():
            self._start()
            self._wait()
            self._reap()
            self._hurry()
        return self._code

    def _to_fill(self) -> list[Slot]:
        """Los lugares que piden otro proceso, ahora o dentro de un rato."""
        slots = self._slots if self._is_proven else self._slots[:1]
        if self._stopping_since is not None:
            slots = [slot for slot in self._slots if slot.is_owed]
        return [slot for slot in slots if slot.current is None]

    def _start(self) -> None:
        now = time.monotonic()
        for slot in self._to_fill():
            if slot.due <= now:
                self._start_in(slot)

    def _start_in(self, slot: Slot) -> None:
        try:
            child = Child(slot)
        except OSError as error:
            print("pasarela:", say("not started", error=error), file=sys.stderr)
            slot.is_owed = False
            return slot.fail(time.monotonic(), 0.0)
        slot.current = self._children[child.pid] = child
        self._selector.register(child.wire, selectors.EVENT_READ, child)

    def _wait(self) -> None:
        due = [min(child.kill_at, child.dismiss_at) for child in self._children.values()]
        due += [slot.due for slot in self._to_fill()]
        soonest = min(due, default=NEVER)
        timeout = None if soonest == NEVER else max(0.0, soonest - time.monotonic())
        for key, _ in self._selector.select(timeout):
            if key.data is None:
                for number in os.read(self._signals, 4096):
                    self._notice(number)
            else:
                self._listen_to(key.data)

    def _notice(self, number: int) -> None:
        if number == signal.SIGCHLD:
            return
        if self._stopping_since is None:
            # Que se sepa antes quién murió.
            self._reap()
            self._stop(0)
        elif _signals.insists(number, time.monotonic() - self._stopping_since):
            self._code = 128 + number
            for slot in self._slots:
                slot.is_owed = False
            for child in self._children.values():
                os.kill(child.pid, signal.SIGKILL)

    def _stop(self, code: int) -> None:
        self._code, self._stopping_since = code, time.monotonic()
        # Antes de que los procesos vacíen sus colas: desde ahora solo ellos las tienen, y nadie más entra en una que
        # ya nadie mira.
        kept = self._keep_owed()
        for place in self._places.values():
            place.close(kept)
        for child in self._children.values():
            if child.slot.is_owed and child is child.slot.current:
                child.kill_at = self._stopping_since + LOADING
            else:
                child.dismiss(self._stopping_since)

    def _keep_owed(self) -> set[socket.socket]:
        """Las colas en que espera alguien y que nadie atiende: el proceso murió, y el siguiente todavía se carga."""
        mine = {slot.index: self._opened(slot) for slot in self._slots}
        served = {one for slot in self._slots if slot.is_served for one in mine[slot.index]}
        kept: set[socket.socket] = set()
        for slot in self._slots:
            left = set(mine[slot.index]) - served - kept
            if left and select.select(left, [], [], 0)[0]:
                slot.is_owed, slot.due = True, 0.0
                kept |= left
        return kept

    def _opened(self, slot: Slot) -> list[socket.socket]:
        return [one for place in self._places.values() for one in place.opened(slot.index)]

    def _listen_to(self, child: Child) -> None:
        for kind, *values in child.messages():
            getattr(self, f"_hear_{kind}")(child, *values)
        if child.is_mute and child.wire in self._selector.get_map():
            self._selector.unregister(child.wire)

    def _hear_listen(self, child: Child, host: str, port: int, unix: str | None, mode: int | None) -> None:
        """Da los sockets que escuchan ahí; los mismos a quien los vuelva a pedir."""
        is_last = self._stopping_since is not None
        if is_last and not child.slot.is_owed:
            return
        where = json.dumps([unix] if unix is not None else [host, port])
        answer, given = ".", []
        try:
            place = self._places.get(where) or self._places.setdefault(where, Place(host, port, unix, mode))
            given = [one.fileno() for one in place.sockets_of(child.slot.index)]
        except (OSError, ValueError, OverflowError) as error:
            answer = str(error)
        # Si el proceso ya murió, lo dirá su final.
        with contextlib.suppress(OSError):
            socket.send_fds(child.wire, [answer.encode("utf-8", "replace")], given)
        if is_last:
            for one in self._opened(child.slot):
                one.close()

    def _hear_ready(self, child: Child, where: str, patience: float) -> None:
        child.ready_since = min(child.ready_since, time.monotonic())
        child.patience = patience + MARGIN
        if self._stopping_since is not None:
            return child.dismiss(time.monotonic())
        if child is not child.slot.current:
            return
        self._is_proven = True
        if child.slot.previous:
            child.slot.previous.dismiss(time.monotonic())
            child.slot.previous = None
        if where not in self._announced:
            self._announced.add(where)
            print("pasarela:", say("serving", where=where), file=sys.stderr, flush=True)

    def _hear_tired(self, child: Child) -> None:
        """Ya atendió bastante."""
        slot = child.slot
        if child is slot.current and not child.is_leaving:
            slot.previous, slot.current, slot.due = child, None, 0.0

    def _hear_changed(self, child: Child, path: str) -> None:
        """La aplicación es otra: que se vayan todos los de la anterior."""
        if child.is_leaving or self._stopping_since is not None:
            return
        print("pasarela:", say("changed", path=path), file=sys.stderr, flush=True)
        for other in self._children.values():
            other.dismiss(time.monotonic())
        for slot in self._slots:
            slot.current, slot.previous, slot.due, slot.failures = None, None, 0.0, 0
        self._is_proven = False

    def _hear_signal(self, child: Child, number: int) -> None:
        """Le llegó una señal. Si fue a todo el grupo, también llegará aquí: se le da tiempo."""
        if not child.is_leaving:
            child.dismiss_at = time.monotonic() + _signals.TOGETHER / 4

    def _reap(self) -> None:
        # También los que nadie esperaba: si este es el primer proceso de un contenedor, recibe a los huérfanos.
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            if child := self._children.get(pid):
                self._listen_to(child)
                del self._children[pid]
                self._bury(child, os.waitstatus_to_exitcode(status))

    def _bury(self, child: Child, code: int) -> None:
        if child.wire in self._selector.get_map():
            self._selector.unregister(child.wire)
        child.forget()
        slot, is_leaving, now = child.slot, child.is_leaving, time.monotonic()
        if slot.previous is child:
            slot.previous = None
        if self._stopping_since is not None:
            slot.is_owed = slot.is_owed and child is not slot.current
            self._code = self._code or _as_exit(code)
        elif child is slot.current:
            if not self._announced:
                # Nunca atendió nadie: el motivo ya está dicho.
                return self._stop(_as_exit(code))
            slot.fail(now, now - child.ready_since if child.ready_since < NEVER else 0.0)
            if not is_leaving:
                print("pasarela:", say("died", pid=child.pid, how=_how(code)), file=sys.stderr, flush=True)

    def _hurry(self) -> None:
        """Despide a quien le tocaba, y no espera más a quien no se va."""
        now = time.monotonic()
        for child in self._children.values():
            if child.dismiss_at <= now:
                child.dismiss(now)
            if child.kill_at <= now:
                child.kill_at = NEVER
                print("pasarela:", say("killed", pid=child.pid), file=sys.stderr, flush=True)
                os.kill(child.pid, signal.SIGKILL)


def _spawn(wire: int, order: int) -> int:
    """Empieza un intérprete con lo mismo que se le pidió a este."""
    # Lejos de los números que tendrán: uno no debe tapar al otro.
    wire, order = (fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 2 * ORDER) for one in (wire, order))
    try:
        return os.posix_spawn(
            sys.executable,
            [sys.executable, *sys.orig_argv[1:]],
            {**os.environ, VARIABLE: f"{WIRE} {ORDER}"},
            file_actions=[(os.POSIX_SPAWN_DUP2, wire, WIRE), (os.POSIX_SPAWN_DUP2, order, ORDER)],
            # Hasta que sepa qué hacer con ellas, esperan.
            setsigmask=list(_signals.ending()),
        )
    finally:
        os.close(wire)
        os.close(order)


def _as_exit(code: int) -> int:
    return code if code >= 0 else 128 - code


def _how(code: int) -> str:
    return say("code", code=code) if code >= 0 else signal.Signals(-code).name
