"""De las rondas a un número: medianas, dispersión y razones. No toca el sistema."""

import statistics
from dataclasses import dataclass

from scenarios import BY_NAME


@dataclass(frozen=True)
class Metric:
    """Un número que se compara entre servidores."""

    scenario: str
    key: str
    unit: str
    title: str
    lower_is_better: bool = False


def metric_of(scenario):
    return Metric(scenario.name, scenario.value, scenario.unit, scenario.title)


EXTRA_METRICS = [
    Metric("texto", "p99_us", "µs", "El texto: latencia del 99 % de las peticiones", True),
    Metric("texto", "cpu_per_100k", "s", "El texto: procesador por cada 100 000 peticiones", True),
    Metric("ocio2k", "bytes_per_idle", "bytes", "Memoria de cada una de 2 000 conexiones ociosas", True),
    Metric("ocio10k", "bytes_per_idle", "bytes", "Memoria de cada una de 10 000 conexiones ociosas", True),
]


class Summary:
    """Lo medido, por escenario y servidor."""

    def __init__(self, data):
        self.data = data
        self.peers = list(data["peers"])
        self.scenarios = [BY_NAME[name] for name in data["runs"]]
        self.ours = self.of_kind("nuestro")
        self.floors = self.of_kind("suelo")

    def of_kind(self, kind):
        return [name for name, peer in self.data["peers"].items() if peer["kind"] == kind]

    def metrics(self):
        names = {scenario.name for scenario in self.scenarios}
        extra = [metric for metric in EXTRA_METRICS if metric.scenario in names]
        return [metric_of(scenario) for scenario in self.scenarios] + extra

    def values(self, metric, peer):
        runs = self.data["runs"].get(metric.scenario, {}).get(peer, [])
        return [run[metric.key] for run in runs if run.get(metric.key) is not None]

    def value(self, metric, peer):
        return median(self.values(metric, peer))

    def ranking(self, metric):
        """Los servidores que se midieron, del mejor al peor."""
        measured = [peer for peer in self.peers if self.values(metric, peer)]
        sign = 1 if metric.lower_is_better else -1
        return sorted(measured, key=lambda peer: sign * self.value(metric, peer))

    def floor(self, metric):
        # El suelo no guarda casi nada por conexión: cuántas veces esa nada no diría nada.
        return None if metric.key == "bytes_per_idle" else self.value(metric, "suelo")

    def best(self, metric):
        """El mejor de los demás: ni el nuestro ni el suelo, que no es un servidor."""
        others = [p for p in self.ranking(metric) if p not in self.ours + self.floors]
        return others[0] if others else None


def median(values):
    return statistics.median(values) if values else None


def spread(values):
    """La mitad de la distancia entre el mayor y el menor, como parte de la mediana.

    De una sola ronda no se sabe.
    """
    middle = median(values)
    return (max(values) - min(values)) / 2 / middle if middle and len(values) > 1 else None


def ratio(value, reference):
    return value / reference if value is not None and reference else None
