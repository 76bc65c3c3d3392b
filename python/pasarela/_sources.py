"""Si cambió alguno de los archivos de los que salió la aplicación."""
from __future__ import annotations

import os
import stat
import sys
from importlib.machinery import SourceFileLoader
from typing import Any


class Sources:
    """Los archivos que leyó Python, y cómo era cada uno justo antes de que lo leyera: así se nota también lo que
    cambia mientras se carga, y lo que no se pudo cargar."""

    def __init__(self) -> None:
        self._seen: dict[str, object] = {}
        self._note_what_is_read()

    def add(self, path: str) -> None:
        self._seen.setdefault(os.path.abspath(path), stamp(path))

    def add_folders(self) -> None:
        """También las carpetas: lo que falta puede ser un archivo que todavía no está."""
        for folder in {sys.path[0], *map(os.path.dirname, self._seen)}:
            self.add(folder)

    def changed(self) -> str | None:
        """Uno que cambió, o que ya no está."""
        return next((path for path, before in list(self._seen.items()) if stamp(path) != before), None)

    def _note_what_is_read(self) -> None:
        path_stats, add = SourceFileLoader.path_stats, self.add

        def noting(loader: SourceFileLoader, path: str) -> Any:
            add(path)
            return path_stats(loader, path)

        SourceFileLoader.path_stats = noting  # type: ignore


def stamp(path: str) -> object:
    """Lo que cambia cuando cambia un archivo, diga lo que diga su fecha; de una carpeta, los nombres que importan."""
    try:
        found = os.stat(path)
        if stat.S_ISDIR(found.st_mode):
            # Lo que se puede importar, y no lo que Python guarda por su cuenta.
            return sorted(filter(_may_be_imported, os.listdir(path)))
        # El sistema anota por su cuenta cuándo lo cambió (`ctime`), salvo en Windows, que anota cuándo se creó.
        return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
    except OSError:
        return None


def _may_be_imported(name: str) -> bool:
    return name.endswith(".py") or name.isidentifier() and name != "__pycache__"
