# Un programa del que no se sale.
import threading
from pasarela.simple_server import make_server

def application(environ, start_response):
    print("dentro", flush=True)
    threading.Event().wait()

make_server("127.0.0.1", 0, application, shutdown_timeout=0.1).serve_forever()
