"""Lo que se pide al escribir `python -m pasarela`."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ._texts import say

# Cada opción, y si es un número.
OPTIONS = {
    "host": False,
    "port": True,
    "unix": False,
    "protocol": False,
    "threads": True,
    "access_log": False,
    "switch_interval": True,
}


class UsageError(Exception):
    """Algo que está mal escrito."""


@dataclass
class Request:
    """Lo que se pidió: la aplicación, dónde escuchar si se dijo, y lo demás."""

    application: str
    host: str | None
    port: int | None
    options: dict[str, Any]


def read(arguments: Sequence[str], environ: Mapping[str, str]) -> Request | None:
    """Lo que piden `arguments` y, si ellos no lo dicen, `environ`; `None` si es la ayuda."""
    found: dict[str, str] = {}
    for name in OPTIONS:
        if value := environ.get(f"PASARELA_{name.upper()}"):
            found[name] = value
    applications = []
    left = iter(arguments)
    for argument in left:
        if argument in ("-h", "--help"):
            return None
        if argument.startswith("-"):
            name, value = _option(argument, left)
            found[name] = value
        else:
            applications.append(argument)
    if len(applications) != 1:
        raise UsageError(say("one"))
    values: dict[str, Any] = {name: _value(name, text) for name, text in found.items()}
    return Request(applications[0], values.pop("host", None), values.pop("port", None), values)


def _option(argument: str, left: Iterator[str]) -> tuple[str, str]:
    written, equals, text = argument.partition("=")
    name = written[2:].replace("-", "_")
    if not written.startswith("--") or name not in OPTIONS:
        raise UsageError(say("unknown", name=written))
    value = text if equals else next(left, None)
    if value is None:
        raise UsageError(say("no value", name=written))
    return name, value


def _value(name: str, text: str) -> str | int:
    if not OPTIONS[name]:
        return text
    if not (text.isascii() and text.isdigit()):
        raise UsageError(say("number", name="--" + name, value=text))
    return int(text)
