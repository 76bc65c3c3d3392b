"""Un servidor en marcha: lo arranca, espera a que escuche y termina exactamente lo que arrancó."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import time

import places
from peers import Kind
from processes import is_running, tree

HOST = "127.0.0.1"
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


class Server:
    def __init__(self, peer, scenario, options):
        self.peer, self.scenario, self.options = peer, scenario, options
        self.log = places.WORK / f"{peer.name}.log"
        self.leftover = None

    def __enter__(self):
        self.port = free_port()
        if self.peer.prepare:
            self.leftover = self.peer.prepare(self.port)
        self.process = self.start(self.peer.command(self.port, self.scenario.name))
        self.pid = self.process.pid
        try:
            self.wait_until_it_listens()
        except BaseException:
            self.__exit__()
            raise
        # Los demás procesos de un servidor que se divide.
        time.sleep(0.25)
        return self

    def start(self, command):
        environment = dict(os.environ, PORT=str(self.port), PYTHONDONTWRITEBYTECODE="1")
        with open(self.log, "wb") as log:
            try:
                return subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=environment,
                    cwd=places.PYTHON_PEERS if self.peer.kind is Kind.PYTHON else places.WORK,
                    # Su grupo, pero nuestra sesión: el planificador reparte el procesador por
                    # sesiones, y en otra los más rápidos perdían casi un tercio.
                    process_group=0,
                    preexec_fn=child_setup(self.options.server_cpus),
                )
            except OSError as error:
                raise Failed(f"no arrancó: {error}") from None

    def wait_until_it_listens(self):
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            self.check_alive("al arrancar")
            try:
                socket.create_connection((HOST, self.port), 1).close()
                return
            except OSError:
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
        if self.leftover:
            shutil.rmtree(self.leftover, ignore_errors=True)


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


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
