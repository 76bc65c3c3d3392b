# Una aplicación que hace de todo, y cuenta lo que tiene a medias.
import ctypes
import gc
import hashlib
import os
import sys
import threading
import time

LOCK = threading.Lock()
OPEN = {"iterables": 0, "hilos": 0}
LOCAL = threading.local()
LINE = b"una parte de la respuesta\n" * 80
LARGE = bytes(range(256)) * 4096
FILE = os.environ.get("DE_TODO_ARCHIVO", __file__)


def count(what, change):
    with LOCK:
        OPEN[what] += change


class Resident:
    """Lo que vive mientras viva su hilo, como una conexión a una base de datos."""

    def __init__(self):
        count("hilos", 1)

    def __del__(self):
        count("hilos", -1)


class Parts:
    """Un iterable con su `close()`; con `fails`, se rompe a la mitad."""

    def __init__(self, chunks, fails=False):
        self._chunks, self._fails = chunks, fails
        count("iterables", 1)

    def __iter__(self):
        for number, chunk in enumerate(self._chunks):
            if self._fails and number == len(self._chunks) // 2:
                raise RuntimeError("adrede")
            yield chunk

    def close(self):
        count("iterables", -1)


def text(environ):
    return [b"hola"]


def echo(environ):
    return [hashlib.sha256(environ["wsgi.input"].read()).hexdigest().encode()]


def lines(environ):
    return [str(sum(1 for _ in environ["wsgi.input"])).encode()]


def slow(environ):
    time.sleep(0.02)
    return [b"tarde"]


def fail(environ):
    raise RuntimeError("adrede")


def kept(environ):
    """Lo que sigue en uso: iterables sin cerrar, cosas de hilos, bloques de Python y bytes de C."""
    gc.collect()
    with LOCK:
        counts = [*OPEN.values(), sys.getallocatedblocks(), used_bytes()]
    return [" ".join(map(str, counts)).encode()]


class MallocInfo(ctypes.Structure):
    """`mallinfo2`, de `glibc`; donde no la hay, no se mide."""

    _fields_ = [(f"field{number}", ctypes.c_size_t) for number in range(10)]


MALLINFO = getattr(ctypes.CDLL(None), "mallinfo2", None) if sys.platform == "linux" else None


def used_bytes():
    if MALLINFO is None:
        return 0
    MALLINFO.restype = MallocInfo
    info = MALLINFO()
    # `hblkhd` y `uordblks`: lo pedido aparte al sistema, y lo demás que no está libre.
    return info.field4 + info.field7


VIEWS = {
    "/texto": text,
    "/eco": echo,
    "/lineas": lines,
    "/tarde": slow,
    "/error": fail,
    "/en-uso": kept,
    "/partes": lambda environ: Parts([LINE] * 20),
    "/roto": lambda environ: Parts([LINE] * 20, fails=True),
    "/grande": lambda environ: Parts([LARGE] * 8),
    "/archivo": lambda environ: environ["wsgi.file_wrapper"](open(FILE, "rb")),
}


def application(environ, start_response):
    if not hasattr(LOCAL, "resident"):
        LOCAL.resident = Resident()
    body = VIEWS[environ["PATH_INFO"]](environ)
    start_response("200 OK", [("Content-Type", "application/octet-stream")])
    return body
