"""La carga: `wrk` con un tiempo fijo, y conexiones que se abren y se quedan quietas.

Va solo a esta computadora (`HOST`), y termina sola: `wrk` tiene su plazo, y aquí hay otro para él.
"""

import json
import os
import re
import selectors
import socket
import subprocess
import time

import places
from answers import request
from program import Failed, child_setup
from scenarios import DEPTH
from server import HOST

# Segundos de más que se le dan a `wrk` antes de terminarlo.
PATIENCE = 20
# Conexiones que esperan respuesta a la vez mientras se abren las ociosas.
IN_FLIGHT = 64


class Wrk:
    """Un `wrk` en marcha; `result` lo espera y devuelve sus números y su gasto de procesador."""

    def __init__(self, server, scenario, seconds, path=None, connections=None):
        options = server.options
        connections = connections or scenario.connections
        command = ["wrk", "-t", str(min(options.wrk_threads, connections)), "-c", str(connections)]
        command += ["-d", f"{seconds}s", "--timeout", "1s"]
        command += ["-s", str(places.SCRIPTS / f"{scenario.script}.lua")]
        for header in scenario.headers:
            command += ["-H", header]
        command.append(f"http://{HOST}:{server.port}{path or scenario.path}")
        self.deadline = time.monotonic() + seconds + PATIENCE
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(
                os.environ,
                BENCH_SCRIPTS=str(places.SCRIPTS),
                BENCH_DEPTH=str(DEPTH),
                BENCH_BODY=str(places.LARGE),
            ),
            preexec_fn=child_setup(options.client_cpus),
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.returncode is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def result(self):
        output = self.read_to_end()
        # `wait4` y no `wait`: dice además cuánto procesador usó.
        _, status, spent = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        found = re.search(r"^JSON (\{.*\})$", output, re.MULTILINE)
        if not found:
            raise Failed(f"`wrk` no dio números: `{' '.join(output.split())[-200:]}`")
        numbers = json.loads(found[1])
        numbers["cpu"] = spent.ru_utime + spent.ru_stime
        numbers["seconds"] = numbers["us"] / 1e6
        return numbers

    def read_to_end(self):
        output, stdout = b"", self.process.stdout
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            while selector.select(max(0.0, self.deadline - time.monotonic())):
                more = os.read(stdout.fileno(), 65536)
                if not more:
                    return output.decode(errors="replace")
                output += more
        raise Failed("`wrk` no terminó a tiempo")


def run_wrk(*arguments, **named):
    with Wrk(*arguments, **named) as wrk:
        return wrk.result()


class Crowd:
    """Conexiones abiertas que hicieron una petición cada una y se quedan ahí."""

    def __init__(self, server, size, seconds=10.0):
        self.server, self.size = server, size
        self.sockets, self.answered = [], set()
        # Las que esperan respuesta: lo recibido, y desde cuándo esperan.
        self.received, self.since = {}, {}
        self.deadline = time.monotonic() + seconds

    def __enter__(self):
        with selectors.DefaultSelector() as selector:
            while time.monotonic() < self.deadline and not self.settled():
                self.open_more(selector)
                for key, ready in selector.select(0.2):
                    self.advance(selector, key.fileobj, ready)
        return self

    def __exit__(self, *_):
        for connection in self.sockets:
            connection.close()

    def stuck(self):
        """Las que llevan más de un segundo sin respuesta ya no ocupan un lugar."""
        limit = time.monotonic() - 1
        return sum(1 for connection in self.received if self.since[connection] < limit)

    def settled(self):
        return len(self.sockets) == self.size and len(self.received) == self.stuck()

    def open_more(self, selector):
        free = IN_FLIGHT - len(self.received) + self.stuck()
        for _ in range(min(free, self.size - len(self.sockets))):
            connection = socket.socket()
            connection.setblocking(False)
            connection.connect_ex((HOST, self.server.port))
            selector.register(connection, selectors.EVENT_WRITE)
            self.sockets.append(connection)
            self.received[connection], self.since[connection] = b"", time.monotonic()

    def advance(self, selector, connection, ready):
        more = b""
        try:
            if ready & selectors.EVENT_WRITE:
                connection.send(request(self.server))
                selector.modify(connection, selectors.EVENT_READ)
                return
            more = connection.recv(65536)
        except OSError:
            # La rechazó o la cortó: cuenta como sin respuesta.
            pass
        self.received[connection] += more
        if places.TEXT in self.received[connection]:
            self.answered.add(connection)
        if not more or connection in self.answered:
            selector.unregister(connection)
            del self.received[connection]

    def held(self):
        """Cuántas tuvieron respuesta y siguen abiertas."""
        return sum(1 for connection in self.answered if still_open(connection))


def still_open(connection):
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False
