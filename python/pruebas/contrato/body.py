"""Lo que devuelve la aplicación (PEP 3333, «Specification Details»)."""
import threading

from comun import PATIENCE, Body, plain, quiet
from protocolos import Request

from .base import ERROR, Rules


class BodyRules(Rules):
    def test_close_se_llama_una_vez_pase_lo_que_pase(self):
        failure = RuntimeError("adrede")
        for name, chunks, request in [
            ("entero", [b"uno", b"dos"], {}),
            ("sin trozos", [], {}),
            ("falla antes del primer byte", [b"", failure], {}),
            ("falla a medias", [b"uno", failure], {}),
            ("no da bytes", [b"uno", "dos"], {}),
            ("HEAD", [b"uno", b"dos"], {"method": "HEAD"}),
        ]:
            with self.subTest(name):
                body = Body(chunks)
                self.ask(plain(body), **request)
                self.assertEqual(body.closed, 1)
        for status in ["204 No Content", "304 Not Modified"]:
            with self.subTest(status):
                body = Body([])
                self.ask(plain(body, status))
                self.assertEqual(body.closed, 1)

    def test_close_se_llama_aunque_nadie_llame_a_start_response(self):
        body = Body([b"uno"])
        self.ask(lambda environ, start_response: body)
        self.assertEqual(body.closed, 1)

    def test_close_se_llama_cuando_quien_pregunta_se_va(self):
        body = Body([b"x" * 65536] * 2000)
        with quiet(), self.way.serve(plain(body)) as served:
            with served.open() as wire:
                wire.sendall(self.way.protocol.write(Request()))
                wire.recv(1000)
            self.assertTrue(body.is_closed.wait(PATIENCE))
        self.assertEqual(body.closed, 1)

    def test_close_se_llama_al_terminar_y_no_antes(self):
        steps = []

        def chunks():
            try:
                yield b"uno"
                steps.append("segundo")
                yield b"dos"
            finally:
                steps.append("fin")

        self.assertEqual(self.ask(plain(chunks())).body, b"unodos")
        self.assertEqual(steps, ["segundo", "fin"])

    def test_un_iterable_no_necesita_close(self):
        for body in [(b"ho", b"la"), iter([b"ho", b"la"]), {b"hola": 1}]:
            with self.subTest(type(body)):
                self.assertEqual(self.ask(plain(body)).body, b"hola")

    def test_cada_trozo_sale_antes_de_pedir_el_siguiente(self):
        arrived = threading.Event()

        def application(environ, start_response):
            start_response("200 OK", [("Content-Type", "text/plain")])
            yield b"primero"
            yield b"segundo" if arrived.wait(PATIENCE) else b"tarde"

        with quiet(), self.way.serve(application) as served, served.open() as wire:
            wire.sendall(self.way.protocol.write(Request()))
            received = b""
            while b"primero" not in received:
                received += wire.recv(4096)
            arrived.set()
            while block := wire.recv(4096):
                received += block
        self.assertIn(b"segundo", received)

    def test_no_se_envia_mas_de_lo_que_dice_content_length(self):
        four = [("Content-Length", "4")]
        for chunks in [(b"hola y mas",), (b"ho", b"la", b"!")]:
            with self.subTest(chunks):
                answer = self.ask(plain(Body(chunks), headers=four))
                self.assertEqual((answer.header("Content-Length"), answer.body), ("4", b"hola"))

    def test_lo_que_no_llega_a_content_length_no_parece_entero(self):
        answer = self.ask(plain(Body([b"ho"]), headers=[("Content-Length", "4")]))
        self.assertEqual((answer.header("Content-Length"), answer.is_whole), ("4", False))

    def test_un_solo_trozo_sale_con_su_longitud(self):
        answer = self.ask(plain([b"hola"]))
        self.assertEqual((answer.header("Content-Length"), answer.body), ("4", b"hola"))

    def test_head_no_lleva_cuerpo(self):
        for body in [[b"hola"], Body([b"ho", b"la"])]:
            answer = self.ask(plain(body, headers=[("Content-Length", "4")]), method="HEAD")
            self.assertEqual((answer.header("Content-Length"), answer.body), ("4", b""))

    def test_204_y_304_no_llevan_cuerpo(self):
        for status in ["204 No Content", "304 Not Modified"]:
            with self.subTest(status):
                answer = self.ask(plain([b"no debe salir"], status))
                self.assertEqual((answer.status, answer.body), (status, b""))

    def test_lo_que_falla_antes_de_enviar_es_un_500(self):
        def late(environ, start_response):
            start_response("200 OK", [("X-Uno", "1")])
            yield b""
            raise RuntimeError("adrede")

        def early(environ, start_response):
            start_response("200 OK", [("X-Uno", "1")])
            raise RuntimeError("adrede")

        for application in [early, late]:
            with self.subTest(application.__name__):
                answer = self.ask(application)
                self.assertEqual((answer.status, answer.header("X-Uno")), (ERROR, None))
                self.assertNotIn(b"adrede", answer.body)

    def test_lo_que_falla_a_medias_no_parece_entero(self):
        headers = [("Content-Length", "20")]
        answer = self.ask(plain(Body([b"uno", RuntimeError("adrede")]), headers=headers))
        self.assertEqual((answer.status, answer.is_whole), ("200 OK", False))
        # Sin longitud, solo puede notarse en cómo se cierra.
        answer = self.ask(plain(Body([b"uno", RuntimeError("adrede")])))
        self.assertEqual((answer.status, answer.is_whole), ("200 OK", False))

    def test_un_cuerpo_solo_da_bytes(self):
        for chunk in ["hola", 1, None, bytearray(b"hola"), memoryview(b"hola")]:
            with self.subTest(chunk):
                self.assertEqual(self.ask(plain([chunk])).status, ERROR)
                self.assertEqual(self.ask(plain(iter([chunk]))).status, ERROR)

    def test_no_se_da_por_hecho_lo_que_falta(self):
        """Sin iterable no hay respuesta."""
        for body in [None, 1]:
            with self.subTest(body):
                self.assertEqual(self.ask(plain(body)).status, ERROR)
