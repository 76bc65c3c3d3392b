"""Lo que dice `python -m pasarela`, en las dos lenguas: la que pidan las variables del sistema, o español."""
from __future__ import annotations

import os

TEXTS = {
    "es": {
        "serving": "atendiendo en {where}",
        "one": "hace falta una aplicación, y solo una; mira --help",
        "unknown": "no hay ninguna opción {name}; mira --help",
        "no value": "a {name} le falta su valor",
        "number": "{name} es un número, y no {value!r}",
        "mode": "{name} son unos permisos en octal, como 660, y no {value!r}",
        "range": "{name} es un número de {least} a {most}",
        "switch": "{name} es 1 o 0, y no {value!r}",
        "no processes": "este sistema no sabe pasar sockets de un proceso a otro: sin --processes ni --max-requests",
        "no module": "no hay ningún módulo {name!r}",
        "no name": "en {module!r} no hay ninguna aplicación {name!r}",
        "no file": "no se puede leer {name!r}",
        "no application": "{name!r} no llama a make_server ni tiene una «application» o una «app»",
        "stuck": "hilos que no salieron de la aplicación a tiempo: {count}",
        "not started": "no se pudo empezar un proceso, y se volverá a probar: {error}",
        "died": "el proceso {pid} terminó sin que nadie se lo pidiera ({how}); empieza otro",
        "killed": "el proceso {pid} no termina, y no se le espera más",
        "code": "código {code}",
        "changed": "cambió {path}: se carga todo otra vez",
        "waiting": "en cuanto cambie algo, se carga otra vez",
    },
    "en": {
        "serving": "serving on {where}",
        "one": "one application is needed, and only one; see --help",
        "unknown": "there is no option {name}; see --help",
        "no value": "{name} needs a value",
        "number": "{name} is a number, and not {value!r}",
        "mode": "{name} takes permissions in octal, such as 660, and not {value!r}",
        "range": "{name} is a number from {least} to {most}",
        "switch": "{name} is 1 or 0, and not {value!r}",
        "no processes": "this system cannot hand sockets from one process to another: no --processes, no --max-requests",
        "no module": "there is no module {name!r}",
        "no name": "there is no application {name!r} in {module!r}",
        "no file": "cannot read {name!r}",
        "no application": "{name!r} does not call make_server, nor has an \"application\" or an \"app\"",
        "stuck": "threads that did not leave the application in time: {count}",
        "not started": "could not start a process, will try again: {error}",
        "died": "process {pid} ended unasked ({how}); starting another",
        "killed": "process {pid} does not end, not waiting any longer",
        "code": "code {code}",
        "changed": "{path} changed: loading everything again",
        "waiting": "as soon as anything changes, it is loaded again",
    },
}


def usage() -> str:
    from importlib import resources

    return resources.files(__package__).joinpath(f"ayuda.{_language()}.txt").read_text("utf-8")


def say(key: str, **values: object) -> str:
    return TEXTS[_language()][key].format(**values)


def _language() -> str:
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    wanted = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return "en" if wanted.lower().startswith("en") else "es"
