"""El servidor de la biblioteca de Python.

python3 wsgiref_server.py PUERTO
"""

import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

from app import application


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *_):
        # Una línea por petición en la terminal no es lo que se mide.
        pass


make_server("127.0.0.1", int(sys.argv[1]), application, handler_class=QuietHandler).serve_forever()
