"""Lo que solo se ve por HTTP (PEP 3333, «HTTP 1.1 Expect/Continue»)."""
import queue

from comun import PATIENCE, plain, quiet
from maneras import exchange

from .base import Rules

CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
ONE_CHUNK = b"4\r\nhola\r\n0\r\n\r\n"
EXPECTING = CHUNKED + b"Expect: 100-continue\r\n\r\n"


class HttpRules(Rules):
    def test_una_subida_por_trozos_es_un_cuerpo_que_termina(self):
        found = []

        def application(environ, start_response):
            found.append([environ["wsgi.input"].read(2), environ["wsgi.input"].read()])
            found.append([environ["wsgi.input_terminated"], environ.get("CONTENT_LENGTH")])
            start_response("200 OK", [])
            return [b""]

        with quiet(), self.way.serve(application) as served:
            exchange(served.open(), CHUNKED + b"\r\n" + ONE_CHUNK)
        self.assertEqual(found, [[b"ho", b"la"], [True, None]])

    def test_el_permiso_de_enviar_sale_al_empezar_a_leer(self):
        steps, found = queue.SimpleQueue(), []

        def application(environ, start_response):
            steps.get(timeout=PATIENCE)
            found.append(environ["wsgi.input"].read())
            start_response("200 OK", [])
            return [b"."]

        with quiet(), self.way.serve(application) as served, served.open() as wire:
            wire.sendall(EXPECTING)
            wire.settimeout(0.1)
            with self.assertRaises(TimeoutError):
                wire.recv(100)
            steps.put("lee")
            wire.settimeout(PATIENCE)
            self.assertEqual(wire.recv(100), b"HTTP/1.1 100 Continue\r\n\r\n")
            wire.sendall(ONE_CHUNK)
            self.assertEqual(wire.recv(100)[:15], b"HTTP/1.1 200 OK")
        self.assertEqual(found, [b"hola"])

    def test_quien_no_lee_no_da_permiso(self):
        with quiet(), self.way.serve(plain([b"."], "403 No")) as served:
            received, _ = exchange(served.open(), EXPECTING)
        self.assertEqual(received[:15], b"HTTP/1.1 403 No")

    def test_un_cuerpo_sin_leer_no_es_la_peticion_siguiente(self):
        first = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 36\r\n\r\n"
        inside = b"GET /dentro HTTP/1.1\r\nHost: dentro\r\n"
        last = b"GET /fuera HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        seen = []

        def application(environ, start_response):
            seen.append(environ["PATH_INFO"])
            start_response("200 OK", [])
            return [b"."]

        self.assertEqual(len(inside), 36)
        with quiet(), self.way.serve(application) as served:
            received, _ = exchange(served.open(), first + inside + last)
        self.assertEqual((seen, received.count(b"HTTP/1.1 200 OK")), (["/", "/fuera"], 2))

    def test_un_cliente_de_http_1_0_no_recibe_trozos(self):
        with quiet(), self.way.serve(plain(iter([b"ho", b"la"]))) as served:
            received, is_cut = exchange(served.open(), b"GET / HTTP/1.0\r\n\r\n")
        head, _, body = received.partition(b"\r\n\r\n")
        self.assertEqual((body, is_cut), (b"hola", False))
        self.assertNotIn(b"ransfer-", head)
