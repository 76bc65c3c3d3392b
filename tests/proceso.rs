//! El servidor en otro proceso: señales y descriptores que se acaban.

#![cfg(unix)]

mod comun;

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Instant;

use comun::{Process, Wire, get, last_ok, measure, ok};
use log::{LevelFilter, Log, Metadata, Record};
use pasarela::{Body, Environ, Result, StartResponse, make_server};
use pretty_assertions::assert_eq;

/// Sin el papel no hace nada; con él, es el programa que las otras pruebas ejecutan.
#[test]
fn el_programa_de_estas_pruebas() {
    if Process::is_this() {
        log::set_logger(&Attempts).expect("no hay otro");
        log::set_max_level(LevelFilter::Trace);
        let server = make_server("127.0.0.1", 0, application).expect("hay un puerto libre");
        Process::announce(server.local_addrs()[0]);
        assert_eq!(server.serve_forever(), Ok(()));
    }
}

/// Cuenta las veces que no se pudo aceptar.
struct Attempts;

static ATTEMPTS: AtomicUsize = AtomicUsize::new(0);

impl Log for Attempts {
    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let is_attempt = record.args().to_string().starts_with("no se pudo aceptar");
        ATTEMPTS.fetch_add(is_attempt.into(), SeqCst);
    }

    fn flush(&self) {}
}

fn application(environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    match environ.path_info() {
        "/intentos" => {}
        "/archivo" => drop(std::fs::File::open("/dev/null")?),
        _ => return measure(environ, start_response),
    }
    start_response("200 OK", &[])?;
    Ok(Body::from(format!("{};", ATTEMPTS.load(SeqCst))))
}

/// Una petición a medias: la aplicación ya empezó y espera los 4 bytes.
fn open_halfway(process: &Process) -> Wire {
    let mut wire = process.open();
    wire.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    wire.until("100 Continue\r\n\r\n");
    wire
}

#[test]
fn una_senal_lo_detiene_con_orden() {
    for name in ["-TERM", "-INT"] {
        let process = Process::start("");
        let mut busy = open_halfway(&process);
        let mut idle = process.open();
        process.signal(name);
        process.wait_until_closed();
        assert_eq!(idle.rest(), "");
        busy.send(b"hola");
        assert_eq!(comun::mask_date(&busy.rest()), last_ok("4"));
        assert!(process.ended_well(), "{name}");
    }
}

#[test]
fn las_senales_que_llegan_juntas_son_la_misma_orden() {
    for names in [["-INT", "-TERM"], ["-TERM", "-TERM"], ["-HUP", "-TERM"], ["-TERM", "-INT"]] {
        let process = Process::start("");
        let mut busy = open_halfway(&process);
        process.signals(&names);
        process.wait_until_closed();
        busy.send(b"hola");
        assert_eq!(comun::mask_date(&busy.rest()), last_ok("4"), "{names:?}");
        assert!(process.ended_well(), "{names:?}");
    }
}

#[test]
fn quien_insiste_lo_termina_en_el_acto() {
    for (name, number) in [("-INT", 2), ("-TERM", 15)] {
        let mut process = Process::start("");
        let mut busy = open_halfway(&process);
        while process.exit_code().is_none() {
            process.signal(name);
        }
        assert_eq!(process.exit_code(), Some(128 + number));
        assert!(!matches!(busy.try_rest(), Ok(rest) if rest.starts_with(b"HTTP/1.1 200")));
    }
}

/// Como lo dejan `nohup`, y `sh` con lo que empieza detrás.
#[cfg(target_os = "linux")]
#[test]
fn la_senal_que_se_le_dijo_que_ignore_no_lo_detiene() {
    let process = Process::start("trap '' HUP INT;");
    let mut busy = open_halfway(&process);
    process.signals(&["-HUP", "-INT"]);
    // Llegaron antes que esta, que sí lo detiene.
    let mut another = open_halfway(&process);
    process.signal("-TERM");
    process.wait_until_closed();
    for wire in [&mut busy, &mut another] {
        wire.send(b"hola");
        assert_eq!(comun::mask_date(&wire.rest()), last_ok("4"));
    }
    assert!(process.ended_well());
}

#[test]
fn sin_descriptores_sigue_atendiendo() {
    let process = Process::start("ulimit -n 40;");
    let mut first = process.open();
    let request = get("/");
    let (begun, rest) = request.split_at(4);
    first.send(format!("{request}{begun}").as_bytes());
    assert_eq!(comun::mask_date(&first.until("\r\n\r\n0")), ok("0"));
    let crowd: Vec<_> = (0..60).map(|_| process.open()).collect();
    // Quien ya estaba dentro y pide algo no lo nota.
    first.send(rest.as_bytes());
    assert_eq!(comun::mask_date(&first.until("\r\n\r\n0")), ok("0"));
    // Y cuando hay sitio entran los demás.
    let mut last = process.open();
    last.send(get("/").as_bytes());
    drop(crowd);
    assert_eq!(comun::mask_date(&last.until("\r\n\r\n0")), ok("0"));
}

#[test]
fn sin_descriptores_todavia_se_abren_archivos() {
    let process = Process::start("ulimit -n 64;");
    let mut wire = process.open();
    wire.send(b"G");
    let mut ask = |path: &str| {
        // Siempre con la siguiente a medias: no deja su sitio.
        let request = get(path);
        wire.send(&request.as_bytes()[1..]);
        wire.send(b"G");
        // Delante puede quedar el cuerpo de un error.
        let is_ok = wire.until("\r\n\r\n").contains("HTTP/1.1 200");
        is_ok.then(|| wire.until(";"))
    };
    let _crowd: Vec<_> = (0..100).map(|_| process.open()).collect();
    while ask("/intentos").is_some_and(|attempts| attempts == "0;") {
        std::thread::yield_now();
    }
    // Al que pide justo entonces le puede faltar; enseguida, ya no.
    let settled = (0..100).find(|_| ask("/archivo").is_some());
    assert!(settled.is_some(), "nunca hay con qué abrirlo");
    assert!((0..20).all(|_| ask("/archivo").is_some()));
}

/// Cada cuánto se vuelve a probar en cada socket.
const PAUSE_MILLIS: u128 = 100;

#[test]
fn sin_descriptores_no_da_vueltas_en_vano() {
    let process = Process::start("ulimit -n 40;");
    let mut wire = process.open();
    let request = get("/intentos");
    // Siempre con la siguiente a medias: no deja su sitio.
    let (begun, rest) = request.split_at(4);
    wire.send(begun.as_bytes());
    let mut attempts = || -> u128 {
        wire.send(format!("{rest}{begun}").as_bytes());
        wire.until("\r\n\r\n");
        wire.until(";").trim_end_matches(';').parse().expect("un número")
    };
    let crowd = || {
        let mut wire = process.open();
        // A medias: no deja su sitio.
        wire.send(b"GET / HTTP/1.1\r\n");
        wire
    };
    let _crowd: Vec<_> = (0..60).map(|_| crowd()).collect();
    while attempts() == 0 {
        std::thread::yield_now();
    }
    // Nadie más llama: lo que intente desde ahora es por su cuenta.
    let (start, before) = (Instant::now(), attempts());
    while attempts() < before + 2 {
        std::thread::yield_now();
    }
    let made = attempts() - before;
    let listeners = std::thread::available_parallelism().map_or(1, usize::from) as u128;
    let most = (start.elapsed().as_millis() / PAUSE_MILLIS + 2) * listeners;
    assert!(made <= most, "{made} intentos, y caben {most}");
}
