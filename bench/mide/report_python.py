"""El informe de `--python`: lo que se pide de nuestro servidor, y una tabla por escenario."""

from dataclasses import dataclass

from report import (
    absences,
    errors,
    joined,
    measured_when,
    mebibytes,
    middle_of,
    milliseconds,
    percent,
    percent_of,
    plain,
    sections,
    servers,
    table,
    times,
    whole,
)
from summary import Metric, Summary, metric_of, ratio, spread


@dataclass(frozen=True)
class Goal:
    """Un número nuestro frente al de otro, y cuántas veces debe ser."""

    scenario: str
    key: str
    # El servidor; a su nombre y al nuestro les sigue cuántos procesos son.
    other: str
    times: float
    # Si es lo más que puede ser, y no lo menos.
    is_most: bool = False


GOALS = [
    Goal("texto", "rps", "granian", 1.3),
    Goal("html", "rps", "granian", 1.3),
    Goal("lento", "rps", "granian", 0.97),
    Goal("lento", "cpu_per_100k", "granian", 0.8, is_most=True),
    Goal("mezcla", "rps", "granian", 1.5),
    Goal("texto", "cpu_per_100k", "granian", 0.5, is_most=True),
    Goal("texto", "peak_rss", "granian", 0.5, is_most=True),
    Goal("bajada", "mbps", "gunicorn", 1.0),
    Goal("texto", "rps", "wsgiref", 10.0),
    Goal("texto", "rps", "bjoern", 0.8),
]

# Lo que puede esperar el 99 % de las peticiones rápidas junto a las de Python puro, en microsegundos.
LONGEST_WAIT = 10_000

NAMES = {
    "rps": "pet/s",
    "mbps": "MB/s",
    "cpu_per_100k": "CPU s/100 000",
    "peak_rss": "memoria MiB",
    "p99_us": "p99 ms",
}


def report_python(data):
    summary = Summary(data)
    parts = [heading(data), absences(data), "## Lo que se pide", goals(summary)]
    return joined([*parts, *sections(summary, columns_for), servers(data), legend()])


def heading(data):
    return (
        "# La misma aplicación de Python, en cada servidor\n\n"
        f"{measured_when(data)} El número del final de cada nombre dice cuántos procesos son; los que "
        "tienen hilos, los mismos en cada uno."
    )


def goals(summary):
    rows = [row for goal in GOALS for row in goal_rows(summary, goal)] + wait_rows(summary)
    head = ["número", "procesos", "el nuestro", "frente a", "el suyo", "veces", "se pide", ""]
    return table(head, rows) if rows else "No se midió nada de lo que se pide."


def goal_rows(summary, goal):
    metric = Metric(goal.scenario, goal.key, "", "")
    for processes in ("1", "2"):
        ours = summary.value(metric, f"pasarela-{processes}")
        name = goal.other if goal.other in summary.peers else f"{goal.other}-{processes}"
        theirs = summary.value(metric, name)
        found = ratio(ours, theirs)
        if found is None:
            continue
        wanted = f"{'≤' if goal.is_most else '≥'} {goal.times:g}"
        yield [
            f"`{goal.scenario}`, {NAMES[goal.key]}",
            processes,
            number(goal.key, ours),
            f"`{name}`",
            number(goal.key, theirs),
            times(found),
            wanted,
            verdict(goal.times, found, goal.is_most),
        ]


def wait_rows(summary):
    """Con un proceso: con dos, lo rápido puede tener el suyo."""
    ours = summary.value(Metric("calculo", "p99_us", "", ""), "pasarela-1")
    if ours is None:
        return []
    wanted = f"≤ {LONGEST_WAIT / 1e3:g} ms"
    kept = verdict(LONGEST_WAIT, ours, True)
    return [["`calculo`, p99 ms", "1", milliseconds(ours), "", "", "", wanted, kept]]


def verdict(wanted, found, is_most):
    return "sí" if (found <= wanted if is_most else found >= wanted) else "**no**"


def number(key, value):
    shows = {"cpu_per_100k": plain, "peak_rss": mebibytes, "p99_us": milliseconds}
    return shows.get(key, whole)(value)


def columns_for(summary, scenario):
    metric, middle = metric_of(scenario), middle_of(summary, scenario)
    columns = {
        metric.unit: middle(metric.key, whole),
        "dispersión": lambda peer: percent(spread(summary.values(metric, peer))),
        "CPU s/100 000": middle("cpu_per_100k", plain),
        "p50 ms": middle("p50_us", milliseconds),
        "p99 ms": middle("p99_us", milliseconds),
        "memoria MiB": middle("peak_rss", mebibytes),
        "PSS MiB": middle("pss", mebibytes),
        "hilos": middle("threads", whole),
    }
    if scenario.beside:
        columns[f"de `{scenario.beside_path}`, pet/s"] = middle("slow_rps", whole)
    columns["errores"] = lambda peer: errors(summary.data["runs"][scenario.name][peer])
    columns["ruido"] = middle("noise", percent_of)
    return columns


def legend():
    return (
        "## Qué es cada columna\n\n"
        "- **dispersión**: la mitad de la distancia entre la mejor ronda y la peor, sobre la mediana.\n"
        "- **CPU s/100 000**: segundos de procesador del servidor por cada 100 000 peticiones.\n"
        "- **memoria MiB**: la mayor que llegó a tener, sumada sobre sus procesos; **PSS**, la del final, y "
        "lo que comparten cuenta una vez.\n"
        "- **ruido**: la parte de la computadora que usaban otros programas."
    )
