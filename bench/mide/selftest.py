"""Las pruebas de lo que no toca el sistema: cuentas, tabla, dibujo, y que servimos lo del libro."""

import io
import re
import unittest
import xml.etree.ElementTree as ElementTree

import cgi_cost
import places
from nginx import WORKERS, adapted
from peers import BEHIND, OURS, PEERS, PYTHON, Kind, Peer
from plot import plot
from report import report, table, whole
from report_behind import report_behind
from report_python import GOALS, report_python
from scenarios import BEHIND as BEHIND_SCENARIOS
from scenarios import BY_NAME, SCENARIOS
from scenarios import PYTHON as PYTHON_SCENARIOS
from summary import Summary, median, metric_of, ratio, spread

NO_ERRORS = {"connect": 0, "read": 0, "write": 0, "timeout": 0, "status": 0}


def self_test():
    output = io.StringIO()
    tests = unittest.defaultTestLoader.loadTestsFromModule(__import__(__name__))
    result = unittest.TextTestRunner(output).run(tests)
    failed = len(result.failures) + len(result.errors)
    if failed or not result.testsRun:
        print(output.getvalue())
    print(f"bench, autoprueba: {result.testsRun} casos, {failed} fallos")
    return 1 if failed or not result.testsRun else 0


def run(rps, **more):
    return {
        "rps": rps,
        "mbps": 1.0,
        "p50_us": 100,
        "p99_us": 900,
        "cpu_per_100k": 0.5,
        "peak_rss": 2**20,
        "threads": 2,
        "served": 64,
        "noise": 0.01,
        "errors": NO_ERRORS,
    } | more


def sample():
    """Tres rondas de cuatro servidores inventados: el nuestro, el suelo y dos más."""
    kinds = {"pasarela": "nuestro", "suelo": "suelo", "rápido": "Rust", "<lento>": "Python"}
    return {
        "about": {
            "date": "2026-01-02 03:04",
            "cores": 2,
            "processor": "uno",
            "kernel": "6.1",
            "rounds": 3,
            "seconds": 2,
            "warmup": 1,
            "server_cpus": [],
            "client_cpus": [],
        },
        "peers": {name: {"kind": kind, "order": "", "note": ""} for name, kind in kinds.items()},
        "missing": {"bjoern": "no está el módulo de Python `bjoern`"},
        "unanswered": {"rápido": 2},
        "cannot": {"texto": {"nginx": "no ejecuta aplicaciones"}},
        "failed": {"texto": {"<lento>": ["terminó al arrancar"]}},
        "runs": {
            "texto": {
                "pasarela": [run(90), run(120), run(100)],
                "suelo": [run(200), run(200), run(200)],
                "rápido": [run(80), run(80), run(40)],
                "<lento>": [run(1)],
            }
        },
    }


RATE = metric_of(BY_NAME["texto"])


class Cuentas(unittest.TestCase):
    def test_la_mediana_no_se_deja_llevar_por_una_ronda_mala(self):
        self.assertEqual(median([100, 3, 101]), 100)
        self.assertIsNone(median([]))

    def test_la_dispersion_es_media_distancia_sobre_la_mediana(self):
        self.assertAlmostEqual(spread([90, 120, 100]), 0.15)
        self.assertEqual(spread([5, 5]), 0)
        self.assertIsNone(spread([5]))
        self.assertIsNone(spread([]))

    def test_sin_referencia_no_hay_razon(self):
        self.assertEqual(ratio(50, 100), 0.5)
        self.assertIsNone(ratio(50, None))
        self.assertIsNone(ratio(None, 100))
        self.assertIsNone(ratio(50, 0))

    def test_el_mejor_no_es_el_nuestro_ni_el_suelo(self):
        summary = Summary(sample())
        self.assertEqual(summary.ranking(RATE), ["suelo", "pasarela", "rápido", "<lento>"])
        self.assertEqual(summary.best(RATE), "rápido")
        self.assertEqual(summary.floor(RATE), 200)

    def test_donde_menos_es_mejor_gana_el_menor(self):
        data = sample()
        data["runs"]["texto"]["<lento>"] = [run(1, cpu_per_100k=0.1)]
        summary = Summary(data)
        cpu = next(metric for metric in summary.metrics() if metric.key == "cpu_per_100k")
        self.assertEqual(summary.best(cpu), "<lento>")


class Informe(unittest.TestCase):
    def test_la_tabla_alinea_los_numeros_a_la_derecha(self):
        expected = "| a | b |\n| :-- | --: |\n| x | 1 |"
        self.assertEqual(table(["a", "b"], [["x", "1"]]), expected)

    def test_los_miles_se_separan_a_partir_de_cinco_cifras(self):
        self.assertEqual(
            [whole(9999), whole(12345.6), whole(None)], ["9999", "12\u202f346", "–"]
        )

    def test_cada_fila_lleva_sus_razones(self):
        text = report(sample(), "x.svg")
        self.assertIn("| **`pasarela`** | 100 | ±15% | 0.50 | 1.25 | 0.50 |", text)
        self.assertIn("| `rápido` | 80 | ±25% | 0.40 | 1.00 | 0.50 |", text)

    def test_dice_lo_que_falta_y_lo_que_no_se_midio(self):
        text = report(sample(), "x.svg")
        self.assertIn("- No está `bjoern`: no está el módulo de Python `bjoern`.", text)
        self.assertIn("- `rápido` dejó sin respuesta 2 peticiones", text)
        self.assertIn("- `nginx`: no ejecuta aplicaciones.", text)
        self.assertIn("- `<lento>` falló 1 de 2 veces: terminó al arrancar.", text)

    def test_las_filas_tienen_tantas_celdas_como_la_cabeza(self):
        tables = re.findall(r"(?:^\|.*\n)+", report(sample(), "x.svg"), re.MULTILINE)
        self.assertEqual(len(tables), 3)
        for rows in tables:
            self.assertEqual(len({row.count("|") for row in rows.splitlines()}), 1, rows)

    def test_sin_ninguna_medicion_tambien_hay_informe(self):
        data = sample()
        data["runs"]["texto"] = {}
        self.assertIn("Nadie terminó este escenario.", report(data, "x.svg"))
        ElementTree.fromstring(plot(data))

    def test_lo_guardado_no_dice_en_que_carpeta_se_midio(self):
        text = f"{places.WORK}/nginx-1 y {places.BENCH}/peers"
        self.assertEqual(places.without_places(text), "{trabajo}/nginx-1 y bench/peers")


class Dibujo(unittest.TestCase):
    def setUp(self):
        svg = {"svg": "http://www.w3.org/2000/svg"}
        self.root = ElementTree.fromstring(plot(sample()))
        self.bars = {
            kind: self.root.findall(f".//svg:g[1]/svg:rect[@class='{kind}']", svg)
            for kind in ("nuestro", "suelo", "barra")
        }

    def test_hay_una_barra_por_servidor_del_tamano_de_su_numero(self):
        counts = {kind: len(bars) for kind, bars in self.bars.items()}
        self.assertEqual(counts, {"nuestro": 1, "suelo": 1, "barra": 2})
        ours, floor = (float(self.bars[kind][0].get("width")) for kind in ("nuestro", "suelo"))
        self.assertAlmostEqual(ours / floor, 0.5, places=2)

    def test_cabe_entero(self):
        width, height = (float(self.root.get(side)) for side in ("width", "height"))
        self.assertGreater(width, 0)
        for element in self.root.iter():
            self.assertLessEqual(float(element.get("y", 0)), height)

    def test_tiene_colores_para_el_fondo_oscuro(self):
        self.assertIn("prefers-color-scheme: dark", plot(sample()))


class Servidores(unittest.TestCase):
    def test_estan_todos_los_que_se_prometen(self):
        names = {peer.name for peer in PEERS}
        self.assertEqual(len(names), len(PEERS))
        promised = "hyper axum actix-web ntex ntex-uring may_minihttp tiny_http rouille astra "
        promised += "wsgiref waitress gunicorn bjoern granian uwsgi nginx suelo pasarela"
        self.assertEqual(set(promised.split()) - names, set())

    def test_lo_que_no_hacen_es_un_escenario_y_tiene_su_razon(self):
        for peer in PEERS:
            self.assertEqual(set(peer.cannot) - set(BY_NAME), set(), peer.name)
            self.assertTrue(all(peer.cannot.values()), peer.name)
        self.assertEqual(OURS.cannot, {})

    def test_la_orden_lleva_el_puerto_y_el_modo(self):
        peer = Peer("x", Kind.FLOOR, "x {port} {mode} {otra}", "", modes={"cierre": "cerrar"})
        self.assertEqual(peer.command("127.0.0.1:80", "cierre"), ["x", "80", "cerrar", "{otra}"])
        self.assertEqual(peer.command("127.0.0.1:80", "texto"), ["x", "80", "texto", "{otra}"])

    def test_uno_que_falta_dice_que_le_falta(self):
        absent = Peer("x", Kind.RUST, "{programas}/no-existe {port}", "")
        self.assertEqual(absent.missing(), "no está el programa `{programas}/no-existe`")
        module = Peer("x", Kind.PYTHON, "sh", "", module="no_existe")
        self.assertEqual(module.missing(), "no está el módulo de Python `no_existe`")
        self.assertIsNone(Peer("x", Kind.RUST, "sh", "").missing())


class Libro(unittest.TestCase):
    def test_las_aplicaciones_son_las_de_los_capitulos(self):
        for slug in ("cap01_texto", "cap02_html"):
            chapter = (places.EXAMPLES / f"{slug}.rs").read_text()
            ours = (places.BENCH / "src" / f"{slug}.rs").read_text()
            pattern = r"^(?:const .*?^\n)?(?:pub\(crate\) )?fn application.*?^}\n"
            both = [re.search(pattern, text, re.MULTILINE | re.DOTALL)[0] for text in (chapter, ours)]
            self.assertEqual(both[0], both[1].replace("pub(crate) ", ""), slug)

    def test_los_demas_responden_lo_mismo(self):
        text = (places.EXAMPLES / "cap01_texto.rs").read_text()
        self.assertIn(f'Body::from(["{places.TEXT.decode()}"])', text)
        chapter = (places.EXAMPLES / "cap02_html.rs").read_text()
        page = re.search(r'HTML: &str = "\\\n(.*?)";\n', chapter, re.DOTALL)
        self.assertEqual(page[1].replace('\\"', '"'), places.HTML.decode())


class Detras(unittest.TestCase):
    def test_los_archivos_del_libro_se_adaptan(self):
        for peer in BEHIND:
            text = (places.BOOK_SERVERS / f"nginx-{peer.protocol}.conf").read_text()
            for place, written in [("127.0.0.1:5", "127.0.0.1:5"), ("/a/socket", "unix:/a/socket")]:
                changed = adapted(text, peer.keeps, "127.0.0.1:4", place)
                self.assertIn("listen 127.0.0.1:4;", changed, peer.name)
                self.assertIn(f"server {written};", changed, peer.name)
                self.assertIn(f"worker_processes {WORKERS};", changed, peer.name)
                keeps = "keepalive " in text and peer.keeps
                self.assertEqual("keepalive " in changed, keeps, peer.name)

    def test_un_archivo_que_ya_no_dice_lo_que_se_cambia_no_se_mide(self):
        with self.assertRaisesRegex(ValueError, "ya no dice «worker_processes auto»"):
            adapted("http {}", True, "127.0.0.1:4", "127.0.0.1:5")

    def test_estan_los_que_se_prometen_y_se_comparan_con_http(self):
        names = [peer.name for peer in BEHIND]
        self.assertEqual(names[0], "pasarela-http")
        promised = "fastcgi scgi uwsgi http-cierre".split()
        wanted = {f"pasarela-{name}" for name in promised} | {"uwsgi", "uwsgi-hilos", "gunicorn"}
        self.assertEqual(set(names[1:]), wanted)

    def test_la_orden_dice_donde_escuchar(self):
        gunicorn = next(peer for peer in BEHIND if peer.name == "gunicorn")
        self.assertIn("127.0.0.1:5", gunicorn.command("127.0.0.1:5", "tcp"))
        self.assertIn("unix:/a/socket", gunicorn.command("/a/socket", "unix"))

    def test_cada_fila_dice_cuantas_veces_http(self):
        text = report_behind(behind_sample())
        self.assertIn("| **`pasarela-http`** | 200 | – | 1.00 | 0.50 | 1.50 | 0.10 | 0.90 |", text)
        self.assertIn("| `otro` | 100 | – | 0.50 | 0.50 | 1.50 | 0.10 | 0.90 |", text)
        self.assertIn("| `pasarela` | 3 | 2.00 | 3.00 | 3.00 | 5.00 | 6.00 |", text)

    def test_el_percentil_95_deja_por_encima_al_cinco_por_ciento(self):
        self.assertEqual(cgi_cost.percentile(list(range(1, 201)), 95), 190)
        self.assertEqual(cgi_cost.percentile([7], 95), 7)


def behind_sample():
    rows = {"pasarela-http": [run(200, front_cpu_per_100k=1.5)], "otro": [run(100, front_cpu_per_100k=1.5)]}
    kinds = {"pasarela-http": "nuestro", "otro": "Python"}
    times = [(0.002, 0.005), (0.001, 0.004), (0.003, 0.006)]
    return sample() | {
        "peers": {name: {"kind": kind, "order": "", "note": "algo"} for name, kind in kinds.items()},
        "cannot": {"tcp": {}},
        "failed": {"tcp": {}},
        "runs": {"tcp": rows},
        "cgi": {"pasarela": cgi_cost.numbers(times)},
    }


class Python(unittest.TestCase):
    def test_cada_uno_se_mide_con_los_mismos_procesos_y_los_mismos_hilos(self):
        orders = {peer.name: " ".join(peer.command("127.0.0.1:5", "texto")) for peer in PYTHON}
        options = {"pasarela": "--processes 2", "granian": "--workers 2", "gunicorn": "-w 2", "bjoern": " 5 2"}
        for name, option in options.items():
            one, two = orders[f"{name}-1"], orders[f"{name}-2"]
            self.assertEqual((option in one, option in two), (False, True), name)
            self.assertTrue("threads 64" in two or name == "bjoern", two)

    def test_la_aplicacion_es_la_misma_y_se_busca_en_su_carpeta(self):
        self.assertTrue(all(peer.runs_python for peer in PYTHON))
        self.assertFalse(OURS.runs_python)

    def test_lo_que_se_pide_es_de_un_escenario_y_de_un_servidor_que_se_miden(self):
        names = {peer.name.removesuffix("-1") for peer in PYTHON}
        loads = {scenario.name for scenario in PYTHON_SCENARIOS}
        for goal in GOALS:
            self.assertEqual({goal.other} - names | {goal.scenario} - loads, set(), goal)

    def test_cada_fila_dice_si_se_cumple(self):
        text = report_python(python_sample(p99_us=9_000))
        self.assertIn("| `texto`, pet/s | 1 | 200 | `granian-1` | 100 | 2.00 | ≥ 1.3 | sí |", text)
        self.assertIn("| `texto`, CPU s/100 000 | 1 | 0.50 | `granian-1` | 0.50 | 1.00 | ≤ 0.5 | **no** |", text)
        self.assertIn("| `texto`, pet/s | 1 | 200 | `wsgiref` | 10 | 20.00 | ≥ 10 | sí |", text)
        self.assertIn("| `calculo`, p99 ms | 1 | 9.00 |  |  |  | ≤ 10 ms | sí |", text)
        worse = report_python(python_sample(p99_us=11_000))
        self.assertIn("| `calculo`, p99 ms | 1 | 11.00 |  |  |  | ≤ 10 ms | **no** |", worse)


def python_sample(p99_us):
    rates = {"pasarela-1": 200, "granian-1": 100, "wsgiref": 10}
    kinds = {name: "nuestro" if name == "pasarela-1" else "Python" for name in rates}
    own = {"pasarela-1": [run(200, p99_us=p99_us, pss=2**20, slow_rps=50)]}
    return sample() | {
        "peers": {name: {"kind": kind, "order": "", "note": "algo"} for name, kind in kinds.items()},
        "cannot": {"texto": {}, "calculo": {}},
        "failed": {"texto": {}, "calculo": {}},
        "runs": {"texto": {name: [run(rate)] for name, rate in rates.items()}, "calculo": own},
    }


class Escenarios(unittest.TestCase):
    def test_cada_uno_tiene_su_nombre_y_un_titulo_que_cabe_en_el_dibujo(self):
        own = [scenario for scenario in PYTHON_SCENARIOS if scenario not in SCENARIOS]
        self.assertEqual(len(BY_NAME), len(SCENARIOS + BEHIND_SCENARIOS + own))
        for scenario in SCENARIOS:
            self.assertLessEqual(len(scenario.title), 62, scenario.name)
