"""Las aplicaciones WSGI de Python, en el servidor de pasarela.

`pasarela.simple_server.make_server` es el de `wsgiref.simple_server`, con hilos y con lo que pide PEP 3333. Para un programa que ya está escrito no
hay que tocar nada: `python -m pasarela programa.py`.
"""
from ._pasarela import FileWrapper

__all__ = ["FileWrapper"]
