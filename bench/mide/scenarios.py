"""Qué se mide: cada escenario es una carga distinta sobre las mismas aplicaciones."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    path: str = "/"
    # Qué número se compara: peticiones o millones de bytes, por segundo.
    value: str = "rps"
    connections: int = 64
    # El programa de `wrk/` que dice qué se envía.
    script: str = "base"
    headers: tuple = ()
    # Conexiones abiertas que ya hicieron una petición y no hacen más.
    idle: int = 0
    # Conexiones que mientras tanto piden otra cosa, y cuál.
    beside: int = 0
    beside_path: str = "/lento"
    # ¿Se abren todas de golpe antes de medir, para ver a cuántas se responde?
    burst: bool = False
    # Por dónde le habla el nginx que va delante; vacío, no hay ninguno.
    front: str = ""
    # Los únicos que lo hacen; vacío, todos.
    only: tuple = ()

    @property
    def unit(self):
        return "MB/s" if self.value == "mbps" else "pet/s"


# Los que traen con qué servir una carpeta: nginx, y el nuestro con `StaticFiles`.
SERVE_FILES = ("pasarela", "nginx")

# Peticiones en cada escritura de `tuberia`.
DEPTH = 16

SCENARIOS = [
    Scenario("texto", "El texto del capítulo 1, 64 conexiones que se conservan", burst=True),
    Scenario("html", "La página del capítulo 2, 64 conexiones que se conservan", path="/html"),
    Scenario("tuberia", "El texto, 16 peticiones en cada escritura, 64 conexiones", script="pipeline"),
    Scenario(
        "cierre",
        "El texto, una conexión por petición, de a 64",
        headers=("Connection: close",),
    ),
    Scenario(
        "lento",
        "Una aplicación que se detiene 10 ms, 64 conexiones",
        path="/lento",
        burst=True,
    ),
    Scenario(
        "mezcla",
        "El texto, 32 conexiones; otras 32, en la aplicación de 10 ms",
        connections=32,
        beside=32,
    ),
    Scenario("ocio2k", "2 000 conexiones ociosas, y el texto en otras 64", idle=2_000),
    Scenario("ocio10k", "10 000 conexiones ociosas, y el texto en otras 64", idle=10_000),
    Scenario(
        "bajada",
        "Una respuesta de 10 MiB, 4 conexiones",
        path="/grande",
        value="mbps",
        connections=4,
    ),
    Scenario(
        "subida",
        "Una petición con 10 MiB de cuerpo, 4 conexiones",
        path="/subir",
        value="mbps",
        connections=4,
        script="post",
    ),
    Scenario(
        "archivo1k",
        "Un archivo de 1 KiB, 64 conexiones que se conservan",
        path="/archivo/pequeno",
        only=SERVE_FILES,
    ),
    Scenario(
        "archivo10m",
        "Un archivo de 10 MiB, 4 conexiones",
        path="/archivo/grande",
        value="mbps",
        connections=4,
        only=SERVE_FILES,
    ),
]

# Los de `--detras`. Nadie llega directo a la aplicación: 64 conexiones que se conservan con nginx.
BEHIND = [
    Scenario("tcp", "El texto del capítulo 1, y nginx le habla por TCP", front="tcp"),
    Scenario("unix", "El texto del capítulo 1, y nginx le habla por un socket de Unix", front="unix"),
]

# Los de `--python`: los de arriba que hace un servidor de Python, y uno más.
PYTHON = [
    *(load for load in SCENARIOS if load.name in ("texto", "html", "lento", "mezcla", "bajada", "subida")),
    Scenario(
        "calculo",
        "El texto, 16 conexiones; otras 2, en 20 ms de Python puro",
        connections=16,
        beside=2,
        beside_path="/calculo",
    ),
]

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS + BEHIND + PYTHON}
