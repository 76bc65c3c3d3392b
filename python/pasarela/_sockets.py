"""Los sockets que escuchan, que abre y conserva quien supervisa a los procesos."""
from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
import stat
import sys
import time
from collections.abc import Iterator
from typing import Any

# Cuántas conexiones esperan en la cola del sistema, y cuántas veces se busca un puerto libre en todas las direcciones.
BACKLOG = 1024
PORT_ATTEMPTS = 16

# Segundos que se espera el turno de mirar y cambiar lo que hay en una carpeta, y entre intento e intento.
TURN, PAUSE = 1.0, 0.002

# Lo que dice el sistema de una dirección de una familia que esta computadora no usa.
MISSING = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)

Sockets = list[socket.socket]
Address = tuple[Any, ...]


class Place:
    """Dónde se escucha. Linux reparte las conexiones de un puerto entre varios sockets: ahí cada proceso tiene los
    suyos, y su cola es suya. Donde no, todos comparten los mismos."""

    def __init__(self, host: str, port: int, unix: str | None, mode: int | None) -> None:
        self._file = None if unix is None else _SocketFile(unix, mode)
        self._first = listen(host, port) if self._file is None else [self._file.socket]
        self._is_shared = self._file is not None or sys.platform != "linux"
        self._others: dict[int, Sockets] = {0: self._first}

    def sockets_of(self, slot: int) -> Sockets:
        """Los del proceso que ocupa ese lugar. Si el anterior murió, en su cola puede haber quien espera."""
        if not self._is_shared and slot not in self._others:
            try:
                self._others[slot] = [_listen_beside(one) for one in self._first]
            except OSError:
                self._others[slot] = self._first
        return self.opened(slot)

    def opened(self, slot: int) -> Sockets:
        """Los suyos, si ya se abrieron."""
        return self._first if self._is_shared else self._others.get(slot, [])

    def close(self, kept: set[socket.socket]) -> None:
        """Que no llegue nadie más que por los procesos que todavía los tengan; menos esos."""
        if self._file:
            self._file.remove()
        for one in {*self._first, *(one for others in self._others.values() for one in others)} - kept:
            one.close()


def listen(host: str, port: int) -> Sockets:
    """Escucha en todas las direcciones de `host`, en el mismo puerto: `localhost` suele tener dos."""
    addresses = _resolve(host)
    for _ in range(PORT_ATTEMPTS if port == 0 else 1):
        sockets: Sockets = []
        try:
            return _listen_on_all(addresses, port, sockets)
        except OSError as error:
            for one in sockets:
                one.close()
            failure = error
            if error.errno != errno.EADDRINUSE:
                break
    raise failure


def _resolve(host: str) -> list[tuple[socket.AddressFamily, Address]]:
    if not host:
        return [(socket.AF_INET6, ("::", 0)), (socket.AF_INET, ("0.0.0.0", 0))]
    found = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)
    # Las de IPv4 primero, y ninguna repetida.
    return sorted({(kind, where) for kind, _, _, _, where in found}, key=lambda one: (one[0] != socket.AF_INET, one[1]))


def _listen_on_all(addresses: list[tuple[socket.AddressFamily, Address]], port: int, sockets: Sockets) -> Sockets:
    missing = OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))
    for family, (where, _, *rest) in addresses:
        if sockets:
            port = sockets[0].getsockname()[1]
        try:
            sockets.append(_listen_on(family, (where, port, *rest), shares=False))
        except OSError as error:
            if error.errno not in MISSING:
                raise
            missing = error
    if not sockets:
        raise missing
    return sockets


def _listen_beside(one: socket.socket) -> socket.socket:
    return _listen_on(one.family, one.getsockname(), shares=True)


def _listen_on(family: int, address: Address, *, shares: bool) -> socket.socket:
    one = socket.socket(family, socket.SOCK_STREAM)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if shares:
            _share(one)
        one.bind(address)
        if sys.platform == "linux":
            # Después de `bind`: antes, otro programa que también comparta podría tener ya el puerto.
            with contextlib.suppress(OSError):
                _share(one)
        one.listen(BACKLOG)
    except BaseException:
        one.close()
        raise
    return one


def _share(one: socket.socket) -> None:
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)


class _SocketFile:
    """Un socket de Unix y su archivo, que se borra si todavía es el mismo."""

    def __init__(self, path: str, mode: int | None) -> None:
        self._path = os.path.abspath(path)
        with _turn(self._path):
            self._make_way()
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            # La ruta como se escribió: una larga puede no caber.
            self.socket.bind(path)
            self._id = self._current()
            if mode is not None:
                # Antes de escuchar: nadie entra mientras los permisos son otros.
                os.chmod(path, mode)
            self.socket.listen(BACKLOG)

    def remove(self) -> None:
        with _turn(self._path), contextlib.suppress(OSError):
            if self._current() == self._id:
                os.unlink(self._path)

    def _current(self) -> tuple[int, int]:
        found = os.lstat(self._path)
        return found.st_dev, found.st_ino

    def _make_way(self) -> None:
        """Quita lo que dejó un proceso que ya no está: nadie contesta."""
        with contextlib.suppress(FileNotFoundError), socket.socket(socket.AF_UNIX) as caller:
            if not stat.S_ISSOCK(os.lstat(self._path).st_mode):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), self._path)
            caller.setblocking(False)
            try:
                caller.connect(self._path)
            except ConnectionRefusedError:
                os.unlink(self._path)
            except BlockingIOError:
                pass


@contextlib.contextmanager
def _turn(path: str) -> Iterator[None]:
    """Espera a que nadie más mire ni cambie lo que hay en la carpeta de `path`, como hace el servidor."""
    try:
        folder = os.open(os.path.dirname(path), os.O_RDONLY)
    except OSError:
        yield
        return
    try:
        give_up = time.monotonic() + TURN
        while not _lock(folder) and time.monotonic() < give_up:
            time.sleep(PAUSE)
        yield
    finally:
        os.close(folder)


def _lock(folder: int) -> bool:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EWOULDBLOCK, errno.EAGAIN)
    return True
