//! Un cliente que elige métodos, rutas y momentos para que los demás esperen. Nada de lo que haga
//! detiene lo que se sabe que es rápido, ni a quien llega.

mod comun;

use std::io::{self, Read};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use comun::records::{begin, params, stdin, usual};
use comun::{Served, Wire};
use pasarela::{
    Application, Body, Chunk, Config, Environ, ErrorStream, InputStream, Protocol, StartResponse,
};
use pretty_assertions::assert_eq;

/// Donde la aplicación se detiene hasta que se abre.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<State>, Condvar)>);

#[derive(Default)]
struct State {
    is_open: bool,
    /// Cuántas llamadas se han detenido en ella.
    arrived: usize,
}

impl Gate {
    fn pass(&self) {
        let (state, changed) = &*self.0;
        let mut state = state.lock().expect("sin pánico");
        state.arrived += 1;
        changed.notify_all();
        drop(changed.wait_while(state, |state| !state.is_open).expect("sin pánico"));
    }

    fn open(&self) {
        let (state, changed) = &*self.0;
        state.lock().expect("sin pánico").is_open = true;
        changed.notify_all();
    }

    /// Espera a que se hayan detenido tantas llamadas.
    fn await_arrivals(&self, count: usize) {
        let (state, changed) = &*self.0;
        let state = state.lock().expect("sin pánico");
        drop(changed.wait_while(state, |state| state.arrived < count).expect("sin pánico"));
    }
}

/// Que una prueba que falla no deje hilos esperando.
impl Drop for Gate {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.open();
        }
    }
}

const THREADS: usize = 20;

/// Cuántos pueden detenerse: ni los que lideran, ni el que está para relevar.
const BUSY: usize = THREADS - 3;

/// Más peticiones lentas que hilos.
const MANY: usize = 2 * THREADS;

/// Una aplicación que se detiene en lo que diga `lento`, y responde al momento lo demás.
fn application(gate: &Gate) -> impl Application + use<> {
    let gate = gate.clone();
    move |environ: &mut Environ, start: StartResponse<'_>| {
        if [environ.path_info(), environ.query_string()].iter().any(|text| text.contains("lento")) {
            gate.pass();
        }
        start("200 OK", &[])?;
        Ok(Body::from("hecho"))
    }
}

fn config() -> Config {
    Config { max_threads: THREADS, event_loops: 2, ..Config::default() }
}

/// Que las lentas estén detenidas, las rápidas se respondan —en una conexión de antes y en las que
/// llegan— y al final no se pierda ninguna.
#[track_caller]
fn check(gate: &Gate, served: &Served, quick: &str, slow: impl Iterator<Item = String>) {
    let quick = format!("GET {quick} HTTP/1.1\r\nHost: x\r\n\r\n");
    let mut kept = served.open();
    for _ in 0..4 {
        kept.send(quick.as_bytes());
        kept.until("hecho");
    }
    let mut stopped: Vec<Wire> = slow
        .map(|target| {
            let mut wire = served.open();
            wire.send(format!("{target} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes());
            wire
        })
        .collect();
    gate.await_arrivals(THREADS / 2);
    for _ in 0..50 {
        for wire in [&mut kept, &mut served.open()] {
            wire.send(quick.as_bytes());
            wire.until("hecho");
        }
    }
    gate.open();
    for wire in &mut stopped {
        wire.until("hecho");
    }
}

#[test]
fn muchas_lentas_que_nadie_conocia_no_detienen_lo_rapido() {
    let gate = Gate::default();
    let served = Served::start_with(application(&gate), config());
    check(&gate, &served, "/rapido", (0..MANY).map(|_| "GET /lento".to_owned()));
}

#[test]
fn los_metodos_inventados_no_detienen_lo_rapido() {
    let gate = Gate::default();
    let served = Served::start_with(application(&gate), config());
    check(&gate, &served, "/rapido", (0..MANY).map(|number| format!("METODO{number} /lento")));
}

#[test]
fn muchas_rutas_lentas_distintas_no_detienen_lo_rapido() {
    let gate = Gate::default();
    let served = Served::start_with(application(&gate), config());
    check(&gate, &served, "/rapido", (0..5 * MANY).map(|number| format!("GET /lento{number}")));
}

#[test]
fn una_ruta_rapida_que_se_vuelve_lenta_no_detiene_lo_rapido() {
    let gate = Gate::default();
    let served = Served::start_with(application(&gate), config());
    assert_eq!(served.get("/cambia").body, "hecho");
    check(&gate, &served, "/rapido", (0..MANY).map(|_| "GET /cambia?lento".to_owned()));
}

#[test]
fn lo_rapido_no_se_confunde_con_lo_lento_que_tiene_al_lado() {
    let gate = Gate::default();
    let served = Served::start_with(application(&gate), config());
    check(&gate, &served, "/api/rapido", (0..MANY).map(|_| "GET /api/lento".to_owned()));
}

#[test]
fn tampoco_donde_esta_montada_la_aplicacion() {
    let gate = Gate::default();
    let config = Config { protocol: Protocol::FastCgi, ..config() };
    let served = Served::start_with(application(&gate), config);
    let ask = |path: &str| {
        let mut variables = usual("GET", path, "");
        variables.retain(|(name, _)| *name != "SCRIPT_NAME");
        variables.push(("SCRIPT_NAME", "/una/aplicacion/montada"));
        let mut wire = served.open();
        wire.send(&[begin(1, false), params(1, &variables), stdin(1, b"")].concat());
        wire
    };
    assert!(ask("/api/rapido").rest().contains("hecho"));
    let stopped: Vec<Wire> = (0..MANY).map(|_| ask("/api/lento")).collect();
    gate.await_arrivals(THREADS / 2);
    for _ in 0..50 {
        assert!(ask("/api/rapido").rest().contains("hecho"));
    }
    gate.open();
    for mut wire in stopped {
        assert!(wire.rest().contains("hecho"));
    }
}

#[test]
fn quien_envia_despacio_no_ensena_que_su_ruta_es_lenta() {
    let gate = Gate::default();
    let inner = application(&gate);
    let reads = move |environ: &mut Environ, start: StartResponse<'_>| {
        environ.input().read_to_end(&mut Vec::new())?;
        inner.call(environ, start)
    };
    let served = Served::start_with(reads, Config { small_body: 4, ..config() });
    let post = |body: &str| {
        let length = body.len();
        let mut wire = served.open();
        let head = "POST /sube HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length";
        wire.send(format!("{head}: {length}\r\n\r\n{body}").as_bytes());
        wire
    };
    let mut slow = served.open();
    slow.send(
        b"POST /sube HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\nExpect: 100-continue\r\n\r\n",
    );
    slow.until("\r\n\r\n");
    // La aplicación espera en su lectura; entre tanto pasa un rato.
    (0..50).for_each(|_| assert_eq!(served.get("/rapido").body, "hecho"));
    slow.send(b"12345678");
    slow.until("hecho");
    assert!(post("abc").rest().ends_with("hecho"));

    // De dos clases: una sola no los ocupa todos.
    let stop = |number| {
        let mut wire = served.open();
        let target = ["/lento", "/lento/otra"][number % 2];
        wire.send(format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes());
        wire
    };
    let mut stopped: Vec<Wire> = (0..MANY).map(stop).collect();
    gate.await_arrivals(BUSY);
    (0..20).for_each(|_| assert!(post("abc").rest().ends_with("hecho")));
    gate.open();
    stopped.iter_mut().for_each(|wire| drop(wire.until("hecho")));
}

#[test]
fn con_todo_lleno_nadie_deja_su_sitio_si_nadie_lo_quiere() {
    let gate = Gate::default();
    let config = Config { max_connections: 1, ..config() };
    let served = Served::start_with(application(&gate), config);
    let mut only = served.open();
    for _ in 0..4 {
        only.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        only.until("hecho");
        // Sobra tiempo para que el servidor vuelva a mirar; tarde lo que tarde, la respuesta es la misma.
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn quien_pregunta_una_vez_y_calla_no_cierra_el_paso() {
    let gate = Gate::default();
    let config = Config { max_connections: 8, ..config() };
    let served = Served::start_with(application(&gate), config);
    let ask = |wire: &mut Wire| {
        wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        wire.until("hecho");
    };
    let mut first = served.open();
    ask(&mut first);
    let mut silent: Vec<Wire> = (0..40)
        .map(|_| {
            let mut wire = served.open();
            ask(&mut wire);
            // Quien sí pregunta no es el que lleva más tiempo sin hacer nada.
            ask(&mut first);
            wire
        })
        .collect();
    assert_eq!(silent.remove(0).try_rest().unwrap_or_default(), b"");
}

/// Cuánto mide cada trozo de una descarga, y cuántas hay.
const PART: usize = 64 * 1024;
const DOWNLOADS: usize = 60;

/// Cuánto se envía de una descarga, como mucho, antes de atender a quien llega después: un turno, y
/// quizá parte de otro.
const TURN: usize = 2 * 1024 * 1024;

/// Descargas sin fin. Lo rápido responde cuánto se llevaba producido entre todas.
fn endless(gate: &Gate) -> impl Application + use<> {
    let (gate, produced) = (gate.clone(), Arc::new(AtomicUsize::new(0)));
    move |environ: &mut Environ, start: StartResponse<'_>| {
        start("200 OK", &[])?;
        match environ.path_info() {
            "/lento" => {
                gate.pass();
                Ok(Body::from("hecho"))
            }
            "/rapido" => Ok(Body::from(produced.load(SeqCst).to_string())),
            _ => {
                let (produced, part) = (produced.clone(), vec![b'x'; PART]);
                Ok(Body::stream(std::iter::repeat_with(move || {
                    produced.fetch_add(PART, SeqCst);
                    Ok(Chunk::from(part.clone()))
                })))
            }
        }
    }
}

#[test]
fn las_descargas_que_empiezan_a_la_vez_no_hacen_esperar_a_quien_llega() {
    let gate = Gate::default();
    let served = Served::start_with(endless(&gate), Config { max_threads: 1, ..config() });
    let ask = |path: &str| {
        let mut wire = served.open();
        let head = "HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        wire.send(format!("GET {path} {head}").as_bytes());
        wire
    };
    // El único hilo está detenido mientras llegan todas.
    let mut stopped = ask("/lento");
    gate.await_arrivals(1);
    let _downloads: Vec<Wire> = (0..DOWNLOADS).map(|_| ask("/todo")).collect();
    let mut last = ask("/rapido");
    gate.open();
    let answer = last.rest();
    let (_, produced) = answer.rsplit_once("\r\n").expect("una respuesta");
    let produced: usize = produced.parse().expect("cuánto");
    assert!(produced <= DOWNLOADS * TURN, "{produced}");
    stopped.until("hecho");
}

/// Entra en pánico al soltarse.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        resume_unwind(Box::new("al soltarla"));
    }
}

impl Read for Bomb {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }
}

#[test]
fn lo_que_una_aplicacion_suelta_mal_no_se_lleva_a_quien_lidera() {
    let served = Served::start_with(
        |environ: &mut Environ, start: StartResponse<'_>| {
            if environ.path_info() == "/bomba" {
                environ.set_errors(ErrorStream::writer(io::sink()));
                environ.set_input(InputStream::reader(Bomb));
                environ.insert_extension(Bomb);
            }
            start("200 OK", &[])?;
            Ok(Body::from("hecho"))
        },
        config(),
    );
    for _ in 0..2 * THREADS {
        let mut wire = served.open();
        wire.send(b"GET /bomba HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        // Responda o corte, termina.
        let _ = wire.try_rest();
        assert_eq!(served.get("/rapido").body, "hecho");
    }
    assert_eq!(served.stop(), Ok(()));
}
