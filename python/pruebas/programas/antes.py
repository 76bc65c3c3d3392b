# Un programa al que le llega una señal cuando ya escucha y todavía no atiende.
import atexit, os, signal, socket
from wsgiref.simple_server import make_server

def application(environ, start_response):
    start_response("200 OK", [("Content-Length", "4")])
    return [b"hola"]

server = make_server("127.0.0.1", 0, application)
wire = socket.create_connection(server.server_address, timeout=20)
wire.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
atexit.register(lambda: print(wire.makefile("rb").read()[-4:]))
os.kill(os.getpid(), signal.SIGTERM)
server.serve_forever()
