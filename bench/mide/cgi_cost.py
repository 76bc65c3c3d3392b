"""Lo que cuesta un programa CGI: el procesador y el tiempo de cada ejecución, de principio a fin.

El servidor web lo arranca una vez por petición: aquí se hace lo mismo, sin él.
"""

import os
import subprocess
import time

import places
from processes import wait_for_quiet
from program import Failed
from summary import median

TIMES = 200
LIMIT = 10
VARIABLES = {
    "GATEWAY_INTERFACE": "CGI/1.1",
    "REQUEST_METHOD": "GET",
    "SCRIPT_NAME": "",
    "PATH_INFO": "/",
    "QUERY_STRING": "",
    "REQUEST_URI": "/",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "8080",
    "SERVER_SOFTWARE": "nadie",
    "REMOTE_ADDR": "127.0.0.1",
    "HTTP_HOST": "localhost:8080",
    "PATH": os.defpath,
    "PYTHONDONTWRITEBYTECODE": "1",
}
PROGRAMS = {
    "pasarela": [f"{places.PROGRAMS}/cgi"],
    # Sin `site`: lo que tarda Python en buscar los módulos instalados no hace falta aquí.
    "wsgiref": [f"{places.VENV}/bin/python", "-S", f"{places.PYTHON_PEERS}/wsgiref_cgi.py"],
}


def measure_cgi(options):
    """{programa: sus números}, en rondas entrelazadas, después de una que no cuenta."""
    wait_for_quiet(options)
    runs = {name: [] for name in PROGRAMS}
    for turn in range(TIMES + 1):
        for name, command in PROGRAMS.items():
            run = run_once(command)
            if turn:
                runs[name].append(run)
    return {name: numbers(measured) for name, measured in runs.items()}


def run_once(command):
    """Segundos de procesador y de reloj, desde antes de crear el proceso hasta que terminó."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, env=VARIABLES, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    with process.stdout:
        answer = process.stdout.read()
    # `wait4` y no `wait`: dice además cuánto procesador usó.
    _, status, spent = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or not answer.endswith(b"\r\n\r\n" + places.TEXT):
        raise Failed(f"código {process.returncode}, y respondió `{answer[:80]!r}`")
    return spent.ru_utime + spent.ru_stime, elapsed


def numbers(runs):
    cpu, elapsed = (sorted(column) for column in zip(*runs))
    return {
        "times": len(runs),
        "cpu_p50_us": median(cpu) * 1e6,
        "cpu_p95_us": percentile(cpu, 95) * 1e6,
        "cpu_max_us": cpu[-1] * 1e6,
        "p50_us": median(elapsed) * 1e6,
        "p95_us": percentile(elapsed, 95) * 1e6,
    }


def percentile(ordered, rank):
    """El menor número que no pasa el `rank` por ciento."""
    return ordered[-(-len(ordered) * rank // 100) - 1]
