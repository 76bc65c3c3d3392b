"""Lo que dice `python -m pasarela`, en las dos lenguas: la que pidan las variables del sistema, o español."""
from __future__ import annotations

import os
from importlib import resources

TEXTS = {
    "es": {
        "serving": "atendiendo en {where}",
        "one": "hace falta una aplicación, y solo una; mira --help",
        "unknown": "no hay ninguna opción {name}; mira --help",
        "no value": "a {name} le falta su valor",
        "number": "{name} es un número, y no {value!r}",
        "no module": "no hay ningún módulo {name!r}",
        "no name": "en {module!r} no hay ninguna aplicación {name!r}",
        "no file": "no se puede leer {name!r}",
        "no application": "{name!r} no llama a make_server ni tiene una «application» o una «app»",
        "stuck": "hilos que no salieron de la aplicación a tiempo: {count}",
    },
    "en": {
        "serving": "serving on {where}",
        "one": "one application is needed, and only one; see --help",
        "unknown": "there is no option {name}; see --help",
        "no value": "{name} needs a value",
        "number": "{name} is a number, and not {value!r}",
        "no module": "there is no module {name!r}",
        "no name": "there is no application {name!r} in {module!r}",
        "no file": "cannot read {name!r}",
        "no application": "{name!r} does not call make_server, nor has an \"application\" or an \"app\"",
        "stuck": "threads that did not leave the application in time: {count}",
    },
}


def usage() -> str:
    return resources.files(__package__).joinpath(f"ayuda.{_language()}.txt").read_text("utf-8")


def say(key: str, **values: object) -> str:
    return TEXTS[_language()][key].format(**values)


def _language() -> str:
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    wanted = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return "en" if wanted.lower().startswith("en") else "es"
