"""Un espacio de red propio, para medir, y lo que se le pide al sistema antes de empezar.

En él se amplían los puertos y se acorta la espera de los que se cierran, sin tocar los de la
computadora: si no, `cierre` se quedaría sin puertos.
"""

import ctypes
import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

INSIDE = "BENCH_AISLADO"
SETTINGS = Path("/proc/sys/net/ipv4")
WANTED = {
    "ip_local_port_range": "2000 65500",
    "tcp_tw_reuse": "1",
    # Solo los núcleos de Linux recientes lo tienen.
    "tcp_tw_reuse_delay": "1",
    "tcp_max_syn_backlog": "8192",
}
OPEN_FILES = 65536
# Las 10 000 ociosas y las 64 que piden, con holgura.
ENOUGH_FILES = 10_500
PR_SET_CHILD_SUBREAPER = 36


def isolate():
    """Vuelve a empezar dentro de un espacio de red nuevo; dice si se está en uno."""
    if os.environ.pop(INSIDE, None):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        for name, value in WANTED.items():
            set_network(SETTINGS / name, value)
        return True
    # Quien no es `root` lo obtiene con un espacio de usuarios, si el sistema se lo permite.
    command = ["unshare", "--net"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
    if not can_run(command):
        warn("no se pudo crear un espacio de red; `cierre` puede quedarse sin puertos")
        return False
    os.environ[INSIDE] = "1"
    os.execvp(command[0], [*command, "--", sys.executable, *sys.argv])


def can_run(command):
    if not shutil.which("unshare") or not shutil.which("ip"):
        return False
    trial = subprocess.run([*command, "true"], stderr=subprocess.DEVNULL, check=False)
    return trial.returncode == 0


def set_network(path, value):
    try:
        path.write_text(value)
    except FileNotFoundError:
        pass
    except OSError as error:
        warn(f"no se pudo ajustar {path.name}: {error}")


def prepare_process():
    """Muchos archivos abiertos, los huérfanos para nosotros, y terminar con orden si nos lo piden."""
    allow_open_files()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)


def allow_open_files():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, max(OPEN_FILES, hard)))
    except (ValueError, OSError):
        # Solo el administrador pasa de lo que el sistema permite.
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        if hard < ENOUGH_FILES:
            warn(f"el sistema permite {hard} archivos abiertos: `ocio10k` no cabe")


def interrupt(*_):
    raise KeyboardInterrupt


def warn(text):
    print(f"aviso: {text}", file=sys.stderr, flush=True)
