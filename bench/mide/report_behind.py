"""El informe de `--detras`: una tabla por camino, y otra con lo que cuesta un programa CGI."""

from report import (
    absences,
    errors,
    joined,
    measured_when,
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
from summary import Summary, metric_of, ratio, spread


def report_behind(data):
    summary = Summary(data)
    parts = [heading(data), absences(data), *sections(summary, columns_for)]
    return joined([*parts, servers(data), "## CGI", cgi(data), legend()])


def heading(data):
    return (
        "# La misma aplicación detrás de nginx\n\n"
        f"{measured_when(data)} 64 clientes piden el texto del capítulo 1 a un nginx "
        "configurado con los archivos del libro, y él se lo pide a la aplicación."
    )


def columns_for(summary, scenario):
    metric, reference = metric_of(scenario), summary.peers[0]
    middle = middle_of(summary, scenario)

    def value(peer):
        return summary.value(metric, peer)

    return {
        metric.unit: lambda peer: whole(value(peer)),
        "dispersión": lambda peer: percent(spread(summary.values(metric, peer))),
        "×HTTP": lambda peer: times(ratio(value(peer), value(reference))),
        "CPU s/100 000": middle("cpu_per_100k", plain),
        "la de nginx": middle("front_cpu_per_100k", plain),
        "p50 ms": middle("p50_us", milliseconds),
        "p99 ms": middle("p99_us", milliseconds),
        "errores": lambda peer: errors(summary.data["runs"][scenario.name][peer]),
        "ruido": middle("noise", percent_of),
    }


def cgi(data):
    columns = {
        "ejecuciones": lambda run: whole(run["times"]),
        "CPU ms": lambda run: milliseconds(run["cpu_p50_us"]),
        "CPU p95 ms": lambda run: milliseconds(run["cpu_p95_us"]),
        "CPU máx ms": lambda run: milliseconds(run["cpu_max_us"]),
        "tiempo ms": lambda run: milliseconds(run["p50_us"]),
        "tiempo p95 ms": lambda run: milliseconds(run["p95_us"]),
    }
    rows = [
        [f"`{name}`", *(cell(run) for cell in columns.values())] for name, run in data["cgi"].items()
    ]
    return (
        "Un programa nuevo por petición, desde que se crea el proceso hasta que termina, sin el "
        "servidor web; `wsgiref` es la misma aplicación en Python.\n\n" + table(["programa", *columns], rows)
    )


def legend():
    return (
        "## Qué es cada columna\n\n"
        "- **dispersión**: la mitad de la distancia entre la mejor ronda y la peor, sobre la mediana.\n"
        "- **×HTTP**: cuántas veces el número de la nuestra cuando nginx le habla HTTP por ese camino.\n"
        "- **CPU s/100 000**: segundos de procesador de la aplicación por cada 100 000 peticiones; al "
        "lado, los del nginx que tiene delante.\n"
        "- **ruido**: la parte de la computadora que usaban otros programas."
    )
