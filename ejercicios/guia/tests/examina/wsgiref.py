"""El servidor que trae Python, con la aplicación del capítulo 1, en un puerto libre que dice al empezar."""

from wsgiref.simple_server import make_server, WSGIRequestHandler

def application(environ, start_response):
    start_response('200 OK', [('Content-type', 'text/plain; charset=utf-8')])
    return ['Hola gente de códigofacilito'.encode()]

class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass

server = make_server('127.0.0.1', 0, application, handler_class=Quiet)
print(server.server_port, flush=True)
server.serve_forever()
