"""Varios procesos, el relevo de uno por otro y la recarga: programas enteros, y quien los supervisa."""
import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from unittest import mock
from urllib.parse import urlsplit

from comun import PATIENCE, parse, plain, read_to_end
from prueba_programas import PROGRAMS, Program, run

from pasarela._sources import stamp
from pasarela.simple_server import WSGIServer

REQUEST = b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def setUpModule():
    if sys.platform != "linux":
        raise unittest.SkipTest("mira los procesos en /proc, que solo hay en Linux")


def wait_until(condition):
    """Espera a que algo se cumpla, y lo devuelve."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        if found := condition():
            return found
        time.sleep(0.005)
    raise AssertionError("no se cumple")


def states(pid):
    """Cómo está cada hilo de un proceso: «T» si lo detuvieron, «Z» si murió y nadie lo recogió."""
    found = set()
    with contextlib.suppress(OSError):
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            found.add(task.joinpath("stat").read_text().rpartition(") ")[2][0])
    return found


def is_alive(pid):
    return bool(states(pid) - {"Z", "X"})


def freeze(pids):
    """Los detiene donde estén: lo que les llegue se queda en su cola."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: all(states(pid) == {"T"} for pid in pids))


class Supervised(Program):
    """Un programa con sus procesos."""

    def __init__(self, *arguments, port="0", **variables):
        super().__init__(*arguments, "--port", port, **variables)

    def address(self):
        parts = urlsplit(self.url())
        return parts.hostname, parts.port

    def children(self):
        pid = self.process.pid
        return [int(one) for one in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def open_to(address):
    return socket.create_connection(address, timeout=PATIENCE)


def ask(address, path="/"):
    """Una petición por su propia conexión; el cuerpo de la respuesta."""
    with open_to(address) as wire:
        wire.sendall(REQUEST % path.encode())
        return parse(read_to_end(wire)).body.decode()


def pids(address, count):
    """Los procesos que atienden, cuando ya son esos."""
    found = set()
    return wait_until(lambda: found.add(int(ask(address))) or (len(found) == count and found))


class Clients:
    """Clientes que no descansan; lo que le pasó a cada uno queda anotado."""

    def __init__(self, count, work):
        self.is_over, self.failures = threading.Event(), []
        self._threads = [threading.Thread(target=self._live, args=(work,)) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def _live(self, work):
        try:
            while not self.is_over.is_set():
                work()
        except Exception as error:
            self.failures.append(error)

    def join(self):
        for thread in self._threads:
            thread.join(PATIENCE)
        return self.failures

    def stop(self):
        self.is_over.set()
        return self.join()


class Kept:
    """Una conexión que se conserva, y el proceso que la tiene."""

    def __init__(self, address):
        self.opened = time.monotonic()
        self._connection = http.client.HTTPConnection(*address, timeout=PATIENCE)
        self.pid = None
        self.pid = self.ask()

    def ask(self):
        self._connection.request("GET", "/")
        return int(self._connection.getresponse().read())

    def close(self):
        self._connection.close()


class Varios(unittest.TestCase):
    def test_cada_peticion_la_atiende_uno_y_la_aplicacion_sabe_que_son_varios(self):
        with Supervised("procesos", "--processes", "2") as program:
            address = program.address()
            self.assertEqual(pids(address, 2), set(program.children()))
            self.assertEqual(ask(address, "/varios"), "True")
            program.signal(signal.SIGTERM)
            self.assertEqual(program.wait(), (0, "", ""))
        with Supervised("procesos", PASARELA_MAX_REQUESTS="100") as program:
            self.assertEqual(ask(program.address(), "/varios"), "False")

    def test_un_archivo_dice_donde_escuchan_todos(self):
        with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
            path = pathlib.Path(folder, "sitio.py")
            text = (PROGRAMS / "tutorial.py").read_text()
            path.write_text(text.replace("'localhost', 8000", f"'127.0.0.1', {port}"))
            free.close()
            with Program(str(path), "--processes", "2") as program:
                self.assertEqual(program.url(), f"http://127.0.0.1:{port}/")
                self.assertEqual(ask(("127.0.0.1", port)), "Hola")
                program.signal(signal.SIGTERM)
                self.assertEqual(program.wait(), (0, "", ""))

    def test_por_un_socket_de_unix(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "s")
            with socket.socket(socket.AF_UNIX) as dead:
                dead.bind(path)
            with Program("procesos", "--unix", path, "--processes", "2") as program:
                wait_until(lambda: f"unix:{path}" in program.process.stderr.readline())
                for _ in range(10):
                    with socket.socket(socket.AF_UNIX) as wire:
                        wire.settimeout(PATIENCE)
                        wire.connect(path)
                        wire.sendall(REQUEST % b"/")
                        self.assertTrue(parse(read_to_end(wire)).body)
                again = run("procesos", "--unix", path, "--processes", "2")
                program.signal(signal.SIGTERM)
                self.assertEqual(program.wait(), (0, "", ""))
            self.assertEqual(os.listdir(folder), [])
        self.assertEqual((again[0], again[2].count("\n")), (1, 1), again)
        self.assertIn("ya está en uso", again[2])

    def test_un_puerto_ocupado_se_dice_una_vez(self):
        with Supervised("procesos", "--processes", "2") as program:
            port = str(program.address()[1])
            for arguments in [("--processes", "3"), ("--reload",), ()]:
                with self.subTest(arguments):
                    code, _, errors = run("procesos", "--port", port, *arguments)
                    self.assertEqual((code, errors.count("\n")), (1, 1), errors)
                    self.assertIn("ya está en uso", errors)

    def test_lo_que_no_se_puede_cargar_se_dice_una_vez(self):
        for name, code, expected in [
            ("roto", 1, "ModuleNotFoundError: No module named 'no_existe'"),
            ("nadie", 2, "no hay ningún módulo 'nadie'"),
        ]:
            with self.subTest(name):
                found, _, errors = run(name, "--processes", "4")
                self.assertEqual((found, errors.count(expected)), (code, 1), errors)

    def test_los_programas_de_la_aplicacion_no_heredan_nada(self):
        variables = {"LISTEN_FDS": "1"}
        with Supervised("procesos", "--processes", "2", **variables) as program:
            descriptors, environ = json.loads(ask(program.address(), "/hereda"))
        # Los tres de siempre, y el de mirar la carpeta.
        self.assertEqual(sorted(descriptors), ["0", "1", "2", "3"])
        self.assertEqual([name for name in environ if name.startswith(("LISTEN_", "PASARELA_"))], [])


class Muertes(unittest.TestCase):
    def test_si_uno_muere_los_demas_no_lo_notan(self):
        with Supervised("procesos", "--processes", "2") as program:
            address = program.address()
            doomed, survivor = pids(address, 2)
            answered, lost = [], []

            def keep_asking():
                kept = Kept(address)
                try:
                    for _ in range(50):
                        answered.append(kept.ask())
                except (OSError, http.client.HTTPException):
                    lost.append(kept)
                finally:
                    kept.close()

            clients = Clients(8, keep_asking)
            wait_until(lambda: len(answered) > 200)
            os.kill(doomed, signal.SIGKILL)
            wait_until(lambda: not is_alive(doomed))
            gone, before = time.monotonic(), len(answered)
            wait_until(lambda: len(answered) > before + 400 and set(answered[before:]) - {doomed, survivor})
            self.assertEqual(clients.stop(), [], "una conexión nueva siempre tiene respuesta")
            for kept in lost:
                self.assertEqual((kept.pid, kept.opened < gone), (doomed, True))
            program.signal(signal.SIGTERM)
            code, _, errors = program.wait()
        self.assertEqual((code, errors.count("\n")), (0, 1), errors)
        self.assertIn(f"el proceso {doomed} terminó sin que nadie se lo pidiera (SIGKILL); empieza otro", errors)

    def test_quien_muere_nada_mas_empezar_se_reemplaza_cada_vez_mas_despacio(self):
        with Supervised("procesos", "--max-requests", "1000000") as program:
            address, times = program.address(), []
            for _ in range(4):
                with contextlib.suppress(IndexError):
                    ask(address, "/muere")
                times.append(time.monotonic())
            ask(address)
            program.signal(signal.SIGTERM)
            code, _, errors = program.wait()
        self.assertEqual((code, len(re.findall(r"\(código 7\)", errors))), (0, 4), errors)
        self.assertGreater(times[3] - times[0], 0.1 + 0.2 + 0.4 - 0.1)

    def test_si_muere_quien_supervisa_los_demas_terminan_lo_suyo_y_se_van(self):
        with Supervised("procesos", "--processes", "2") as program:
            address, children = program.address(), program.children()
            with open_to(address) as wire:
                wire.sendall(REQUEST % b"/lento?0.3")
                self.assertEqual(program.process.stdout.readline(), "dentro\n")
                program.signal(signal.SIGKILL)
                self.assertIn(int(parse(read_to_end(wire)).body), children)
            wait_until(lambda: not any(map(is_alive, children)))


class Final(unittest.TestCase):
    def test_bajo_carga_no_se_pierde_nada(self):
        with Supervised("procesos", "--processes", "2") as program:
            address, answered = program.address(), []

            def ask_once():
                try:
                    wire = open_to(address)
                except ConnectionRefusedError:
                    clients.is_over.set()
                    return
                with wire:
                    wire.sendall(REQUEST % b"/")
                    answered.append(int(parse(read_to_end(wire)).body))

            clients = Clients(8, ask_once)
            wait_until(lambda: len(answered) > 200)
            program.signal(signal.SIGTERM)
            self.assertEqual(clients.join(), [], "sin servidor no hay conexión; con ella, hay respuesta")
            self.assertEqual(program.wait(), (0, "", ""))

    def test_lo_que_espera_en_la_cola_tambien_se_atiende(self):
        for arguments in [("--processes", "2"), ("--reload",)]:
            with self.subTest(arguments), Supervised("procesos", *arguments) as program:
                address, children = program.address(), program.children()
                freeze(children)
                wires = [open_to(address) for _ in range(20)]
                for wire in wires:
                    wire.sendall(REQUEST % b"/")
                program.signal(signal.SIGTERM)
                # Quien supervisa ya no escucha: lo que hay en las colas es de quien está detenido.
                for pid in children:
                    os.kill(pid, signal.SIGCONT)
                for wire in wires:
                    self.assertIn(int(parse(read_to_end(wire)).body), children)
                    wire.close()
                self.assertEqual(program.wait(), (0, "", ""))

    def test_tambien_la_de_uno_que_acaba_de_morir(self):
        with Supervised("procesos", "--processes", "2") as program:
            address = program.address()
            children = pids(address, 2)
            freeze(children)
            wires = [open_to(address) for _ in range(20)]
            for wire in wires:
                wire.sendall(REQUEST % b"/")
            for pid in children:
                os.kill(pid, signal.SIGKILL)
            wait_until(lambda: not any(map(is_alive, children)))
            program.signal(signal.SIGTERM)
            for wire in wires:
                self.assertTrue(parse(read_to_end(wire)).body)
                wire.close()
            code, _, errors = program.wait()
        self.assertEqual((code, errors.count("terminó sin que nadie se lo pidiera (SIGKILL)")), (0, 2), errors)

    def test_un_ctrl_c_a_todo_el_grupo_es_uno(self):
        for number in [signal.SIGINT, signal.SIGTERM]:
            with self.subTest(number), Supervised("procesos", "--processes", "2", group=True) as program:
                with open_to(program.address()) as wire:
                    wire.sendall(REQUEST % b"/lento?0.3")
                    self.assertEqual(program.process.stdout.readline(), "dentro\n")
                    os.killpg(program.process.pid, number)
                    self.assertTrue(parse(read_to_end(wire)).body)
                self.assertEqual(program.wait(), (0, "", ""))

    def test_quien_insiste_no_espera(self):
        with Supervised("procesos", "--processes", "2") as program:
            address, children = program.address(), program.children()
            with open_to(address) as wire:
                wire.sendall(REQUEST % b"/lento?30")
                self.assertEqual(program.process.stdout.readline(), "dentro\n")
                program.signal(signal.SIGTERM)
                # Cuando ya nadie escucha, la orden está dada.
                wait_until(lambda: not accepts(address))
                time.sleep(0.2)
                program.signal(signal.SIGINT)
                self.assertEqual(program.wait()[0], 128 + signal.SIGINT)
                self.assertEqual(read_to_end(wire), b"")
        self.assertFalse(any(map(is_alive, children)))

    def test_un_term_mientras_carga_termina_bien(self):
        for number in [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]:
            with self.subTest(number), Program("lento", "--processes", "2") as program:
                self.assertEqual(program.process.stdout.readline(), "cargando\n")
                children = pathlib.Path(f"/proc/{program.process.pid}/task/{program.process.pid}/children")
                children = list(map(int, children.read_text().split()))
                program.signal(number)
                self.assertEqual(program.wait(), (0, "", ""))
                self.assertFalse(any(map(is_alive, children)))

    def test_una_senal_a_uno_solo_lo_reemplaza(self):
        with Supervised("procesos", "--processes", "2") as program:
            address = program.address()
            first = pids(address, 2)
            os.kill(min(first), signal.SIGTERM)
            wait_until(lambda: not is_alive(min(first)))
            self.assertEqual(len(pids(address, 2) & first), 1)
            program.signal(signal.SIGTERM)
            self.assertEqual(program.wait(), (0, "", ""))


class AlEmpezar(unittest.TestCase):
    def test_una_senal_antes_de_atender_no_corta_a_quien_esperaba(self):
        self.assertEqual(run("antes.py", "--port", "0")[:2], (0, "b'hola'\n"))

    def test_una_interrupcion_al_empezar_el_hilo_tampoco(self):
        start = threading.Thread.start

        def before(thread):
            if thread.name == "pasarela-reloj":
                raise KeyboardInterrupt

        def after(thread):
            start(thread)
            before(thread)

        for interrupted in [before, after]:
            with self.subTest(interrupted.__name__), WSGIServer("127.0.0.1", 0, plain()) as server:
                with open_to(server.server_address) as wire:
                    wire.sendall(REQUEST % b"/")
                    with mock.patch.object(threading.Thread, "start", interrupted):
                        self.assertRaises(KeyboardInterrupt, server.serve_forever)
                    self.assertEqual((parse(read_to_end(wire)).body, server.threads), (b"hola", 0))


def accepts(address):
    with contextlib.suppress(ConnectionRefusedError):
        open_to(address).close()
        return True
    return False


class Reciclaje(unittest.TestCase):
    def test_al_cabo_de_tantas_peticiones_sigue_otro(self):
        for arguments in [("--processes", "2"), ()]:
            with self.subTest(arguments), Supervised("procesos", "--max-requests", "40", *arguments) as program:
                address, answered = program.address(), []
                clients = Clients(4, lambda: answered.append(ask(address)))
                wait_until(lambda: len(set(answered)) >= 5)
                self.assertEqual(clients.stop(), [])
                self.assertNotIn("", answered)
                program.signal(signal.SIGTERM)
                self.assertEqual(program.wait(), (0, "", ""))
                self.assertGreaterEqual(len(answered), 4 * 36)

    def test_el_que_se_va_termina_lo_empezado(self):
        with Supervised("procesos", "--max-requests", "2") as program:
            address = program.address()
            with open_to(address) as wire:
                wire.sendall(REQUEST % b"/lento?0.5")
                self.assertEqual(program.process.stdout.readline(), "dentro\n")
                first = int(ask(address))
                wait_until(lambda: int(ask(address)) != first)
                self.assertEqual(int(parse(read_to_end(wire)).body), first)


TEXT = "def application(environ, start_response):\n    start_response('200 OK', [])\n    return [{!r}]\n"


class Recarga(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_de_una_carpeta_importan_los_nombres_que_se_pueden_importar(self):
        before = stamp(self.folder)
        for name, matters in {
            "__pycache__": False,
            "notas.txt": False,
            "sitio": True,
            "mi_sitio": True,
            "otro.py": True,
        }.items():
            with self.subTest(name):
                (self.folder / name).mkdir()
                now = stamp(self.folder)
                self.assertEqual(now != before, matters)
                before = now

    def write(self, text, name="sitio.py"):
        (self.folder / name).write_text(text)

    def serve(self, *arguments, name="sitio.py", **variables):
        variables = {"PYTHONPATH": os.pathsep.join([str(self.folder), os.environ.get("PYTHONPATH", "")]), **variables}
        return Supervised(name if name.endswith(":app") else str(self.folder / name), *arguments, **variables)

    def line(self, program, text):
        """Espera a que el programa lo diga."""
        return wait_until(lambda: text in (line := program.process.stderr.readline()) and line)

    def test_lo_que_cambia_se_ve_y_nadie_encuentra_la_puerta_cerrada(self):
        self.write(TEXT.format(b"uno"))
        for arguments in [("--reload",), ("--reload", "--processes", "2")]:
            with self.subTest(arguments), self.serve(*arguments) as program:
                address, answered = program.address(), []
                clients = Clients(2, lambda: answered.append(ask(address)))
                for text in ["dos", "tres", "uno"]:
                    self.write(TEXT.format(text.encode()))
                    wait_until(lambda: set(answered[-20:]) == {text})
                self.assertEqual((clients.stop(), set(answered)), ([], {"uno", "dos", "tres"}))

    def test_la_fecha_puede_mentir(self):
        self.write(TEXT.format(b"uno"))
        with self.serve("--reload") as program:
            address, before = program.address(), os.stat(self.folder / "sitio.py")
            self.write(TEXT.format(b"dos"))
            os.utime(self.folder / "sitio.py", ns=(before.st_atime_ns, before.st_mtime_ns))
            wait_until(lambda: ask(address) == "dos")

    def test_tambien_lo_que_el_programa_importa(self):
        self.write("import parte\napp = parte.application")
        self.write(TEXT.format(b"uno"), "parte.py")
        with self.serve("--reload", name="sitio:app", PYTHONDONTWRITEBYTECODE="1") as program:
            address = program.address()
            self.write(TEXT.format(b"dos"), "parte.py")
            wait_until(lambda: ask(address) == "dos")
            (self.folder / "parte.py").unlink()
            self.line(program, "ModuleNotFoundError: No module named 'parte'")
            self.write(TEXT.format(b"tres"), "parte.py")
            wait_until(lambda: ask(address) == "tres")

    def test_lo_que_no_se_entiende_se_dice_una_vez_y_se_espera_a_que_se_arregle(self):
        self.write(TEXT.format(b"uno"))
        with self.serve("--reload", "--processes", "2") as program:
            address = program.address()
            former = wait_until(lambda: len(found := program.children()) == 2 and found)
            self.write("def application(\n")
            self.line(program, "SyntaxError")
            wait_until(lambda: not any(map(is_alive, former)))
            # Quien llama entre tanto espera, y recibe lo nuevo.
            with open_to(address) as wire:
                wire.sendall(REQUEST % b"/")
                self.write(TEXT.format(b"dos"))
                self.assertEqual(parse(read_to_end(wire)).body, b"dos")
            program.signal(signal.SIGTERM)
            code, _, errors = program.wait()
        self.assertEqual((code, errors.count("SyntaxError")), (0, 0), errors)

    def test_si_lo_primero_ya_esta_mal_tambien_se_espera(self):
        with self.serve("--reload") as program:
            self.line(program, "no se puede leer")
            self.write(TEXT.format(b"uno"))
            self.assertEqual(ask(program.address()), "uno")
            program.signal(signal.SIGTERM)
            self.assertEqual(program.wait(), (0, "", ""))

    def test_donde_no_se_pasan_sockets_tambien_se_recarga(self):
        self.write(TEXT.format(b"uno"))
        start = "import os, sys; del os.posix_spawn; from pasarela.__main__ import main; sys.exit(main())"
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        with self.serve("--reload", port=port, command=["-c", start], group=True) as program:
            address = program.address()
            self.write(TEXT.format(b"dos"))
            self.line(program, "sitio.py: se carga todo otra vez")
            self.assertEqual(program.address(), address)
            self.assertEqual(ask(address), "dos")
            os.killpg(program.process.pid, signal.SIGINT)
            self.assertEqual(program.wait(), (0, "", ""))
        code, _, errors = run("hola", "--processes", "2", command=["-c", start])
        self.assertEqual((code, errors.count("\n")), (2, 1), errors)
        self.assertIn("este sistema no sabe pasar sockets de un proceso a otro", errors)


class Opciones(unittest.TestCase):
    def test_lo_que_esta_mal_escrito_se_dice_en_una_linea(self):
        for arguments, expected in {
            ("--processes", "0"): "--processes es un número de 1 a 1000",
            ("--processes", "-1"): "--processes es un número, y no '-1'",
            ("--processes=",): "--processes es un número, y no ''",
            ("--processes", "9" * 5000): "--processes es un número de 1 a 1000",
            ("--max-requests", "0"): "--max-requests es un número de 1 a 1000000000",
            ("--max-requests", "x"): "--max-requests es un número, y no 'x'",
            ("--port", "65536"): "--port es un número de 0 a 65535",
            ("--threads", "0"): "--threads es un número de 1 a 10000",
            ("--reload=si",): "--reload es 1 o 0, y no 'si'",
            ("--unix=",): "a --unix le falta su valor",
        }.items():
            with self.subTest(arguments):
                self.assertEqual(run("hola", *arguments), (2, "", f"pasarela: {expected}\n"))
        self.assertEqual(run("hola", PASARELA_PROCESSES="x")[2], "pasarela: --processes es un número, y no 'x'\n")


if __name__ == "__main__":
    unittest.main()
