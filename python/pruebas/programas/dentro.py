# Una aplicación en la que siempre hay alguien.
import time

def application(environ, start_response):
    time.sleep(0.01)
    start_response("200 OK", [("Content-Length", "4")])
    return [b"hola"]
