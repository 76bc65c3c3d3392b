"""La configuración de nginx: el que responde él mismo, y el que va delante de una aplicación."""

import getpass
import os
from pathlib import Path
from string import Template

import places

TEMPLATE = Template(Path(__file__).with_suffix(".conf").read_text())
WORKERS = os.cpu_count() or 1
# Sin esto sus procesos serían de otra persona: no leerían una carpeta privada ni entrarían en un socket.
USER = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""


def prepare_nginx(port):
    """Uno que responde lo mismo que los demás, sin llamar a ninguna aplicación.

    Escribe la configuración; devuelve la carpeta que sobra al terminar.
    """
    folder = places.WORK / f"nginx-{port}"
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    configuration = TEMPLATE.substitute(
        user=USER,
        processes=WORKERS,
        folder=folder,
        root=places.WORK,
        port=port,
        text=places.TEXT.decode(),
        html=places.HTML.decode(),
    )
    (folder / "nginx.conf").write_text(configuration)
    return folder


def prepare_front(folder, peer, address, place):
    """El archivo del libro para su protocolo, con estas direcciones y un número fijo de procesos."""
    for inside in ("run", "tmp"):
        (folder / inside).mkdir()
    text = (places.BOOK_SERVERS / f"nginx-{peer.protocol}.conf").read_text()
    (folder / "nginx.conf").write_text(adapted(text, peer.keeps, address, place))


def adapted(text, keeps, address, place):
    place = place if place.rpartition(":")[2].isdigit() else f"unix:{place}"
    changes = {
        "worker_processes auto": f"worker_processes {WORKERS}",
        # Sus avisos de que empieza y termina no son las últimas palabras de nadie.
        "error_log stderr notice": "error_log stderr error",
        "127.0.0.1:8080": address,
        "127.0.0.1:8000": place,
    }
    if not keeps:
        changes["keepalive 64;"] = ""
    for old, new in changes.items():
        if old not in text:
            raise ValueError(f"el archivo del libro ya no dice «{old}»")
        text = text.replace(old, new)
    return text


def front_command(folder):
    return ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", USER]
