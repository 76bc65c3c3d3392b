# Como el archivo del tutorial: atiende en cuanto se ejecuta, sin esperar a que nadie lo llame.
from wsgiref.simple_server import make_server

def application(env, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'Hola']

server = make_server('localhost', 8000, application)
server.serve_forever()
