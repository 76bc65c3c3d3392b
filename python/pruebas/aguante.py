"""Un rato con clientes de toda clase, y después todo vuelve a su sitio: descriptores, hilos y memoria.

    aguante.py               diez minutos, y un veredicto
    aguante.py 15            quince segundos; en menos de cinco minutos la memoria se mide y no se juzga

No es una de las pruebas de `unittest`: se ejecuta aparte, en Linux. Los clientes van por mareas: muchos, pocos y
ninguno, hasta que se van los hilos de sobra. Entonces se mide lo que sigue en uso: los bloques de Python y los bytes de
C. Se juzga sin contar el primer tercio, en el que todo se llena por primera vez: cuánto sube por minuto la recta que
mejor pasa por lo medido (mínimos cuadrados). La memoria residente se muestra y no se juzga: es también la que el sistema
no ha pedido de vuelta a `glibc`, que guarda una reserva por hilo. Los descriptores, los hilos y las trazas se cuentan.
"""
import collections
import dataclasses
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

import clientes
from comun import PATIENCE

USUAL = 600
# Con menos, la memoria no se juzga.
ENOUGH = 300
# Cuánto puede subir por minuto lo que sigue en uso: bloques de Python, y KiB de C.
BLOCKS, KIBIBYTES = 20, 8
SAMPLE = 1.0
# Clientes a la vez, y cuántos segundos.
TIDES = [(24, 20.0), (2, 5.0)]
HIGH = TIDES[0][0]
THREADS = 24
# Segundos en que todo vuelve a su sitio: los hilos de sobra y las conexiones a medias esperan antes de irse.
CALM = 60


@dataclasses.dataclass
class Usage:
    """Lo que gasta un proceso: KiB, hilos y descriptores."""

    resident: int
    threads: int
    descriptors: int

    def most(self, other):
        """Lo más de cada cosa."""
        pairs = zip(dataclasses.astuple(self), dataclasses.astuple(other))
        return Usage(*(max(pair) for pair in pairs))

    @classmethod
    def of(cls, process):
        folder = pathlib.Path(f"/proc/{process}")
        status = (folder / "status").read_text()
        resident, threads = (int(re.search(rf"{name}:\s+(\d+)", status)[1]) for name in ("VmRSS", "Threads"))
        return cls(resident, threads, len(os.listdir(folder / "fd")))


class Served:
    """Un `python -m pasarela`, con sus errores en un archivo."""

    def __init__(self, folder):
        file = folder / "archivo"
        file.write_bytes(clientes.FILE)
        self._errors = folder / "errores"
        command = [sys.executable, "-m", "pasarela", "de_todo", "--host=127.0.0.1", "--port=0", f"--threads={THREADS}"]
        with self._errors.open("w") as errors:
            self.process = subprocess.Popen(
                command,
                cwd=pathlib.Path(__file__).with_name("programas"),
                env={**os.environ, "DE_TODO_ARCHIVO": str(file)},
                stderr=errors,
            )
        found = wait_for(lambda: re.search(r"http://(.*):(\d+)/", self.errors()), PATIENCE)
        self.address = found[1], int(found[2])

    def errors(self):
        return self._errors.read_text()

    def usage(self):
        return Usage.of(self.process.pid)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


class Load:
    """Los clientes, que suben y bajan como la marea."""

    def __init__(self, address):
        self._address = address
        self._active, self._over, self.busy = HIGH, False, 0
        self._changed = threading.Condition()
        self.done, self.failures = collections.Counter(), []
        self._threads = [threading.Thread(target=self._work, args=(number,)) for number in range(HIGH)]
        for thread in self._threads:
            thread.start()

    def set_active(self, count):
        with self._changed:
            self._active = count
            self._changed.notify_all()

    def stop(self):
        with self._changed:
            self._over = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _may_work(self, number):
        with self._changed:
            self._changed.wait_for(lambda: self._over or number < self._active)
            self.busy += not self._over
            return not self._over

    def _rest(self):
        with self._changed:
            self.busy -= 1

    def _work(self, number):
        turn = 0
        while self._may_work(number):
            turn += 1
            kind, luck = clientes.any_kind(f"{number}-{turn}")
            try:
                kind(self._address, luck)
            except (AssertionError, OSError, clientes.http.client.HTTPException) as failure:
                self.failures.append(f"{kind.__name__} {number}-{turn}: {failure!r}")
            self.done[kind.__name__] += 1
            self._rest()


def wait_for(condition, patience):
    deadline = time.monotonic() + patience
    while not (found := condition()):
        if time.monotonic() > deadline:
            return found
        time.sleep(0.05)
    return found


@dataclasses.dataclass
class Calm:
    """Un momento sin clientes: el segundo, lo que gasta el proceso, y lo que la aplicación dice que sigue en uso."""

    at: float
    usage: Usage
    iterables: int
    residents: int
    blocks: int
    used: int

    @classmethod
    def of(cls, served, at):
        # Lo que gasta, antes de preguntarle: la conexión de la pregunta tarda un momento en cerrarse.
        usage = served.usage()
        answer = clientes.one(served.address, "/en-uso", Connection="close")
        *counts, used = map(int, answer.split())
        return cls(at, usage, *counts, used // 1024)

    @classmethod
    def first(cls, served):
        """El de antes de empezar, con todo hecho: lo menos que se gasta en un segundo."""
        calm, seen = cls.of(served, 0), []
        for _ in range(20):
            time.sleep(0.05)
            seen.append(served.usage())
        calm.usage = min(seen, key=lambda usage: usage.descriptors)
        return calm


def soak(served, before, seconds):
    """Los clientes que hubo, lo más que se gastó, y lo que quedaba al final de cada marea."""
    load, start = Load(served.address), time.monotonic()
    end, peak, calm = start + seconds, before.usage, []
    try:
        while time.monotonic() < end:
            for active, duration in TIDES:
                load.set_active(active)
                peak = watch(served, peak, min(end, time.monotonic() + duration))
            load.set_active(0)
            wait_for(lambda: not load.busy, CALM)
            wait_for(lambda: is_back(served, before), CALM)
            calm.append(Calm.of(served, round(time.monotonic() - start)))
            print(calm[-1], flush=True)
    finally:
        load.stop()
    return load, peak, calm


def is_back(served, before):
    now = served.usage()
    return now.descriptors <= before.usage.descriptors and now.threads <= before.usage.threads


def watch(served, peak, until):
    """Lo más que se gasta hasta entonces."""
    while time.monotonic() < until:
        peak = peak.most(served.usage())
        time.sleep(min(SAMPLE, max(0, until - time.monotonic())))
    return peak


def slope(points):
    """Cuánto sube por minuto la recta de mínimos cuadrados."""
    count = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / count, sum(y for _, y in points) / count
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return 60 * sum((x - mean_x) * (y - mean_y) for x, y in points) / spread


def memory_faults(calm, seconds):
    judged = [one for one in calm if one.at >= seconds / 3]
    if seconds < ENOUGH:
        return
    blocks, used = (slope([(one.at, getattr(one, name)) for one in judged]) for name in ("blocks", "used"))
    print(f"por minuto: {blocks:+.1f} bloques de Python y {used:+.1f} KiB de C")
    if blocks > BLOCKS or used > KIBIBYTES:
        yield f"la memoria crece: por minuto se admiten {BLOCKS} bloques y {KIBIBYTES} KiB"


def back_faults(before, after):
    """Lo que no volvió a su sitio."""
    if after.usage.descriptors > before.usage.descriptors or after.usage.threads > before.usage.threads:
        yield f"no todo volvió a su sitio: antes {before}, después {after}"
    if after.iterables:
        yield f"iterables sin cerrar: {after.iterables}"
    if after.residents > after.usage.threads:
        yield f"hay {after.residents} cosas de hilos, y {after.usage.threads} hilos"


def traceback_faults(errors, load):
    """Cada traza es de las que se provocan adrede, y hay una por cada una; las de dos hilos pueden salir mezcladas."""
    traces, wanted = errors.count("Traceback (most recent call last):"), load.done["failing"] + load.done["broken"]
    names = set(re.findall(r"[A-Z][A-Za-z]*?(?:Error|Exception|Warning|Exit)|ignored in|panicked", errors))
    if traces != wanted or names - {"RuntimeError"}:
        yield f"hay {traces} trazas y se provocaron {wanted}; son de {names}"


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else USUAL
    with tempfile.TemporaryDirectory() as folder:
        served = Served(pathlib.Path(folder))
        try:
            before = Calm.first(served)
            load, peak, calm = soak(served, before, seconds)
            faults = [*load.failures[:20], *memory_faults(calm, seconds), *back_faults(before, calm[-1])]
            status = served.stop()
            faults += traceback_faults(served.errors(), load)
        finally:
            served.process.kill()
    if status:
        faults.append(f"terminó con {status}")
    print(f"{load.done.total()} clientes en {seconds:.0f} s; lo más, {peak}")
    print("\n".join(faults) or "aguante: todo en su sitio")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
