# python -m pasarela book/python/cap18_hilos.py
import os
import threading
import time

memory = threading.local()


def application(environ, start_response):
    if environ["PATH_INFO"] == "/duerme":
        time.sleep(2)
    elif environ["PATH_INFO"] == "/calcula":
        for _ in range(300_000_000):
            pass
    memory.visits = getattr(memory, "visits", 0) + 1
    start_response("200 OK", [("Content-type", "text/plain; charset=utf-8")])
    text = f"proceso {os.getpid()}, visita {memory.visits} de este hilo\n"
    return [text.encode("utf-8")]
