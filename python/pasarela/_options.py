"""Lo que se pide al escribir `python -m pasarela`."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ._texts import say

# Cada opción y lo que vale: un texto, una lista, un sí o no, unos permisos en octal, o un número entre dos.
OPTIONS: dict[str, type | Callable[[int], str] | tuple[int, int]] = {
    "host": str,
    "port": (0, 65_535),
    "unix": str,
    "unix_mode": oct,
    "protocol": str,
    "threads": (1, 10_000),
    "access_log": str,
    "trusted_proxies": list,
    "switch_interval": (1, 1_000_000),
    "processes": (1, 1_000),
    "reload": bool,
    "max_requests": (1, 1_000_000_000),
}


class UsageError(Exception):
    """Algo que está mal escrito."""


class Request(NamedTuple):
    """Lo que se pidió: la aplicación, dónde escuchar si se dijo, y lo demás."""

    application: str
    host: str | None
    port: int | None
    processes: int
    reload: bool
    # Cuántas peticiones atiende cada proceso antes de dejar su sitio a otro; 0 si no se dijo.
    max_requests: int
    options: dict[str, Any]

    @property
    def is_supervised(self) -> bool:
        """Si atiende otro proceso, o varios."""
        return self.processes > 1 or self.reload or self.max_requests > 0


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
    return Request(
        applications[0],
        values.pop("host", None),
        values.pop("port", None),
        values.pop("processes", 1),
        values.pop("reload", False),
        values.pop("max_requests", 0),
        values,
    )


def _option(argument: str, left: Iterator[str]) -> tuple[str, str]:
    written, equals, text = argument.partition("=")
    name = written[2:].replace("-", "_")
    if not written.startswith("--") or name not in OPTIONS:
        raise UsageError(say("unknown", name=written))
    if OPTIONS[name] is bool and not equals:
        return name, "1"
    value = text if equals else next(left, None)
    if value is None:
        raise UsageError(say("no value", name=written))
    return name, value


def _value(name: str, text: str) -> str | int | bool | list[str]:
    kind, written = OPTIONS[name], "--" + name.replace("_", "-")
    if isinstance(kind, tuple):
        return _number(written, text, *kind)
    if kind is bool:
        if text not in ("0", "1"):
            raise UsageError(say("switch", name=written, value=text))
        return text == "1"
    if kind is oct:
        return _mode(written, text)
    if not text and name != "host":
        raise UsageError(say("no value", name=written))
    return [one.strip() for one in text.split(",")] if kind is list else text


def _number(written: str, text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit()):
        raise UsageError(say("number", name=written, value=text))
    # Con tantas cifras, Python no quiere leerlo.
    number = int(text) if len(text) < 100 else most + 1
    if not least <= number <= most:
        raise UsageError(say("range", name=written, least=least, most=most))
    return number


def _mode(written: str, text: str) -> int:
    if not (len(text) in (3, 4) and text.isascii() and all(digit in "01234567" for digit in text)):
        raise UsageError(say("mode", name=written, value=text))
    mode = int(text, 8)
    if mode > 0o777:
        raise UsageError(say("mode", name=written, value=text))
    return mode
