"""Lo que gastan un programa y la computadora, leído de `/proc`."""

import os
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CORES = os.cpu_count() or 1
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Stat:
    """Una línea de `/proc/PID/stat`."""

    state: str
    parent: int
    # En latidos del reloj; incluye los hijos que ya terminaron.
    cpu: int
    # Con el número de proceso lo distingue de otro que reutilice el número.
    started: int


def stat_of(pid):
    """`None` si ese proceso ya no existe."""
    try:
        text = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    # El nombre va entre paréntesis y puede llevar espacios: se empieza después de él.
    fields = text[text.rindex(b")") + 2 :].split()
    return Stat(
        fields[0].decode(), int(fields[1]), sum(int(ticks) for ticks in fields[11:15]), int(fields[19])
    )


def every_pid():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def tree(root):
    """Un proceso y sus descendientes vivos: {pid: Stat}."""
    stats = {pid: stat for pid in every_pid() if (stat := stat_of(pid))}
    children = {}
    for pid, stat in stats.items():
        children.setdefault(stat.parent, []).append(pid)
    found, pending = {}, [root]
    while pending:
        pid = pending.pop(0)
        if pid in stats:
            found[pid] = stats[pid]
            pending += children.get(pid, [])
    return found


def is_running(pid, started):
    stat = stat_of(pid)
    return stat is not None and stat.started == started and stat.state not in "ZX"


def cpu_of(root):
    """Segundos de procesador que llevan un proceso y sus descendientes."""
    return sum(stat.cpu for stat in tree(root).values()) / TICK


@dataclass
class Memory:
    """En bytes, sumado sobre los procesos: lo que comparten cuenta dos veces, salvo en `pss`."""

    rss: int = 0
    peak: int = 0
    pss: int = 0
    threads: int = 0


def memory_of(root):
    memory = Memory()
    for pid in tree(root):
        try:
            status = fields_of(f"/proc/{pid}/status")
            rollup = fields_of(f"/proc/{pid}/smaps_rollup")
        except OSError:
            # Terminó mientras se leía.
            continue
        memory.rss += status.get("VmRSS", 0) * 1024
        memory.peak += status.get("VmHWM", 0) * 1024
        memory.threads += status.get("Threads", 0)
        memory.pss += rollup.get("Pss", 0) * 1024
    return memory


def fields_of(path):
    """Los números de un archivo con líneas `Nombre: 123 kB`."""
    fields = {}
    for line in Path(path).read_text().splitlines():
        name, _, rest = line.partition(":")
        number = rest.split()[:1]
        if number and number[0].isdigit():
            fields[name] = int(number[0])
    return fields


@dataclass(frozen=True)
class Usage:
    """Lo que llevaba gastado la computadora en un momento; se restan dos para saber lo de en medio."""

    at: float
    # Segundos de procesador: de todos, y los que la máquina física dio a otras.
    busy: float
    stolen: float
    # El núcleo mueve los paquetes de la propia medición en estos hilos: no son ruido.
    softirq: float
    # Esta misma medición, sin `wrk` ni el servidor.
    own: float
    accepted: int


def usage_now():
    columns = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _, _, irq, softirq, stolen = (int(column) / TICK for column in columns[:8])
    return Usage(
        time.monotonic(),
        user + nice + system + irq + softirq,
        stolen,
        sum(stat.cpu for stat in map(stat_of, softirq_threads()) if stat) / TICK,
        time.process_time(),
        accepted_connections(),
    )


@cache
def softirq_threads():
    return [pid for pid in every_pid() if name_of(pid).startswith("ksoftirqd/")]


def name_of(pid):
    try:
        return Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return ""


def accepted_connections():
    """Cuántas conexiones TCP se aceptaron en este espacio de red."""
    lines = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines()]
    names, values = [line for line in lines if line[0] == "Tcp:"]
    return int(dict(zip(names, values))["PassiveOpens"])


def noise_between(before, after, measured):
    """La parte de la computadora que usaron otros, si `measured` segundos fueron de la medición."""
    used = after.busy - before.busy + after.stolen - before.stolen
    ours = measured + after.own - before.own + after.softirq - before.softirq
    return max(0.0, used - ours) / (CORES * (after.at - before.at))


def wait_for_quiet(options):
    """Espera a que los demás dejen libre la computadora; no más de `quiet_wait` segundos."""
    deadline = time.monotonic() + options.quiet_wait
    while time.monotonic() < deadline:
        before = usage_now()
        time.sleep(0.3)
        if noise_between(before, usage_now(), 0.0) <= options.max_noise:
            return
        time.sleep(0.5)
