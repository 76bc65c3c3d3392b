"""Un programa en marcha: lo arranca, espera a que escuche y termina exactamente lo que arrancó."""

import ctypes
import os
import signal
import subprocess
import time

import places
from processes import cpu_of, is_running, tree

START_LIMIT = 20
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class Failed(Exception):
    """Un servidor que no se pudo medir, y por qué."""


def child_setup(cpus):
    """Lo que hace un proceso nuevo antes de ser el programa: morir con quien mide, y su núcleo."""

    def setup():
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if cpus:
            os.sched_setaffinity(0, cpus)

    return setup


class Program:
    def __init__(self, name, command, environment, folder, cpus):
        self.log = places.WORK / f"{name}.log"
        with open(self.log, "wb") as log:
            try:
                self.process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=dict(os.environ, **environment),
                    cwd=folder,
                    # Su grupo, pero nuestra sesión: el planificador reparte el procesador por
                    # sesiones, y en otra los más rápidos perdían casi un tercio.
                    process_group=0,
                    preexec_fn=child_setup(cpus),
                )
            except OSError as error:
                raise Failed(f"no arrancó: {error}") from None
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def wait_until(self, listens):
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            self.check_alive("al arrancar")
            if listens():
                return
            time.sleep(0.05)
        raise Failed(f"no escuchaba a los {START_LIMIT} s{self.last_words()}")

    def check_alive(self, moment):
        code = self.process.poll()
        if code is not None:
            raise Failed(f"terminó {moment} con código {code}{self.last_words()}")

    def last_words(self):
        """El final de lo que escribió, como código: está en la lengua que sea."""
        text = self.log.read_text(errors="replace")[-300:]
        words = " ".join(places.without_places(text).replace("`", "'").split())
        return f": `{words}`" if words else ""

    def cpu(self):
        return cpu_of(self.pid)

    def __exit__(self, *_):
        started = {pid: stat.started for pid, stat in tree(self.pid).items()}
        if self.process.poll() is None:
            self.process.terminate()
        deadline = time.monotonic() + 0.7
        while time.monotonic() < deadline and any(is_running(*pair) for pair in started.items()):
            time.sleep(0.02)
            self.process.poll()
        for pid, start in started.items():
            if is_running(pid, start):
                kill(pid)
        self.process.wait()
        reap_orphans()


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def reap_orphans():
    """Los nietos que quedaron sin padre son nuestros: `__main__` lo pidió al sistema."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
