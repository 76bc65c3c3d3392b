"""El cuerpo de la petición (PEP 3333, «Input and Error Streams»)."""
from comun import plain, quiet
from maneras import exchange
from protocolos import Request

from .base import Rules


class InputRules(Rules):
    LINES = b"uno\ndos\n\ntres"

    def test_leerlo_todo_termina_donde_termina_el_cuerpo(self):
        self.assertEqual(self.read(lambda input: input.read(), b"hola"), b"hola")

    def test_pedir_de_mas_no_da_de_mas(self):
        look = lambda input: [input.read(100), input.read(100), input.read()]
        self.assertEqual(self.read(look, b"hola"), [b"hola", b"", b""])

    def test_sin_cuerpo_no_hay_nada_que_leer(self):
        look = lambda input: [input.read(), input.readline(), input.readlines(), *input]
        self.assertEqual(self.read(look, b""), [b"", b"", []])

    def test_readline_da_una_linea_con_su_final(self):
        look = lambda input: [input.readline() for _ in range(5)]
        self.assertEqual(self.read(look, self.LINES), [b"uno\n", b"dos\n", b"\n", b"tres", b""])

    def test_readline_tiene_un_limite(self):
        look = lambda input: [input.readline(size) for size in (2, 0, 10, -1)]
        self.assertEqual(self.read(look, self.LINES), [b"un", b"", b"o\n", b"dos\n"])

    def test_readlines_da_las_lineas_y_entiende_su_aviso(self):
        lines = [b"uno\n", b"dos\n", b"\n", b"tres"]
        self.assertEqual(self.read(lambda input: input.readlines(), self.LINES), lines)
        found = self.read(lambda input: [input.readlines(5), input.readlines(0)], self.LINES)
        self.assertEqual(found, [lines[:2], lines[2:]])

    def test_recorrerlo_da_sus_lineas(self):
        found = self.read(list, self.LINES)
        self.assertEqual(found, [b"uno\n", b"dos\n", b"\n", b"tres"])

    def test_leer_de_varias_maneras_no_pierde_nada(self):
        body = b"".join(b"%d\n" % 7**power for power in range(400)) + b"sin final"

        def mixed(input):
            parts, steps = [], [input.readline, lambda: input.read(1001), lambda: next(input, b"")]
            steps += [lambda: input.readline(3), lambda: b"".join(input.readlines(2000))]
            while part := steps[len(parts) % len(steps)]():
                parts.append(part)
            return b"".join(parts) + input.read()

        self.assertEqual(self.read(mixed, body), body)

    def test_lo_que_llega_detras_del_cuerpo_no_es_suyo(self):
        found = []

        def application(environ, start_response):
            input = environ["wsgi.input"]
            found.extend([input.readline(), input.read(100), input.readlines()])
            start_response("200 OK", [])
            return [b""]

        request = self.way.protocol.write(Request("POST", body=b"hola"))
        with quiet(), self.way.serve(application) as served:
            exchange(served.open(), request + b"y algo de otro\n")
        self.assertEqual(found, [b"hola", b"", []])

    def test_un_cuerpo_que_nadie_lee_no_estorba(self):
        answer = self.ask(plain([b"hola"]), method="POST", body=b"x" * 200_000)
        self.assertEqual((answer.status, answer.body), ("200 OK", b"hola"))

    def test_un_cuerpo_grande_se_lee_entero(self):
        body = b"0123456789abcde\n" * 65536
        found = self.read(lambda input: b"".join(iter(lambda: input.read(60_000), b"")), body)
        self.assertTrue(found == body)
