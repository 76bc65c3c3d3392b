"""`environ` y `wsgi.input` (PEP 3333, «environ Variables»)."""
import queue
import socket
import unittest

from comun import PATIENCE, Served, quiet


def seen(look, **request):
    """Lo que `look` ve de una petición."""
    found = []

    def application(environ, start_response):
        found.append(look(environ))
        start_response("200 OK", [])
        return [b""]

    with Served(application) as served:
        served.send(**request)
    return found[0]


def read(look, body):
    return seen(lambda environ: look(environ["wsgi.input"]), method="POST", body=body)


class Environ(unittest.TestCase):
    def test_es_un_dict_y_no_uno_parecido(self):
        self.assertIs(seen(type), dict)

    def test_tiene_lo_que_pide_la_pep(self):
        names = (
            "REQUEST_METHOD SCRIPT_NAME PATH_INFO QUERY_STRING SERVER_PROTOCOL REMOTE_ADDR "
            "CONTENT_LENGTH CONTENT_TYPE HTTP_X_UNO wsgi.version wsgi.url_scheme wsgi.multithread "
            "wsgi.multiprocess wsgi.run_once wsgi.input_terminated"
        ).split()
        request = {
            "method": "POST",
            "path": "/ruta?a=1",
            "body": b"hola",
            "headers": [("Content-Type", "text/plain"), ("X-Uno", "1")],
        }
        self.assertEqual(
            seen(lambda environ: {name: environ.get(name) for name in names}, **request),
            {
                "REQUEST_METHOD": "POST",
                "SCRIPT_NAME": "",
                "PATH_INFO": "/ruta",
                "QUERY_STRING": "a=1",
                "SERVER_PROTOCOL": "HTTP/1.1",
                "REMOTE_ADDR": "127.0.0.1",
                "CONTENT_LENGTH": "4",
                "CONTENT_TYPE": "text/plain",
                "HTTP_X_UNO": "1",
                "wsgi.version": (1, 0),
                "wsgi.url_scheme": "http",
                "wsgi.multithread": True,
                "wsgi.multiprocess": False,
                "wsgi.run_once": False,
                "wsgi.input_terminated": True,
            },
        )

    def test_los_textos_son_bytes_latin_1(self):
        path = seen(lambda environ: environ["PATH_INFO"], path="/a%C3%B1o/%FF")
        self.assertEqual(path.encode("latin-1"), "/año/".encode() + b"\xff")
        header = seen(lambda environ: environ["HTTP_X_UNO"], headers=[("X-Uno", "\xf1")])
        self.assertEqual(header, "\xf1")

    def test_lo_de_una_peticion_no_se_ve_en_la_siguiente(self):
        def look(environ):
            return environ.setdefault("mio", len(environ)), environ.pop("wsgi.version")

        found = []

        def application(environ, start_response):
            found.append(look(environ))
            start_response("200 OK", [])
            return []

        with Served(application) as served:
            served.get()
            served.get()
        self.assertEqual(found[0], found[1])


class Entrada(unittest.TestCase):
    LINES = b"uno\ndos\ntres"

    def test_se_lee_de_cada_manera(self):
        ways = {
            "read()": (lambda input: input.read(), self.LINES),
            "read(-1)": (lambda input: input.read(-1), self.LINES),
            "read(n)": (lambda input: [input.read(5), input.read(100)], [b"uno\nd", b"os\ntres"]),
            "read(0)": (lambda input: [input.read(0), input.read()], [b"", self.LINES]),
            "readline()": (
                lambda input: [input.readline() for _ in range(4)],
                [b"uno\n", b"dos\n", b"tres", b""],
            ),
            "readline(n)": (
                lambda input: [input.readline(2), input.readline(10)],
                [b"un", b"o\n"],
            ),
            "readline y el resto": (
                lambda input: [input.readline(), input.read()],
                [b"uno\n", b"dos\ntres"],
            ),
            "readlines()": (lambda input: input.readlines(), [b"uno\n", b"dos\n", b"tres"]),
            "readlines(n)": (
                lambda input: [input.readlines(5), input.readlines(0)],
                [[b"uno\n", b"dos\n"], [b"tres"]],
            ),
            "for": (lambda input: list(input), [b"uno\n", b"dos\n", b"tres"]),
        }
        for name, (look, expected) in ways.items():
            with self.subTest(name):
                self.assertEqual(read(look, self.LINES), expected)

    def test_un_cuerpo_que_no_cabe_se_lee_entero(self):
        large = b"0123456789abcdef" * 65536
        for name, look in {
            "de una vez": lambda input: input.read(),
            "por partes": lambda input: b"".join(iter(lambda: input.read(1000), b"")),
            "tras una línea": lambda input: input.readline(10) + input.read(),
        }.items():
            with self.subTest(name):
                self.assertTrue(read(look, large) == large)

    def test_termina_donde_termina_el_cuerpo(self):
        found = []

        def application(environ, start_response):
            found.append(environ["wsgi.input"].read())
            start_response("200 OK", [])
            return [b"."]

        first = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nuno"
        chunked = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ndos\r\n0\r\n\r\n"
        last = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        with Served(application) as served:
            received = served.exchange(first + chunked + last)
        self.assertEqual(found, [b"uno", b"dos", b""])
        self.assertEqual(received.count(b"HTTP/1.1 200 OK"), 3)

    def test_un_cuerpo_mal_escrito_es_un_oserror_y_la_culpa_es_del_cliente(self):
        seen = []

        def application(environ, start_response):
            try:
                environ["wsgi.input"].read()
            except Exception as error:
                seen.append(type(error))
                raise

        head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        body = b"%x\r\n%s\r\nmalo\r\n" % (100_000, b"x" * 100_000)
        with quiet() as errors, Served(application) as served:
            received = served.exchange(head + body)
        self.assertEqual(received[:12], b"HTTP/1.1 400", received)
        self.assertEqual((seen, errors.getvalue()), ([OSError], ""))

    def test_un_cuerpo_a_medias_no_es_uno_entero(self):
        seen = queue.SimpleQueue()

        def application(environ, start_response):
            seen.put("dentro")
            try:
                seen.put(len(environ["wsgi.input"].read()))
            except OSError as error:
                seen.put(type(error))
                raise

        with Served(application) as served, served.open() as wire:
            head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n"
            wire.sendall(head + b"x" * 100_000)
            self.assertEqual(seen.get(timeout=PATIENCE), "dentro")
            wire.shutdown(socket.SHUT_WR)
            self.assertIs(seen.get(timeout=PATIENCE), OSError)


if __name__ == "__main__":
    unittest.main()
