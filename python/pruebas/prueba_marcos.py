"""Lo que la gente ejecuta: Flask y Django, con conexiones que se conservan, subidas y respuestas por partes."""
import hashlib
import importlib.util
import os
import sqlite3
import tempfile
import threading
import unittest

from comun import Served

LARGE = b"0123456789abcdef" * 20_000
BOUNDARY = "frontera"


def multipart(content):
    """Un formulario con un archivo."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="archivo"; filename="a.bin"\r\n\r\n'
    return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def upload(served, path):
    headers = [("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")]
    return served.send("POST", path, multipart(LARGE), headers).body.decode()


def flask_application(database):
    from flask import Flask, Response, request

    app, local, opened = Flask(__name__), threading.local(), []

    @app.get("/saludo/<name>")
    def greet(name):
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(database)
            opened.append(threading.get_ident())
        (count,) = local.connection.execute("select 41 + 1").fetchone()
        return f"Hola, {name}: {count}"

    @app.get("/abiertas")
    def count():
        return str(len(opened))

    @app.post("/subida")
    def receive():
        return hashlib.sha256(request.files["archivo"].read()).hexdigest()

    @app.get("/partes")
    def parts():
        return Response(f"{number}\n" for number in range(5))

    return app


def django_application(database):
    import django
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.db import connection
    from django.http import HttpResponse, StreamingHttpResponse
    from django.urls import path

    opened = set()

    def greet(request, name):
        with connection.cursor() as cursor:
            cursor.execute("select 41 + 1")
            (count,) = cursor.fetchone()
        opened.add(id(connection.connection))
        return HttpResponse(f"Hola, {name}: {count}")

    def receive(request):
        return HttpResponse(hashlib.sha256(request.FILES["archivo"].read()).hexdigest())

    urls = [
        path("saludo/<name>", greet),
        path("abiertas", lambda request: HttpResponse(str(len(opened)))),
        path("subida", receive),
        path("partes", lambda request: StreamingHttpResponse(f"{n}\n" for n in range(5))),
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
            }
        },
    )
    django.setup()
    return get_wsgi_application()


class Marcos(unittest.TestCase):
    def check(self, make):
        with tempfile.TemporaryDirectory() as folder:
            application = make(os.path.join(folder, "base.sqlite3"))
            with Served(application, threads=1) as served:
                for _ in range(5):
                    self.assertEqual(served.get("/saludo/Ada").body, b"Hola, Ada: 42")
                self.assertEqual(served.get("/abiertas").body, b"1", "la conexión se conserva")
                self.assertEqual(upload(served, "/subida"), hashlib.sha256(LARGE).hexdigest())
                self.assertEqual(served.get("/partes").body, b"0\n1\n2\n3\n4\n")
                self.assertEqual(served.get("/nada").status[:3], "404")
                found = served.send("HEAD", "/saludo/Ada")
                self.assertEqual((found.status, found.body), ("200 OK", b""))

    @unittest.skipUnless(importlib.util.find_spec("flask"), "no está Flask")
    def test_flask(self):
        self.check(flask_application)

    @unittest.skipUnless(importlib.util.find_spec("django"), "no está Django")
    def test_django(self):
        self.check(django_application)


if __name__ == "__main__":
    unittest.main()
