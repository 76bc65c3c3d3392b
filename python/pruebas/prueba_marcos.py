"""Lo que la gente ejecuta: Flask y Django, con conexiones que se conservan, subidas y respuestas por partes."""
import concurrent.futures
import gc
import hashlib
import importlib.util
import os
import sqlite3
import tempfile
import threading
import unittest
import weakref

from comun import PATIENCE, Served, read_to_end

LARGE = b"0123456789abcdef" * 20_000
BOUNDARY = "frontera"
# Cuántas peticiones están en la aplicación a la vez.
TOGETHER = 4


class Watched:
    """Lo que la aplicación deja ver a la prueba, y lo que espera de ella."""

    def __init__(self):
        self.together = threading.Barrier(TOGETHER, timeout=PATIENCE)
        self.rest = threading.Event()
        self.threads, self.connections = set(), []
        watched = self

        class Connection(sqlite3.Connection):
            def __init__(self, *arguments, **options):
                super().__init__(*arguments, **options)
                watched.connections.append(weakref.ref(self))

        self.Connection = Connection

    def meet(self):
        self.threads.add(threading.get_ident())
        self.together.wait()

    def parts(self):
        """Lo que sigue al primer trozo espera a que el cliente lo tenga."""
        yield "0\n"
        if not self.rest.wait(PATIENCE):
            raise TimeoutError("el primer trozo no llegó")
        yield from (f"{number}\n" for number in range(1, 5))

    def alive(self):
        gc.collect()
        return [connection() is not None for connection in self.connections]


def multipart(content):
    """Un formulario con un archivo."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="archivo"; filename="a.bin"\r\n\r\n'
    return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def upload(served, path):
    headers = [("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")]
    return served.send("POST", path, multipart(LARGE), headers).body.decode()


def flask_application(database, watched):
    from flask import Flask, Response, request

    app, local = Flask(__name__), threading.local()

    @app.get("/saludo/<name>")
    def greet(name):
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(database, factory=watched.Connection)
        (count,) = local.connection.execute("select 41 + 1").fetchone()
        return f"Hola, {name}: {count}"

    @app.get("/juntos")
    def together():
        watched.meet()
        return greet("todos")

    @app.post("/subida")
    def receive():
        return hashlib.sha256(request.files["archivo"].read()).hexdigest()

    @app.get("/partes")
    def parts():
        return Response(watched.parts())

    return app


def django_application(database, watched):
    import django
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.db import connection
    from django.http import HttpResponse, StreamingHttpResponse
    from django.urls import path

    def greet(request, name="todos"):
        with connection.cursor() as cursor:
            cursor.execute("select 41 + 1")
            (count,) = cursor.fetchone()
        return HttpResponse(f"Hola, {name}: {count}")

    def together(request):
        watched.meet()
        return greet(request)

    def receive(request):
        return HttpResponse(hashlib.sha256(request.FILES["archivo"].read()).hexdigest())

    urls = [
        path("saludo/<name>", greet),
        path("juntos", together),
        path("subida", receive),
        path("partes", lambda request: StreamingHttpResponse(watched.parts())),
    ]
    settings.configure(
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=tuple(urls),
        SECRET_KEY="de prueba",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": database,
                "CONN_MAX_AGE": None,
                "OPTIONS": {"factory": watched.Connection},
            }
        },
    )
    django.setup()
    return get_wsgi_application()


class Marcos(unittest.TestCase):
    def check(self, make):
        watched = Watched()
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            application = make(os.path.join(folder, "base.sqlite3"), watched)
            with Served(application, threads=1) as served:
                self.check_answers(served)
                self.check_streaming(served, watched)
                self.assertEqual(watched.alive(), [True], "una conexión, y se conserva")
            self.assertEqual(watched.alive(), [False], "se cierra con su hilo")
            watched.connections.clear()
            with Served(application) as served:
                self.check_together(served, watched)
            self.assertEqual(watched.alive(), [False] * len(watched.threads))

    def check_answers(self, served):
        for _ in range(5):
            self.assertEqual(served.get("/saludo/Ada").body, b"Hola, Ada: 42")
        self.assertEqual(upload(served, "/subida"), hashlib.sha256(LARGE).hexdigest())
        self.assertEqual(served.get("/nada").status[:3], "404")
        found = served.send("HEAD", "/saludo/Ada")
        self.assertEqual((found.status, found.body), ("200 OK", b""))

    def check_streaming(self, served, watched):
        """El primer trozo llega cuando los demás todavía no existen."""
        with served.open() as wire:
            wire.sendall(b"GET /partes HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            received = b""
            while not received.endswith(b"\r\n2\r\n0\n\r\n"):
                block = wire.recv(65536)
                self.assertTrue(block, received)
                received += block
            watched.rest.set()
            self.assertEqual(read_to_end(wire), b"".join(b"2\r\n%d\n\r\n" % n for n in range(1, 5)) + b"0\r\n\r\n")

    def check_together(self, served, watched):
        """Varias a la vez: cada hilo con su conexión, y solo una."""
        with concurrent.futures.ThreadPoolExecutor(TOGETHER) as clients:
            for _ in range(5):
                answers = list(clients.map(served.get, ["/juntos"] * TOGETHER))
                self.assertEqual([answer.body for answer in answers], [b"Hola, todos: 42"] * TOGETHER)
        self.assertGreaterEqual(len(watched.threads), TOGETHER)
        self.assertEqual(watched.alive(), [True] * len(watched.threads))

    @unittest.skipUnless(importlib.util.find_spec("flask"), "no está Flask")
    def test_flask(self):
        self.check(flask_application)

    @unittest.skipUnless(importlib.util.find_spec("django"), "no está Django")
    def test_django(self):
        self.check(django_application)


if __name__ == "__main__":
    unittest.main()
