"""El dibujo: un SVG con una gráfica de barras por número, que se lee con fondo claro y oscuro."""

from pathlib import Path
from xml.sax.saxutils import escape

from report import amount, short_unit
from summary import Summary

COLUMNS = 2
PANEL_WIDTH = 520
NAME_WIDTH = 96
BAR_WIDTH = 320
ROW = 17
BAR = 11
TITLE = 42
GAP = 18

STYLE = Path(__file__).with_suffix(".css").read_text()


def plot(data):
    summary = Summary(data)
    metrics = [metric for metric in summary.metrics() if summary.ranking(metric)]
    panels, y = [], GAP
    for start in range(0, len(metrics), COLUMNS):
        together = metrics[start : start + COLUMNS]
        for column, metric in enumerate(together):
            x = GAP + column * (PANEL_WIDTH + GAP)
            panels.append(f'<g transform="translate({x} {y})">{panel(summary, metric)}</g>')
        y += TITLE + ROW * max(len(summary.ranking(metric)) for metric in together) + GAP
    width = GAP + COLUMNS * (PANEL_WIDTH + GAP)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y}" width="{width}" '
        f'height="{y}" role="img" aria-label="Servidores HTTP, uno al lado de otro">\n'
        f"<style>{STYLE}</style>\n"
        f'<rect class="fondo" width="{width}" height="{y}" rx="6"/>\n' + "\n".join(panels) + "\n</svg>\n"
    )


def panel(summary, metric):
    order = "menos es mejor" if metric.lower_is_better else "más es mejor"
    lines = [
        f'<text class="titulo" y="12">{escape(metric.title)}</text>',
        f'<text class="nota" y="28"><tspan>{escape(metric.scenario)}</tspan> · '
        f"{short_unit(metric)} · {order}</text>",
    ]
    ranking = summary.ranking(metric)
    # Un valor puede ser negativo: una memoria que bajó mientras se medía.
    longest = max([max(summary.values(metric, peer)) for peer in ranking] + [1e-9])
    for row, peer in enumerate(ranking):
        lines.append(bar(summary, metric, peer, TITLE + row * ROW, BAR_WIDTH / longest))
    return "\n".join(lines)


def bar(summary, metric, peer, y, scale):
    """El nombre, la barra de la mediana, el rango de las rondas y el número."""
    kind = "nuestro" if peer in summary.ours else "suelo" if peer in summary.floors else "barra"
    values = summary.values(metric, peer)
    left, middle = NAME_WIDTH + 6, y + BAR / 2
    length = max(0.0, summary.value(metric, peer) * scale)
    low, high = (left + max(0.0, value * scale) for value in (min(values), max(values)))
    name_class = ' class="nuestro"' if kind == "nuestro" else ""
    return (
        f'<text{name_class} x="{NAME_WIDTH}" y="{y + 10}" text-anchor="end">{escape(peer)}</text>'
        f'<rect class="{kind}" x="{left}" y="{y}" width="{length:.1f}" height="{BAR}" rx="1"/>'
        f'<line class="rango" x1="{low:.1f}" x2="{high:.1f}" y1="{middle}" y2="{middle}"/>'
        f'<text class="nota" x="{max(left + length, high) + 5:.1f}" y="{y + 10}">'
        f"{amount(summary.value(metric, peer), metric)}</text>"
    )
