"""Dónde está cada cosa. Nada de lo que se produce al medir queda fuera de estas carpetas."""

import os
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
EXAMPLES = BENCH.parent / "examples"
BOOK_SERVERS = BENCH.parent / "book" / "servidores"
RESULTS = BENCH / "resultados"
PYTHON_PEERS = BENCH / "peers" / "python"
SCRIPTS = BENCH / "wrk"

TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or BENCH / "target").resolve()
PROGRAMS = TARGET / "release"
VENV = Path(os.environ.get("BENCH_VENV") or TARGET / "venv").resolve()
WORK = TARGET / "mide"

TEXT = (BENCH / "texto.txt").read_bytes()
HTML = (BENCH / "pagina.html").read_bytes()
LARGE = 10 << 20
FILES = {"archivo/pequeno": 1 << 10, "archivo/grande": LARGE, "grande": LARGE}

# Lo que se escribe entre llaves en la orden que arranca un servidor.
NAMES = {
    "programas": str(PROGRAMS),
    "venv": str(VENV / "bin"),
    "python": str(PYTHON_PEERS),
    "trabajo": str(WORK),
}


def prepare_files():
    """Los archivos que se piden al medir."""
    for name, size in FILES.items():
        path = WORK / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.stat().st_size != size:
            path.write_bytes(b"x" * size)


def without_places(text):
    """El texto sin las rutas de esta computadora: lo que se guarda lo leerá otra persona."""
    for name, folder in sorted(NAMES.items(), key=lambda pair: -len(pair[1])):
        text = text.replace(folder, "{" + name + "}")
    return text.replace(str(VENV), "{venv}").replace(str(BENCH), "bench")
