"""Mide servidores HTTP uno al lado de otro, en esta computadora.

    python3 bench/mide                           todo; tarda más de una hora
    python3 bench/mide --lista                   qué servidores hay y cuáles faltan
    python3 bench/mide --comprueba               solo si responden bien
    python3 bench/mide --solo suelo,hyper --escenarios texto,cierre --rondas 3
    python3 bench/mide --desde bench/resultados/medicion.json
    python3 bench/mide --detras                  detrás de nginx, y como programa CGI
    python3 bench/mide --python                  la misma aplicación de Python, en cada servidor
    python3 bench/mide --autoprueba
"""

import sys

# Lo que Python compila no se guarda al lado del código.
sys.dont_write_bytecode = True

import argparse
import json
import os
import shutil
from pathlib import Path

import places
from campaign import Campaign, save
from cgi_cost import measure_cgi
from isolation import isolate, prepare_process, warn
from peers import BEHIND, PEERS, PYTHON, Kind, Peer
from plot import plot
from report import report
from report_behind import report_behind
from report_python import report_python
from scenarios import BEHIND as BEHIND_SCENARIOS
from scenarios import BY_NAME
from scenarios import PYTHON as PYTHON_SCENARIOS
from scenarios import SCENARIOS


def main():
    options = read_options()
    if options.autoprueba:
        from selftest import self_test

        return self_test()
    if options.desde:
        return write_results(json.loads(options.desde.read_text()), options.desde)
    if options.lista:
        return list_peers(options)
    peers, scenarios, missing = choose(options)
    for program in ("wrk", "nginx") if options.detras else ("wrk",):
        if not shutil.which(program):
            sys.exit(f"falta el programa {program}; ejecuta: bash bench/prepara.sh")
    options.isolated = False if options.sin_aislar else isolate()
    prepare_process()
    places.prepare_files()
    campaign = Campaign(peers, scenarios, options, missing)
    if options.comprueba:
        options.rounds = 1
        return 1 if campaign.check_all() else 0
    if options.detras:
        campaign.data["cgi"] = {}
    campaign.data["python"] = options.python
    path = places.RESULTS / f"{options.nombre or default_name(options)}.json"
    try:
        campaign.measure_all(path)
        if options.detras:
            campaign.data["cgi"] = measure_cgi(options)
            save(campaign.data, path)
    except KeyboardInterrupt:
        warn("interrumpida: se informa de lo que haya")
    return write_results(campaign.data, path)


def read_options():
    parser = argparse.ArgumentParser(
        prog="python3 bench/mide",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    names = ", ".join(BY_NAME)
    add("--solo", metavar="NOMBRES", type=names_in, help="solo estos servidores, separados por comas")
    add("--escenarios", metavar="NOMBRES", type=names_in, help=f"solo estos: {names}")
    add("--agrega", metavar="NOMBRE=ORDEN", action="append", default=[], help="otro; {port} es su puerto")
    add("--rondas", dest="rounds", metavar="N", type=int, default=5)
    add("--segundos", dest="seconds", metavar="S", type=int, default=2, help="de cada medición")
    add("--calienta", dest="warmup", metavar="S", type=int, default=1, help="antes de medir")
    add("--nombre", help="de los archivos que deja en bench/resultados")
    add("--hilos-wrk", dest="wrk_threads", metavar="N", type=int, default=2)
    add("--nucleos-servidor", dest="server_cpus", metavar="N,N", type=cores_in)
    add("--nucleos-cliente", dest="client_cpus", metavar="N,N", type=cores_in)
    add("--ruido", dest="max_noise", metavar="PARTE", type=float, default=0.08, help="el que se admite")
    add("--espera", dest="quiet_wait", metavar="S", type=float, default=20, help="a que haya silencio")
    add("--repite", dest="retries", metavar="N", type=int, default=2, help="si hubo ruido")
    add("--sin-aislar", action="store_true", help="sin un espacio de red propio")
    add("--detras", action="store_true", help="con cada protocolo detrás de nginx, y como programa CGI")
    add("--python", action="store_true", help="la misma aplicación de Python, en cada servidor")
    add("--lista", action="store_true", help="dice qué servidores hay y termina")
    add("--comprueba", action="store_true", help="solo comprueba las respuestas")
    add("--desde", metavar="JSON", type=Path, help="rehace el informe de una medición guardada")
    add("--autoprueba", action="store_true", help="comprueba las cuentas, la tabla y el dibujo")
    return parser.parse_args()


def names_in(text):
    return [name for name in text.split(",") if name]


def cores_in(text):
    return {int(number) for number in text.split(",")}


def default_name(options):
    return "detras" if options.detras else "python" if options.python else "medicion"


def list_peers(options):
    peers = peers_of(options)
    for peer in peers:
        missing = peer.missing()
        state = f"FALTA: {missing}" if missing else peer.note
        print(f"{peer.name:16} {peer.kind.value:8} {state}")
    return 1 if any(peer.missing() for peer in peers) else 0


def peers_of(options):
    return BEHIND if options.detras else PYTHON if options.python else PEERS


def scenarios_of(options):
    if options.detras:
        return BEHIND_SCENARIOS
    return PYTHON_SCENARIOS if options.python else SCENARIOS


def choose(options):
    """Los servidores y los escenarios pedidos, y por qué faltan los que no están."""
    known = {peer.name: peer for peer in peers_of(options)}
    peers = [known_name(name, known) for name in options.solo or known]
    peers += [added(text) for text in options.agrega]
    missing = {peer.name: reason for peer in peers if (reason := peer.missing())}
    for name, reason in missing.items():
        warn(f"falta {name}: {reason}")
    if missing:
        warn("para instalar lo que falta: bash bench/prepara.sh")
    # Si se pidió por su nombre, o es el nuestro, seguir sin él no tiene sentido.
    ours_missing = any(peer.name in missing and peer.kind is Kind.OURS for peer in peers)
    if missing and (options.solo or ours_missing):
        sys.exit(f"no se mide nada: faltan {', '.join(missing)}")
    loads = {load.name: load for load in scenarios_of(options)}
    scenarios = [known_name(name, loads) for name in options.escenarios or loads]
    return [peer for peer in peers if peer.name not in missing], scenarios, missing


def known_name(name, known):
    if name not in known:
        sys.exit(f"no se conoce «{name}»; hay: {', '.join(known)}")
    return known[name]


def added(text):
    name, _, order = text.partition("=")
    if not order:
        sys.exit("se escribe --agrega NOMBRE=ORDEN, con {port} donde va el puerto")
    return Peer(name, Kind.OURS, order, "agregado para esta medición")


def write_results(data, path):
    """Las tablas y el dibujo, al lado de los números."""
    if "cgi" in data or data.get("python"):
        text = report_behind(data) if "cgi" in data else report_python(data)
        path.with_suffix(".md").write_text(text)
        print(f"listo: {os.path.relpath(path.with_suffix('.md'))} y su JSON")
        return 0
    picture = path.with_suffix(".svg")
    picture.write_text(plot(data))
    path.with_suffix(".md").write_text(report(data, picture.name))
    print(f"listo: {os.path.relpath(path.with_suffix('.md'))}, su dibujo y su JSON")
    return 0


if __name__ == "__main__":
    sys.exit(main())
