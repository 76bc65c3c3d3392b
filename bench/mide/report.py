"""El informe en Markdown: un resumen y una tabla por escenario."""

from scenarios import DEPTH
from summary import Metric, Summary, metric_of, ratio, spread

NONE = "–"
ERRORS = {
    "connect": "al conectar",
    "read": "al leer",
    "write": "al escribir",
    "timeout": "sin respuesta en un segundo",
    "status": "con otro estado",
}


def report(data, plot_name):
    summary = Summary(data)
    parts = [heading(data), f"![Todos los servidores, escenario por escenario]({plot_name})"]
    parts += [absences(data), "## Resumen", overview(summary)]
    if summary.ours:
        parts += [f"## `{summary.ours[0]}` frente a los demás", against(summary, summary.ours[0])]
    return joined([*parts, *sections(summary, columns_for), legend()])


def heading(data):
    return f"# Servidores HTTP, uno al lado de otro\n\n{measured_when(data)}"


def measured_when(data):
    """Cuándo, dónde y cómo."""
    about = data["about"]
    apart = about["server_cpus"] and about["client_cpus"]
    shared = "en núcleos distintos" if apart else "en los mismos núcleos"
    return (
        f"{about['date']}. {about['cores']} núcleos (`{about['processor']}`), "
        f"Linux {about['kernel']}. Rondas: {about['rounds']}; en cada una, cada medición dura "
        f"{about['seconds']} segundos, después de {about['warmup']} de calentamiento. El cliente y "
        f"el servidor corren {shared}. Los números son medianas."
    )


def absences(data):
    """Lo que no se midió por no estar instalado, y las peticiones que nadie respondió."""
    lines = [f"No está `{name}`: {reason}." for name, reason in data["missing"].items()]
    for name, times in data["unanswered"].items():
        lines.append(f"`{name}` dejó sin respuesta {times} peticiones de comprobación.")
    return "\n".join(f"- {line}" for line in lines)


def overview(summary):
    """Una fila por servidor; entre paréntesis, la razón con el suelo."""
    metrics = summary.metrics()
    head = ["servidor"] + [f"`{m.scenario}`<br>{short_unit(m)}" for m in metrics]
    rows = []
    for peer in summary.peers:
        cells = []
        for metric in metrics:
            value = summary.value(metric, peer)
            times = ratio(value, summary.floor(metric))
            cells.append(amount(value, metric) + (f" ({times:.2f})" if times is not None else ""))
        rows.append([shown(summary, peer), *cells])
    return "Entre paréntesis, cuántas veces el suelo.\n\n" + table(head, rows)


def against(summary, ours):
    """El nuestro, el suelo y el mejor de los demás, número por número."""
    head = ["número", "", f"`{ours}`", "dispersión", "×suelo"]
    head += ["el mejor de los demás", "su número", "×mejor"]
    rows = []
    for metric in summary.metrics():
        value, best = summary.value(metric, ours), summary.best(metric)
        theirs = summary.value(metric, best) if best else None
        rows.append(
            [
                f"`{metric.scenario}`, {short_unit(metric)}",
                "menos es mejor" if metric.lower_is_better else "",
                amount(value, metric),
                percent(spread(summary.values(metric, ours))),
                times(ratio(value, summary.floor(metric))),
                f"`{best}`" if best else NONE,
                amount(theirs, metric),
                times(ratio(value, theirs)),
            ]
        )
    return table(head, rows)


def joined(parts):
    return "\n\n".join(part for part in parts if part) + "\n"


def sections(summary, columns_for):
    """Cada escenario y su tabla. `columns_for` da el título de cada columna y cómo se escribe su celda."""
    for scenario in summary.scenarios:
        yield f"## `{scenario.name}`"
        yield f"{scenario.title}."
        yield detail(summary, scenario, columns_for(summary, scenario))
        yield not_measured(summary.data, scenario)


def detail(summary, scenario, columns):
    rows = [
        [shown(summary, peer), *(cell(peer) for cell in columns.values())]
        for peer in summary.ranking(metric_of(scenario))
    ]
    return table(["servidor", *columns], rows) if rows else "Nadie terminó este escenario."


def middle_of(summary, scenario):
    """Quien hace la celda con la mediana de un número de ese escenario."""

    def middle(key, show):
        return lambda peer: show(summary.value(Metric(scenario.name, key, "", ""), peer))

    return middle


def columns_for(summary, scenario):
    metric, middle = metric_of(scenario), middle_of(summary, scenario)

    def value(peer):
        return summary.value(metric, peer)

    best = summary.best(metric)
    columns = {
        metric.unit: lambda peer: amount(value(peer), metric),
        "dispersión": lambda peer: percent(spread(summary.values(metric, peer))),
        "×suelo": lambda peer: times(ratio(value(peer), summary.floor(metric))),
        "×mejor": lambda peer: times(ratio(value(peer), value(best)) if best else None),
        "CPU s/100 000": middle("cpu_per_100k", plain),
        "p50 ms": middle("p50_us", milliseconds),
        "p99 ms": middle("p99_us", milliseconds),
        "memoria MiB": middle("peak_rss", mebibytes),
        "hilos": middle("threads", whole),
    }
    if scenario.script == "pipeline":
        # `wrk` mide el lote entero, no cada petición.
        del columns["p50 ms"], columns["p99 ms"]
    if scenario.idle:
        columns["KiB por ociosa"] = middle("bytes_per_idle", kibibytes)
        columns["siguen abiertas"] = middle("held", whole)
    if scenario.beside:
        columns["de `/lento`, pet/s"] = middle("slow_rps", whole)
    if scenario.burst:
        columns[f"atendidas de {scenario.connections}"] = middle("served", whole)
    columns["errores"] = lambda peer: errors(summary.data["runs"][scenario.name][peer])
    columns["ruido"] = middle("noise", percent_of)
    return columns


def not_measured(data, scenario):
    lines = [f"- `{name}`: {why}." for name, why in data["cannot"][scenario.name].items()]
    for name, reasons in data["failed"][scenario.name].items():
        done = len(data["runs"][scenario.name].get(name, []))
        when = f"falló {len(reasons)} de {len(reasons) + done} veces" if done else "falló"
        lines.append(f"- `{name}` {when}: {'; '.join(sorted(set(reasons)))}.")
    return "No se midieron, o no siempre:\n\n" + "\n".join(lines) if lines else ""


def servers(data):
    lines = [f"- `{name}`: {peer['note']}." for name, peer in data["peers"].items()]
    return "Los servidores:\n\n" + "\n".join(lines)


def legend():
    return (
        "## Qué es cada columna\n\n"
        "- **dispersión**: la mitad de la distancia entre la mejor ronda y la peor, sobre la mediana.\n"
        "- **×suelo**, **×mejor**: cuántas veces el número del suelo, y del mejor servidor que no es "
        "el nuestro.\n"
        "- **CPU s/100 000**: segundos de procesador del servidor por cada 100 000 peticiones. Es "
        "el número al que menos le afectan los demás programas.\n"
        "- **memoria MiB**: la mayor que llegó a tener, sumada sobre sus procesos.\n"
        "- **atendidas**: de las conexiones abiertas de golpe, a cuántas respondió en un segundo.\n"
        "- **ruido**: la parte de la computadora que usaban otros programas.\n"
        f"- En `tuberia` cada escritura lleva {DEPTH} peticiones, así que no hay latencia de cada una."
    )


def table(head, rows):
    """La primera columna a la izquierda; los números, a la derecha."""
    marks = [":--"] + ["--:"] * (len(head) - 1)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, marks, *rows])


def shown(summary, peer):
    return f"**`{peer}`**" if peer in summary.ours else f"`{peer}`"


def short_unit(metric):
    return {"p99_us": "p99 ms", "cpu_per_100k": "CPU s/100 000", "bytes_per_idle": "KiB por ociosa"}.get(
        metric.key, metric.unit
    )


def amount(value, metric):
    """Un número con las cifras que importan, y su unidad implícita."""
    return {"p99_us": milliseconds, "cpu_per_100k": plain, "bytes_per_idle": kibibytes}.get(
        metric.key, whole
    )(value)


def either(show):
    return lambda value: NONE if value is None else show(value)


# Con espacio fino cada tres cifras, como manda la ortografía.
whole = either(lambda value: f"{value:,.0f}".replace(",", "\u202f" if value >= 10_000 else ""))
plain = either(lambda value: f"{value:.2f}")
times = plain
milliseconds = either(lambda value: f"{value / 1e3:.2f}")
mebibytes = either(lambda value: f"{value / 2**20:.1f}")
kibibytes = either(lambda value: f"{value / 1024:.1f}")
percent = either(lambda value: f"±{value:.0%}")
percent_of = either(lambda value: f"{value:.0%}")


def errors(runs):
    totals = {name: sum(run["errors"][name] for run in runs) for name in ERRORS}
    return ", ".join(f"{total} {ERRORS[name]}" for name, total in totals.items() if total) or "0"
