"""Las rondas: todos los servidores, uno tras otro, en cada escenario, y otra vez desde el principio.

Lo que va midiendo lo guarda enseguida: si se interrumpe, queda lo que haya.
"""

import datetime
import json
import os
import platform
import re
import sys
import time
from http.client import HTTPException
from pathlib import Path

import answers
from measure import measure_quietly
from processes import CORES
from program import Failed
from server import Server

# Cuánto avanza en cada ronda el servidor que empieza, para que no sea siempre el mismo.
STRIDE = 5


class Campaign:
    def __init__(self, peers, scenarios, options, missing):
        self.peers, self.scenarios, self.options = peers, scenarios, options
        self.start = time.monotonic()
        self.data = {
            "about": about(options),
            "peers": {
                peer.name: {"kind": peer.kind.value, "order": peer.order, "note": peer.note}
                for peer in peers
            },
            "missing": missing,
            "cannot": {
                scenario.name: {
                    peer.name: peer.why_not(scenario)
                    for peer in peers
                    if peer.why_not(scenario)
                }
                for scenario in scenarios
            },
            "runs": {scenario.name: {} for scenario in scenarios},
            "failed": {scenario.name: {} for scenario in scenarios},
            "unanswered": answers.unanswered,
        }

    def turns(self):
        """(ronda, escenario, servidor), en el orden en que se miden."""
        for turn in range(self.options.rounds):
            first = turn * STRIDE % len(self.peers)
            for scenario in self.scenarios:
                for peer in self.peers[first:] + self.peers[:first]:
                    if not peer.why_not(scenario):
                        yield turn, scenario, peer

    def measure_all(self, save_as):
        for turn, scenario, peer in self.turns():
            if self.gave_up(scenario, peer):
                continue
            try:
                run = measure_quietly(peer, scenario, self.options)
            except (Failed, OSError, HTTPException) as error:
                self.note_failure(scenario, peer, error)
            else:
                run |= {"round": turn, "at": round(time.monotonic() - self.start, 1)}
                self.data["runs"][scenario.name].setdefault(peer.name, []).append(run)
                print(self.progress(turn, scenario, peer, run), file=sys.stderr, flush=True)
            save(self.data, save_as)

    def check_all(self):
        """Solo comprueba que respondan bien; devuelve cuántos no."""
        wrong = 0
        for _, scenario, peer in self.turns():
            try:
                with Server(peer, scenario, self.options) as server:
                    answers.check_answers(server)
                print(f"{scenario.name:8} {peer.name:13} bien", flush=True)
            except (Failed, OSError, HTTPException) as error:
                print(f"{scenario.name:8} {peer.name:13} MAL: {error}", flush=True)
                wrong += 1
        return wrong

    def gave_up(self, scenario, peer):
        """El que falla la primera vez no puede con ese escenario: no se repite."""
        failures, runs = self.data["failed"][scenario.name], self.data["runs"][scenario.name]
        return peer.name in failures and peer.name not in runs

    def note_failure(self, scenario, peer, error):
        reason = str(error) if isinstance(error, Failed) else f"`{type(error).__name__}: {error}`"
        self.data["failed"][scenario.name].setdefault(peer.name, []).append(reason)
        print(f"{scenario.name:8} {peer.name:13} NO SE MIDIÓ: {reason}", file=sys.stderr, flush=True)

    def progress(self, turn, scenario, peer, run):
        return (
            f"{turn + 1}/{self.options.rounds} {scenario.name:8} {peer.name:13} "
            f"{run[scenario.value]:9.0f} {scenario.unit}  CPU {run['cpu_per_100k']:6.2f} s/100 000  "
            f"p99 {run['p99_us'] / 1e3:7.2f} ms  ruido {run['noise']:.0%}"
        )


def about(options):
    """En qué computadora y cómo se midió; nada que diga de quién es."""
    kept = ("rounds", "seconds", "warmup", "wrk_threads", "isolated", "max_noise")
    return {name: getattr(options, name) for name in kept} | {
        "date": datetime.datetime.now().strftime("%Y-%m-%d %H:%M"),
        "kernel": re.match(r"[\d.]*", platform.release())[0].strip("."),
        "cores": CORES,
        "processor": processor_model(),
        "server_cpus": sorted(options.server_cpus or []),
        "client_cpus": sorted(options.client_cpus or []),
    }


def processor_model():
    text = Path("/proc/cpuinfo").read_text()
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1] if found else platform.machine()


def save(data, path):
    """De una vez: quien lo lea nunca encuentra medio archivo."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".parte")
    unfinished.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    os.replace(unfinished, path)
