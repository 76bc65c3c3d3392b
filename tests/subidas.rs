//! Los cuerpos grandes: cuántos hilos pueden retener quienes los prometen, y qué pasa con los demás.

mod comun;

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use comun::records::{STDIN, begin, params, record, scgi, stdin, usual, uwsgi};
use comun::{Served, Wire, get, mask_date, statuses};
use pasarela::{Body, Config, Environ, ErrorStream, Result, StartResponse};
use pretty_assertions::assert_eq;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Http,
    FastCgi,
    Scgi,
    Uwsgi,
}

use Protocol::{FastCgi, Http, Scgi, Uwsgi};

const ALL: [Protocol; 4] = [Http, FastCgi, Scgi, Uwsgi];

/// Lo que mide cada cuerpo, y cuánto llega al principio: más de lo que se reúne.
const LENGTH: usize = 90;
const START: usize = 50;

/// Lo que se espera a que pase algo antes de dar la prueba por fallida.
const PATIENCE: Duration = Duration::from_secs(20);

/// Uno lidera, ocho ayudan, y cuatro de ellos pueden esperar a la red.
const PERMITS: usize = 4;

fn config() -> Config {
    let body_timeout = Duration::from_secs(3600);
    Config { max_threads: 9, event_loops: 1, small_body: 10, body_timeout, ..Config::default() }
}

impl Protocol {
    fn kind(self) -> pasarela::Protocol {
        match self {
            Http => pasarela::Protocol::Http,
            FastCgi => pasarela::Protocol::FastCgi,
            Scgi => pasarela::Protocol::Scgi,
            Uwsgi => pasarela::Protocol::Uwsgi,
        }
    }

    /// El principio de una subida.
    fn start(self) -> Vec<u8> {
        let content = "x".repeat(LENGTH);
        let mut bytes = match self {
            Http => comun::post("/sube", "", &content).into_bytes(),
            FastCgi => {
                let head = params(1, &usual("PUT", "/sube", &LENGTH.to_string()));
                return [begin(1, true), head, record(STDIN, 1, &content.as_bytes()[..START])]
                    .concat();
            }
            Scgi => scgi("PUT", "/sube", &content),
            Uwsgi => uwsgi("PUT", "/sube", &content),
        };
        bytes.truncate(bytes.len() - (LENGTH - START));
        bytes
    }

    /// Lo que falta de ella.
    fn rest(self) -> Vec<u8> {
        let content = vec![b'x'; LENGTH - START];
        if self == FastCgi { stdin(1, &content) } else { content }
    }

    fn get(self, path: &str) -> Vec<u8> {
        match self {
            Http => get(path).into_bytes(),
            FastCgi => [begin(1, true), params(1, &usual("GET", path, "")), stdin(1, b"")].concat(),
            Scgi => scgi("GET", path, ""),
            Uwsgi => uwsgi("GET", path, ""),
        }
    }
}

/// Una aplicación que recibe subidas, responde enseguida o se detiene hasta que se le da permiso.
struct Stage {
    served: Served,
    protocol: Protocol,
    /// Cuántas subidas han llegado a la aplicación.
    uploads: Arc<AtomicUsize>,
    /// Un aviso por cada llamada detenida.
    stopped: mpsc::Receiver<()>,
    permit: mpsc::Sender<()>,
}

impl Stage {
    #[track_caller]
    fn new(protocol: Protocol, config: Config) -> Self {
        let uploads = Arc::new(AtomicUsize::new(0));
        let (stop, stopped) = mpsc::channel();
        let (permit, permits) = mpsc::channel();
        let (count, permits) = (uploads.clone(), Mutex::new(permits));
        let application = move |environ: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
            environ.set_errors(ErrorStream::writer(io::sink()));
            match environ.path_info() {
                "/sube" => {
                    count.fetch_add(1, SeqCst);
                    let length = io::copy(environ.input(), &mut io::sink())?;
                    start("200 OK", &[])?;
                    return Ok(Body::from(format!("recibidos {length};")));
                }
                "/lenta" => {
                    stop.send(()).map_err(io::Error::other)?;
                    permits.lock().expect("sin pánico").recv().map_err(io::Error::other)?;
                }
                _ => {}
            }
            start("200 OK", &[])?;
            Ok(Body::from("hecho;"))
        };
        let served =
            Served::start_with(application, Config { protocol: protocol.kind(), ..config });
        Self { served, protocol, uploads, stopped, permit }
    }

    /// Conexiones que mandan lo mismo.
    #[track_caller]
    fn crowd(&self, count: usize, bytes: &[u8]) -> Vec<Wire> {
        let mut wires: Vec<_> = (0..count).map(|_| self.served.open()).collect();
        wires.iter_mut().for_each(|wire| wire.send(bytes));
        wires
    }

    /// Subidas a medias que ocupan todos los permisos.
    #[track_caller]
    fn fill(&self) -> Vec<Wire> {
        let wires = self.crowd(PERMITS, &self.protocol.start());
        while self.uploads.load(SeqCst) < PERMITS {
            thread::yield_now();
        }
        wires
    }

    /// Lo lento llega a detenerse en los hilos que quedan, menos uno, y lo rápido se atiende. Ese uno
    /// es para lo rápido: con la computadora atareada puede tomarse por lento.
    #[track_caller]
    fn check_the_others(&self) {
        let mut slow = self.crowd(PERMITS - 1, &self.protocol.get("/lenta"));
        for _ in &slow {
            self.stopped.recv_timeout(PATIENCE).expect("hay un hilo para lo lento");
        }
        for _ in 0..20 {
            let mut wire = self.served.open();
            wire.send(&self.protocol.get("/"));
            wire.until("hecho;");
        }
        slow.iter().for_each(|_| self.permit.send(()).expect("espera"));
        slow.iter_mut().for_each(|wire| _ = wire.until("hecho;"));
    }

    /// Manda lo que falta de cada subida; después, todas reciben su respuesta. No se sabe cuáles tienen
    /// permiso y cuáles lo esperan.
    #[track_caller]
    fn finish(&self, wires: &mut [Wire]) {
        wires.iter_mut().for_each(|wire| wire.send(&self.protocol.rest()));
        wires.iter_mut().for_each(|wire| _ = wire.until(&format!("recibidos {LENGTH};")));
    }
}

#[test]
fn las_subidas_que_callan_no_dejan_sin_hilo_a_lo_demas() {
    for protocol in ALL {
        let stage = Stage::new(protocol, config());
        let mut inside = stage.fill();
        let mut queued = stage.crowd(20, &protocol.start());
        stage.check_the_others();
        assert_eq!(stage.uploads.load(SeqCst), PERMITS, "{protocol:?}: las demás esperan");
        // Unas se van, otras terminan, y entran las que esperaban.
        drop(inside.split_off(PERMITS / 2));
        stage.finish(&mut queued);
        stage.finish(&mut inside);
        assert_eq!(stage.uploads.load(SeqCst), PERMITS + 20, "{protocol:?}");
    }
}

#[test]
fn a_una_subida_que_ya_llego_no_la_retiene_nadie() {
    let stage = Stage::new(Http, config());
    let _inside = stage.fill();
    // Entera y pequeña, no necesita esperar a la red.
    let mut wire = stage.served.open();
    wire.send(comun::post("/sube", "", "hola").as_bytes());
    wire.until("recibidos 4;");
}

#[test]
fn cuando_vence_el_plazo_de_quien_calla_entran_los_demas() {
    let body_timeout = Duration::from_millis(300);
    let stage = Stage::new(Http, Config { body_timeout, ..config() });
    let silent = stage.fill();
    let mut queued = stage.crowd(3, &[Http.start(), Http.rest()].concat());
    for wire in &mut queued {
        wire.until(&format!("recibidos {LENGTH};"));
    }
    for mut wire in silent {
        assert_eq!(statuses(&wire.rest()), ["408 Request Timeout"]);
    }
}

#[test]
fn al_detenerse_tambien_se_atiende_a_quien_esperaba_permiso() {
    for protocol in ALL {
        let stage = Stage::new(protocol, config());
        let mut inside = stage.fill();
        let mut queued = stage.crowd(10, &protocol.start());
        // La última en llegar ya se recibió: las anteriores, también.
        let mut last = stage.served.open();
        last.send(&protocol.get("/"));
        last.until("hecho;");
        stage.served.handle().shutdown();
        stage.finish(&mut inside);
        stage.finish(&mut queued);
        drop((inside, queued, last));
        assert_eq!(stage.served.stop(), Ok(()), "{protocol:?}");
    }
}

/// Una petición que promete un cuerpo y espera permiso para enviarlo.
fn promise() -> Vec<u8> {
    comun::post("/sube", "Expect: 100-continue\r\n", &"x".repeat(LENGTH))
        .split_inclusive("\r\n\r\n")
        .next()
        .map(Vec::from)
        .expect("tiene cabeza")
}

const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";

#[test]
fn quien_pide_permiso_y_calla_tampoco_estorba() {
    let stage = Stage::new(Http, config());
    let mut inside = stage.crowd(PERMITS, &promise());
    for wire in &mut inside {
        assert_eq!(wire.until(CONTINUE), CONTINUE);
    }
    // Sin permiso para ellos, el `100 Continue` se les da igual, y la aplicación no los ve todavía.
    let mut outside = stage.crowd(100, &promise());
    for wire in &mut outside {
        assert_eq!(wire.until(CONTINUE), CONTINUE);
    }
    assert_eq!(stage.uploads.load(SeqCst), PERMITS);
    stage.check_the_others();
    // Con los permisos ocupados se atiende al que manda poco, que no necesita uno.
    let mut small = stage.served.open();
    small.send(
        b"PUT /sube HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n",
    );
    assert_eq!(small.until(CONTINUE), CONTINUE);
    small.send(b"hola");
    small.until("recibidos 4;");
    drop(inside);
    outside.iter_mut().for_each(|wire| wire.send("x".repeat(LENGTH).as_bytes()));
    for wire in &mut outside {
        let answer = mask_date(&wire.until(&format!("recibidos {LENGTH};")));
        assert_eq!(statuses(&answer), ["200 OK"]);
    }
}

#[test]
fn en_fila_con_otras_peticiones_tampoco() {
    let stage = Stage::new(Http, config());
    // Detrás de una lenta, que ya tiene un hilo que ayuda.
    let mut wires = stage.crowd(7, &[get("/lenta").into_bytes(), Http.start()].concat());
    for _ in &wires {
        stage.stopped.recv_timeout(PATIENCE).expect("hay un hilo para lo lento");
        stage.permit.send(()).expect("espera");
    }
    wires.iter_mut().for_each(|wire| _ = wire.until("hecho;"));
    while stage.uploads.load(SeqCst) < PERMITS {
        thread::yield_now();
    }
    stage.check_the_others();
    assert_eq!(stage.uploads.load(SeqCst), PERMITS);
    stage.finish(&mut wires);
}

#[test]
fn quien_envia_con_cuentagotas_cede_su_permiso_si_otros_lo_esperan() {
    let body_timeout = Duration::from_millis(500);
    let stage = Stage::new(Http, Config { body_timeout, ..config() });
    let head = "POST /sube HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n";
    let mut drips = stage.crowd(PERMITS, format!("{head}{}", "x".repeat(START)).as_bytes());
    while stage.uploads.load(SeqCst) < PERMITS {
        thread::yield_now();
    }
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(SeqCst) {
                drips.iter_mut().for_each(|wire| _ = wire.try_send(b"x"));
                thread::sleep(Duration::from_millis(5));
            }
        });
        let mut wire = stage.served.open();
        wire.send(&[Http.start(), Http.rest()].concat());
        wire.until(&format!("recibidos {LENGTH};"));
        is_over.store(true, SeqCst);
    });
}
