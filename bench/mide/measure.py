"""Una medición: un servidor recién arrancado, en un escenario."""

import time
from contextlib import ExitStack

import places
from answers import check_answers
from load import Crowd, Wrk, run_wrk
from processes import memory_of, noise_between, usage_now, wait_for_quiet
from program import Failed
from server import Server

# Menos conexiones que esto por petición, y `cierre` no está midiendo lo que dice.
FEWEST_CONNECTIONS = 0.9


def measure_quietly(peer, scenario, options):
    """Repite la medición mientras otros ocupen la computadora, y se queda con la más tranquila."""
    runs = []
    for _ in range(options.retries + 1):
        wait_for_quiet(options)
        runs.append(measure(peer, scenario, options))
        if runs[-1]["noise"] <= options.max_noise:
            break
    best = min(runs, key=lambda run: run["noise"])
    best["repeated"] = len(runs) - 1
    return best


def measure(peer, scenario, options):
    with Server(peer, scenario, options) as server, ExitStack() as stack:
        check_answers(server)
        run = {}
        if scenario.burst:
            run["served"] = served_in_a_burst(server, scenario.connections)
        crowd = None
        if scenario.idle:
            crowd = hold_idle(server, scenario.idle, stack, run)
        if options.warmup:
            run_wrk(server, scenario, options.warmup)
        slow = None
        if scenario.beside:
            slow = stack.enter_context(
                Wrk(server, scenario, options.seconds + 1, scenario.beside_path, scenario.beside)
            )
            time.sleep(0.4)
        run |= under_load(server, scenario, slow)
        server.check_alive("durante la carga")
        if crowd:
            run["held"] = crowd.held()
        memory = memory_of(server.pid)
        run["peak_rss"], run["pss"], run["threads"] = memory.peak, memory.pss, memory.threads
        check_run(run, scenario, options)
        return run


def served_in_a_burst(server, connections):
    """Abiertas todas de golpe, ¿a cuántas se responde? `wrk` no dice cuáles se quedaron sin nada."""
    with Crowd(server, connections, 5.0) as crowd:
        served = len(crowd.answered)
    if served < connections:
        time.sleep(0.2)
    return served


def hold_idle(server, size, stack, run):
    """Abre las conexiones ociosas y anota cuánta memoria costó cada una de las que siguen abiertas."""
    before = memory_of(server.pid)
    crowd = stack.enter_context(Crowd(server, size, 5.0 + size / 400))
    time.sleep(0.3)
    after, open_now = memory_of(server.pid), crowd.held()
    run |= {
        "rss_before": before.rss,
        "rss_idle": after.rss,
        "pss_before": before.pss,
        "pss_idle": after.pss,
        "threads_idle": after.threads,
        "idle_open": open_now,
    }
    # Con casi todas cerradas no se mide lo que cuesta una abierta.
    if open_now >= size / 2:
        run["bytes_per_idle"] = (after.rss - before.rss) / open_now
    return crowd


def under_load(server, scenario, slow):
    """Los números de `wrk`, y lo que gastaron mientras tanto el servidor y la computadora."""
    (cpu_before, front_before), before = server.cpu(), usage_now()
    wrk = run_wrk(server, scenario, server.options.seconds)
    after, (cpu_after, front_after) = usage_now(), server.cpu()
    requests, seconds = wrk["requests"], wrk["seconds"]
    if not requests:
        raise Failed("no terminó ninguna petición")
    cpu, front_cpu = cpu_after - cpu_before, front_after - front_before
    measured = cpu + front_cpu + wrk["cpu"]
    moved = requests * places.LARGE if scenario.script == "post" else wrk["bytes"]
    run = {
        "rps": requests / seconds,
        "mbps": moved / seconds / 1e6,
        "requests": requests,
        "seconds": seconds,
        "server_cpu": cpu,
        "wrk_cpu": wrk["cpu"],
        "cpu_per_100k": cpu / requests * 1e5,
        "front_cpu_per_100k": front_cpu / requests * 1e5,
        "connections_per_request": (after.accepted - before.accepted) / requests,
    }
    run |= {name: wrk[name] for name in ("p50_us", "p99_us", "max_us")}
    run["errors"] = {name: wrk[name] for name in ("connect", "read", "write", "timeout", "status")}
    if slow:
        beside = slow.result()
        run["slow_rps"] = beside["requests"] / beside["seconds"]
        measured += beside["cpu"]
    run["noise"] = noise_between(before, after, measured)
    return run


def check_run(run, scenario, options):
    closes = "Connection: close" in scenario.headers
    if closes and options.isolated and run["connections_per_request"] < FEWEST_CONNECTIONS:
        raise Failed(f"usó {run['connections_per_request']:.2f} conexiones por petición")
