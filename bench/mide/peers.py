"""Los servidores que se comparan: cómo se arranca cada uno y qué escenarios no puede hacer."""

import re
import shlex
import shutil
from dataclasses import dataclass, field
from enum import Enum

import places
from nginx import prepare_nginx


class Kind(Enum):
    OURS = "nuestro"
    FLOOR = "suelo"
    RUST = "Rust"
    PYTHON = "Python"
    C = "C"


@dataclass(frozen=True)
class Peer:
    name: str
    kind: Kind
    # Se reemplazan al arrancar: `{place}`, dónde escucha; `{port}`, su puerto; y los nombres de
    # `places.NAMES`.
    order: str
    note: str
    # Escenario: por qué no lo hace. Los demás los hace todos.
    cannot: dict = field(default_factory=dict)
    # Un módulo de Python que debe estar instalado.
    module: str = ""
    # Escenario: lo que reemplaza a `{mode}`; en los demás, `texto`.
    modes: dict = field(default_factory=dict)
    # Cómo le habla nginx, si lo tiene delante, y si conserva las conexiones que abre.
    protocol: str = "http"
    keeps: bool = True
    prepare: object = None

    @property
    def runs_python(self):
        """Si su aplicación es la de Python."""
        return self.kind is Kind.PYTHON or bool(self.module)

    def command(self, place, scenario_name):
        mode = self.modes.get(scenario_name, "texto")
        words = dict(places.NAMES, place=place, port=place.rpartition(":")[2], mode=mode)
        # Solo los nombres conocidos: una orden puede llevar otras llaves.
        pattern = re.compile(r"\{(\w+)\}")
        return [
            pattern.sub(lambda match: words.get(match[1], match[0]), word)
            for word in shlex.split(self.order)
        ]

    def why_not(self, scenario):
        """Por qué no hace un escenario, o `None` si lo hace."""
        if scenario.only and self.name not in scenario.only:
            return "no sirve carpetas, o no se midió haciéndolo"
        return self.cannot.get(scenario.name)

    def missing(self):
        """Lo que falta para arrancarlo, o `None` si está todo."""
        program = self.command("", "")[0]
        if not shutil.which(program):
            return f"no está el programa `{places.without_places(program)}`"
        if self.module and not any(places.VENV.glob(f"lib/python*/site-packages/{self.module}*")):
            return f"no está el módulo de Python `{self.module}`"
        return None


NO_APPLICATION = "no ejecuta aplicaciones"
NO_BLOCKING = "no tiene hilos aparte para una aplicación que se detiene"
FLOOR = {
    "kind": Kind.FLOOR,
    "cannot": {"lento": NO_APPLICATION, "mezcla": NO_APPLICATION},
    "modes": {"html": "html", "cierre": "cerrar", "bajada": "grande", "subida": "subir"},
}


def rust(name, order, note, **cannot):
    return Peer(name, Kind.RUST, "{programas}/" + order, note, cannot)


def python(name, order, note, module="", **cannot):
    return Peer(name, Kind.PYTHON, "{venv}/" + order, note, cannot, module)


OURS = Peer("pasarela", Kind.OURS, "{programas}/bench {port}", "el nuestro, sin configurar nada")

# Todos admiten más de 10 000 conexiones: lo que se compara es lo que les cuestan.
PEERS = [
    OURS,
    Peer(
        "suelo",
        order="{programas}/peer-floor {port} {mode}",
        note="epoll sin HTTP: cuenta líneas en blanco; cada conexión, en el núcleo que la recibe",
        **FLOOR,
    ),
    Peer(
        "suelo-hash",
        order="{programas}/peer-floor {port} {mode} hash",
        note="el suelo, sin elegir el núcleo de cada conexión",
        **FLOOR,
    ),
    rust("hyper", "peer-hyper {port} mt", "un tokio de varios hilos"),
    rust("hyper-ct", "peer-hyper {port} ct", "un tokio de un hilo por núcleo, con SO_REUSEPORT"),
    rust("axum", "peer-axum {port}", "un tokio de varios hilos"),
    rust("actix-web", "peer-actix {port}", "un hilo por núcleo"),
    rust("ntex", "peer-ntex {port}", "un hilo por núcleo, con epoll"),
    rust("ntex-uring", "peer-ntex-uring {port}", "un hilo por núcleo, con io_uring"),
    rust(
        "may_minihttp",
        "peer-may {port}",
        "corrutinas con pila propia",
        cierre="no atiende a `Connection: close`",
        lento=NO_BLOCKING,
        mezcla=NO_BLOCKING,
    ),
    rust("tiny_http", "peer-tinyhttp {port}", "4 hilos que atienden"),
    rust("rouille", "peer-rouille {port}", "por dentro, tiny_http; 8 hilos por núcleo"),
    rust(
        "astra",
        "peer-astra {port}",
        "un hilo por conexión, sobre hyper",
        subida="no termina de leer cuerpos de más de 16 KiB",
    ),
    Peer(
        "nginx",
        Kind.C,
        "nginx -p {trabajo}/nginx-{port} -c nginx.conf",
        "`return 200`, un proceso por núcleo",
        {"lento": NO_APPLICATION, "mezcla": NO_APPLICATION, "subida": NO_APPLICATION},
        prepare=prepare_nginx,
    ),
    python(
        "wsgiref",
        "python wsgiref_server.py {port}",
        "el de la biblioteca de Python: un hilo, HTTP/1.0",
        mezcla="atiende de a una conexión",
    ),
    python(
        "waitress",
        "waitress-serve --threads=4 --listen=127.0.0.1:{port} --connection-limit=16384 "
        "--asyncore-use-poll --backlog=4096 app:application",
        "4 hilos",
        module="waitress",
    ),
    python(
        "gunicorn",
        "gunicorn -k gthread -w 2 --threads 4 --keep-alive 75 --worker-connections 16384 "
        "--backlog 4096 --graceful-timeout 1 --log-level error -b 127.0.0.1:{port} app:application",
        "2 procesos de 4 hilos",
        module="gunicorn",
    ),
    python(
        "bjoern",
        "python bjoern_server.py {port} 2",
        "C y libev; 2 procesos con SO_REUSEPORT",
        module="bjoern",
    ),
    python(
        "uwsgi",
        "uwsgi --http 127.0.0.1:{port} --http-keepalive=75 --http-auto-chunked --http-timeout 75 "
        "--processes 2 --threads 4 --master --no-orphans --die-on-term --disable-logging "
        "--need-app --listen 4096 --pythonpath {python} --wsgi-file {python}/app.py",
        "su `--http` delante de 2 procesos de 4 hilos",
    ),
    python(
        "granian",
        "granian --interface wsgi --workers 2 --host 127.0.0.1 --port {port} --http 1 --no-ws "
        "--backlog 4096 --backpressure 16384 --log-level error app:application",
        "hyper y Python; 2 procesos",
        module="granian",
    ),
]


def behind(protocol, note):
    order = f"{{programas}}/detras {protocol} {{place}}"
    return Peer(f"pasarela-{protocol}", Kind.OURS, order, note, protocol=protocol)


UWSGI_BEHIND = (
    "{venv}/uwsgi --socket {place} --chmod-socket=600 --processes 2 --master --no-orphans "
    "--die-on-term --disable-logging --need-app --listen 4096 --pythonpath {python} "
    "--wsgi-file {python}/app.py"
)

# Cuántos hilos de cada proceso pueden estar en la aplicación, en `--python`.
THREADS = 64


def bridge(processes):
    return Peer(
        f"pasarela-{processes}",
        Kind.OURS,
        f"{{venv}}/python -m pasarela --host 127.0.0.1 --port {{port}} --threads {THREADS} "
        + (f"--processes {processes} " if processes > 1 else "")
        + "app:application",
        f"el nuestro; procesos: {processes}",
        module="pasarela",
    )


def granian(processes):
    return python(
        f"granian-{processes}",
        f"granian --interface wsgi --workers {processes} --blocking-threads {THREADS} --host 127.0.0.1 "
        "--port {port} --http 1 --no-ws --backlog 4096 --backpressure 16384 --log-level error "
        "app:application",
        f"hyper y Python; procesos: {processes}",
        module="granian",
    )


def gunicorn(processes):
    return python(
        f"gunicorn-{processes}",
        f"gunicorn -k gthread -w {processes} --threads {THREADS} --keep-alive 75 "
        "--worker-connections 16384 --backlog 4096 --graceful-timeout 1 --log-level error "
        "-b 127.0.0.1:{port} app:application",
        f"gthread; procesos: {processes}",
        module="gunicorn",
    )


def bjoern(processes):
    return python(
        f"bjoern-{processes}",
        f"python bjoern_server.py {{port}} {processes}",
        f"C y libev, sin hilos; procesos: {processes}",
        module="bjoern",
    )


# Los de `--python`: la misma aplicación de Python, con los mismos hilos donde los hay.
FAMILIES = (bridge, granian, gunicorn, bjoern)
PYTHON = [make(processes) for processes in (1, 2) for make in FAMILIES]
PYTHON.append(next(peer for peer in PEERS if peer.name == "wsgiref"))

# Los que van detrás de nginx, en `--detras`. El primero es con el que se comparan los demás.
BEHIND = [
    behind("http", "el nuestro, y nginx le habla HTTP"),
    behind("fastcgi", "el nuestro, por FastCGI"),
    Peer(
        "pasarela-http-cierre",
        Kind.OURS,
        "{programas}/detras http {place}",
        "el nuestro por HTTP, sin conservar conexiones: como SCGI y uwsgi, una por petición",
        keeps=False,
    ),
    behind("scgi", "el nuestro, por SCGI"),
    behind("uwsgi", "el nuestro, por uwsgi"),
    Peer("uwsgi", Kind.PYTHON, UWSGI_BEHIND, "2 procesos, por uwsgi", protocol="uwsgi"),
    Peer(
        "uwsgi-hilos",
        Kind.PYTHON,
        UWSGI_BEHIND + " --threads 4",
        "2 procesos de 4 hilos, por uwsgi",
        protocol="uwsgi",
    ),
    Peer(
        "gunicorn",
        Kind.PYTHON,
        "{venv}/gunicorn -k gthread -w 2 --threads 4 --keep-alive 75 --worker-connections 16384 "
        "--backlog 4096 --graceful-timeout 1 --log-level error -b {mode}{place} app:application",
        "2 procesos de 4 hilos, por HTTP",
        module="gunicorn",
        modes={"tcp": "", "unix": "unix:"},
    ),
]
