"""El servidor que se mide: solo, o detrás de un nginx."""

import shutil
import socket
import time
from contextlib import ExitStack

import places
from nginx import front_command, prepare_front
from program import Program

HOST = "127.0.0.1"


class Server:
    def __init__(self, peer, scenario, options):
        self.peer, self.scenario, self.options = peer, scenario, options
        self.front = None

    def __enter__(self):
        # El puerto al que van los clientes.
        self.port = free_port()
        with ExitStack() as stack:
            self.start(stack)
            # Los demás procesos de un servidor que se divide.
            time.sleep(0.25)
            self.stack = stack.pop_all()
        return self

    def start(self, stack):
        place = f"{HOST}:{self.port}"
        if self.scenario.front:
            folder = places.WORK / f"delante-{self.port}"
            folder.mkdir(parents=True)
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            place = {"tcp": f"{HOST}:{free_port()}", "unix": str(folder / "socket")}[self.scenario.front]
        if self.peer.prepare:
            stack.callback(shutil.rmtree, self.peer.prepare(self.port), ignore_errors=True)
        self.back = stack.enter_context(self.program(place))
        self.back.wait_until(lambda: accepts(place))
        if self.scenario.front:
            prepare_front(folder, self.peer, f"{HOST}:{self.port}", place)
            command, cpus = front_command(folder), self.options.server_cpus
            self.front = stack.enter_context(Program("delante", command, {}, folder, cpus))
            self.front.wait_until(lambda: accepts(f"{HOST}:{self.port}"))

    def program(self, place):
        return Program(
            self.peer.name,
            self.peer.command(place, self.scenario.name),
            {"PORT": str(self.port), "PYTHONDONTWRITEBYTECODE": "1"},
            places.PYTHON_PEERS if self.peer.runs_python else places.WORK,
            self.options.server_cpus,
        )

    @property
    def pid(self):
        return self.back.pid

    def cpu(self):
        """Segundos de procesador que lleva el servidor, y los del nginx que tiene delante."""
        return self.back.cpu(), self.front.cpu() if self.front else 0.0

    def check_alive(self, moment):
        for program in filter(None, [self.back, self.front]):
            program.check_alive(moment)

    def __exit__(self, *_):
        self.stack.close()


def accepts(place):
    """Si ya hay quien escuche en una dirección o en un socket de Unix."""
    host, _, port = place.rpartition(":")
    try:
        with socket.socket(socket.AF_INET if port.isdigit() else socket.AF_UNIX) as trial:
            trial.settimeout(1)
            trial.connect((host, int(port)) if port.isdigit() else place)
    except OSError:
        return False
    return True


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]
