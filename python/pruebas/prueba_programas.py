"""`python -m pasarela`: programas enteros, en otro proceso."""
import contextlib
import os
import pathlib
import re
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.request

from comun import PATIENCE

BOOK = pathlib.Path(__file__).resolve().parents[2] / "book" / "python"

PROGRAMS = pathlib.Path(__file__).with_name("programas")


class Program:
    """Un `python -m pasarela`, en la carpeta de los programas."""

    def __init__(self, *arguments, command=("-m", "pasarela"), group=False, **variables):
        command = [sys.executable, *command, *arguments]
        self.process = subprocess.Popen(
            command,
            cwd=PROGRAMS,
            # En Windows, si no, cada proceso escribe en otra codificación.
            env={**os.environ, "PYTHONUTF8": "1", **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=group,
        )

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.process.kill()
        self.process.communicate()

    def url(self):
        """Dónde dice que atiende."""
        for line in self.process.stderr:
            if found := re.search(r"http://\S+", line):
                return found[0]
        raise AssertionError("no atiende")

    def get(self):
        with urllib.request.urlopen(self.url(), timeout=PATIENCE) as response:
            return response.headers, response.read()

    def wait(self):
        """Cómo termina: el código, la salida y los errores."""
        out, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, errors

    def signal(self, number):
        if sys.platform == "win32":
            raise unittest.SkipTest("en Windows no hay señales que mandar a otro proceso")
        self.process.send_signal(number)


def run(*arguments, **options):
    with Program(*arguments, **options) as program:
        return program.wait()


class DelTutorial(unittest.TestCase):
    def by_wsgiref(self, path):
        """Lo que responde el mismo archivo con `wsgiref`, en un puerto libre."""
        names = {"__name__": "mirado"}
        exec(compile(path.read_bytes(), str(path), "exec"), names)
        from wsgiref.simple_server import WSGIRequestHandler, make_server

        class Silent(WSGIRequestHandler):
            def log_message(self, *arguments):
                pass

        with make_server("127.0.0.1", 0, names["application"], handler_class=Silent) as server:
            thread = threading.Thread(target=server.handle_request)
            thread.start()
            with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/") as response:
                seen = response.headers, response.read()
            thread.join()
        return seen

    def test_sus_archivos_responden_lo_mismo_que_con_wsgiref(self):
        server = {"date", "server", "connection"}
        for slug in ["cap01_texto", "cap02_html"]:
            with self.subTest(slug):
                path = BOOK / f"{slug}.py"
                theirs, body = self.by_wsgiref(path)
                with Program(str(path), "--port", "0") as program:
                    ours, same = program.get()
                    program.signal(signal.SIGTERM)
                    self.assertEqual(program.wait()[0], 0)
                own = [pair for pair in theirs.items() if pair[0].lower() not in server]
                found = [pair for pair in ours.items() if pair[0].lower() not in server]
                self.assertEqual((found, same), (own, body))

    def test_el_archivo_que_atiende_al_importarlo_tambien(self):
        with Program("tutorial.py", "--port=0") as program:
            self.assertEqual(program.get()[1], b"Hola")
            program.signal(signal.SIGINT)
            self.assertEqual(program.wait(), (0, "", ""))

    def test_un_archivo_que_no_atiende_lo_atiende_quien_lo_ejecuta(self):
        with Program("hola.py", "--port", "0") as program:
            self.assertEqual(program.get()[1], b"hola")


class Aplicaciones(unittest.TestCase):
    def test_un_modulo_y_un_nombre(self):
        for name in ["hola", "hola:application", "hola:Group.app"]:
            with self.subTest(name), Program(name, "--port", "0") as program:
                self.assertEqual(program.get()[1], b"hola")

    def test_las_opciones_tambien_son_variables_y_manda_lo_escrito(self):
        variables = {"PASARELA_PORT": "1", "PASARELA_HOST": "127.0.0.1", "PASARELA_ACCESS_LOG": "-"}
        with Program("hola", "--port", "0", **variables) as program:
            program.get()
            program.signal(signal.SIGTERM)
            code, out, _ = program.wait()
        self.assertEqual((code, out.count('"GET / HTTP/1.1" 200 4')), (0, 1))

    def test_quien_ocupa_el_interprete_lo_suelta_cuando_se_pida(self):
        for options, expected in [([], b"500"), (["--switch-interval", "2000"], b"2000")]:
            with Program("--port", "0", *options, "turno") as program:
                self.assertEqual(program.get()[1], expected)


class Detras(unittest.TestCase):
    def asked_by(self, *arguments):
        """De quién cree una aplicación que es lo que reenvía un proxy de esta computadora."""
        with Program("quien", "--host", "127.0.0.1", "--port", "0", *arguments) as program:
            headers = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
            request = urllib.request.Request(program.url(), headers=headers)
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                return response.read().decode()

    def test_solo_se_cree_al_proxy_en_quien_se_confia(self):
        for arguments, expected in {
            (): "127.0.0.1 http",
            ("--trusted-proxies", "10.0.0.0/8"): "127.0.0.1 http",
            ("--trusted-proxies", "10.0.0.0/8, 127.0.0.1"): "192.0.2.7 https",
            ("--trusted-proxies=127.0.0.0/8", "--max-requests=9"): "192.0.2.7 https",
        }.items():
            with self.subTest(arguments):
                self.assertEqual(self.asked_by(*arguments), expected)

    def test_una_red_mal_escrita_se_dice_en_una_linea(self):
        code, _, errors = run("hola", "--port", "0", "--trusted-proxies", "10.0.0.0/8,nginx")
        self.assertEqual((code, errors.count("\n")), (1, 1), errors)
        self.assertIn("trusted_proxies", errors)

    @unittest.skipIf(sys.platform == "win32", "en Windows no hay sockets de Unix")
    def test_los_permisos_de_un_socket_de_unix_son_los_que_se_piden(self):
        for supervised in [(), ("--max-requests", "9")]:
            with self.subTest(supervised), tempfile.TemporaryDirectory() as folder:
                path = f"{folder}/app.sock"
                arguments = ["--unix", path, "--unix-mode", "620", *supervised]
                with Program("hola", *arguments) as program:
                    self.assertIn(f"unix:{path}", program.process.stderr.readline())
                    self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o620)


class Errores(unittest.TestCase):
    def test_lo_que_esta_mal_escrito_se_dice_en_una_linea(self):
        for arguments, expected in {
            (): "hace falta una aplicación, y solo una; mira --help",
            ("hola", "otra"): "hace falta una aplicación, y solo una; mira --help",
            ("hola", "--puerto"): "no hay ninguna opción --puerto; mira --help",
            ("hola", "-p"): "no hay ninguna opción -p; mira --help",
            ("hola", "--port"): "a --port le falta su valor",
            ("hola", "--port", "x"): "--port es un número, y no 'x'",
            ("hola", "--unix-mode", "rw"): "--unix-mode son unos permisos en octal, como 660, y no 'rw'",
            ("hola", "--unix-mode", "1777"): "--unix-mode son unos permisos en octal, como 660, y no '1777'",
            ("nadie",): "no hay ningún módulo 'nadie'",
            ("nadie.wsgi:application",): "no hay ningún módulo 'nadie.wsgi'",
            ("hola:nada",): "en 'hola' no hay ninguna aplicación 'nada'",
            ("nadie.py",): "no se puede leer 'nadie.py'",
            ("vacio.py",): "'vacio.py' no llama a make_server ni tiene una «application» o una «app»",
        }.items():
            with self.subTest(arguments):
                found = run(*arguments)
                self.assertEqual(found, (2, "", f"pasarela: {expected}\n"))

    def test_un_puerto_ocupado_se_dice_en_una_linea(self):
        with Program("hola", "--port", "0") as program:
            port = program.url().rpartition(":")[2].strip("/")
            code, _, errors = run("hola", "--port", port)
        self.assertEqual((code, errors.count("\n")), (1, 1), errors)
        self.assertIn("ya está en uso", errors)

    def test_lo_que_falla_al_importar_conserva_su_traza(self):
        code, _, errors = run("roto")
        self.assertEqual(code, 1)
        self.assertIn("ModuleNotFoundError: No module named 'no_existe'", errors)

    def test_la_ayuda_esta_en_las_dos_lenguas(self):
        for language, expected in {"": "Uso: ", "es_MX.UTF-8": "Uso: ", "en_US.UTF-8": "Usage: "}.items():
            code, out, errors = run("--help", LC_ALL=language, LC_MESSAGES="", LANG="", PYTHONUTF8="1")
            self.assertEqual((code, out[: len(expected)], errors), (0, expected, ""))


@unittest.skipIf(sys.platform == "win32", "en Windows no hay señales que mandar a otro proceso")
class Senales(unittest.TestCase):
    def test_un_term_mientras_carga_termina_bien(self):
        for number in [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]:
            with self.subTest(number), Program("lento") as program:
                self.assertEqual(program.process.stdout.readline(), "cargando\n")
                program.signal(number)
                self.assertEqual(program.wait(), (0, "", ""))

    def test_un_term_en_plena_carga_no_pierde_nada(self):
        with Program("dentro", "--port", "0") as program:
            url = program.url()
            answered, failures, begun = [], [], threading.Barrier(9)

            def ask():
                begun.wait(PATIENCE)
                try:
                    while True:
                        answered.append(self.ask_once(url))
                except OSError as error:
                    # Sin servidor no hay conexión; con ella, la respuesta llega entera.
                    if not isinstance(getattr(error, "reason", error), ConnectionRefusedError):
                        failures.append(error)

            threads = [threading.Thread(target=ask) for _ in range(8)]
            for thread in threads:
                thread.start()
            begun.wait(PATIENCE)
            while len(answered) < 40:
                threading.Event().wait(0.01)
            program.signal(signal.SIGTERM)
            for thread in threads:
                thread.join()
            self.assertEqual((program.wait()[0], failures), (0, []))
            self.assertEqual(set(answered), {b"hola"})

    def ask_once(self, url):
        with urllib.request.urlopen(url, timeout=PATIENCE) as response:
            return response.read()

    def test_quien_no_sale_de_la_aplicacion_no_detiene_el_final(self):
        with Program("preso.py") as program:
            url = program.url()
            thread = threading.Thread(target=lambda: self.fails(url))
            thread.start()
            self.assertEqual(program.process.stdout.readline(), "dentro\n")
            program.signal(signal.SIGTERM)
            code, _, errors = program.wait()
            thread.join()
        self.assertEqual(code, 1)
        self.assertIn("pasarela: hilos que no salieron de la aplicación a tiempo: 1", errors)

    def fails(self, url):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=PATIENCE)


if __name__ == "__main__":
    unittest.main()
