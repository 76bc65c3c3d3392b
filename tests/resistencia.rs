//! Un rato con toda clase de clientes, y después todo vuelve a su sitio: memoria, descriptores e
//! hilos. Lo que recibe cada uno es suyo, y se compara byte a byte. Dura unos segundos; se puede pedir
//! que dure más:
//!
//! ```console
//! PASARELA_RESISTENCIA=600 cargo test --release --test resistencia -- --nocapture
//! ```

// Lo que gasta un proceso se lee en `/proc`.
#![cfg(target_os = "linux")]

mod comun;

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use comun::large::{self, ENDLESS, LARGE};
use comun::{
    Content, Process, Usage, Wire, get, mask_date, measure, ok, post, post_chunked, response,
};
use pasarela::simple_server::{Listeners, make_server_on};
use pasarela::{Body, Config, Environ, ErrorStream, Result, StartResponse};
use pretty_assertions::assert_eq;

/// Cuántos segundos dura.
const DURATION: &str = "PASARELA_RESISTENCIA";
const USUAL_DURATION: u64 = 3;

/// Clientes a la vez, y cuántos turnos por segundo como mucho tiene cada uno.
const WORKERS: usize = 8;
const MAX_TURNS: u64 = 500;

/// Cuántas conexiones olvidadas conserva cada uno antes de soltar la más vieja.
const FORGOTTEN: usize = 25;

#[test]
fn el_programa_de_estas_pruebas() {
    if Process::is_this() {
        let listeners = Listeners::from(comun::narrow_listener());
        let server = make_server_on(listeners, application, config()).expect("hay sitio");
        Process::announce(server.local_addrs()[0]);
        assert_eq!(server.serve_forever(), Ok(()));
    }
}

/// Plazos cortos: en el rato que dura tienen que vencer muchas veces.
fn config() -> Config {
    let timeout = Duration::from_secs(1);
    Config {
        head_timeout: timeout,
        body_timeout: timeout,
        write_timeout: timeout,
        idle_timeout: timeout * 2,
        max_threads: 24,
        ..Config::default()
    }
}

fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    environ.set_errors(ErrorStream::writer(io::sink()));
    match environ.path_info() {
        path if path.starts_with("/grande/") => large::answer(environ, start_response),
        "/eco" => large::echo(environ, start_response),
        "/lenta" => {
            thread::sleep(Duration::from_millis(20));
            measure(environ, start_response)
        }
        "/nada" => {
            start_response("204 No Content", &[])?;
            Ok(Body::empty())
        }
        "/ignora" => comun::ignore(environ, start_response),
        _ => measure(environ, start_response),
    }
}

#[test]
fn despues_de_un_rato_con_todos_todo_vuelve_a_su_sitio() {
    let log = std::env::temp_dir().join(format!("pasarela_resistencia_{}", std::process::id()));
    let process = Process::start(&format!("exec 2>'{}';", log.display()));
    let visit = || {
        let mut wire = process.open();
        answers(&mut wire, "/");
        wire
    };
    let before = Usage::settled(&process, &visit, |_| true);
    let duration = std::env::var(DURATION).map_or(USUAL_DURATION, |s| s.parse().expect("segundos"));

    let (peak, served) = endure(&process, duration);
    let is_back = |now: &Usage| now.is_back_to(&before);
    let after = Usage::settled(&process, &visit, is_back);

    println!("{served} turnos en {duration} s");
    Usage::check(&before, &peak, &after);
    answers(&mut process.open(), "/");
    process.signal("-TERM");
    assert!(process.ended_well());
    assert_eq!(fs::read_to_string(&log).expect("sus errores se leen"), "");
    fs::remove_file(log).expect("se borra");
}

/// Pone a trabajar a los clientes. Devuelve lo más que gastó el servidor en la primera mitad, y
/// cuántos turnos hubo.
#[track_caller]
fn endure(process: &Process, seconds: u64) -> (Usage, usize) {
    let turns = AtomicUsize::new(0);
    let start = Instant::now();
    let end = start + Duration::from_secs(seconds);
    let half = start + Duration::from_secs(seconds) / 2;
    let peak = thread::scope(|scope| {
        for worker in 0..WORKERS {
            let turns = &turns;
            scope.spawn(move || {
                let done = work(process, worker, end, seconds * MAX_TURNS);
                turns.fetch_add(done, SeqCst);
            });
        }
        let mut peak = Usage::default();
        while Instant::now() < half {
            peak = peak.max(Usage::of(process));
            thread::sleep(Duration::from_millis(20));
        }
        peak
    });
    (peak, turns.into_inner())
}

/// Los turnos de un cliente; cada uno es de una clase distinta.
fn work(process: &Process, worker: usize, end: Instant, max_turns: u64) -> usize {
    let mut forgotten = VecDeque::new();
    let mut turn = worker;
    for _ in 0..max_turns {
        if Instant::now() > end {
            break;
        }
        let visit = VISITS[turn % VISITS.len()];
        forgotten.extend(visit(process.open(), turn));
        if forgotten.len() > FORGOTTEN {
            forgotten.pop_front();
        }
        turn += 1;
    }
    turn - worker
}

/// Usa una conexión. Si la devuelve, se queda abierta sin que nadie la atienda.
type Visit = fn(Wire, usize) -> Option<Wire>;

const VISITS: [Visit; 14] = [
    asks_many_times,
    asks_in_a_row,
    uploads_chunks,
    waits_for_a_slow_answer,
    asks_without_content,
    reads_a_large_answer_slowly,
    ignores_a_large_answer,
    leaves_with_a_large_answer,
    uploads_what_nobody_reads,
    sends_half_a_body,
    vanishes_after_half_a_body,
    drips_a_head,
    says_garbage,
    says_nothing,
];

#[track_caller]
fn answers(wire: &mut Wire, path: &str) {
    wire.send(get(path).as_bytes());
    assert_eq!(mask_date(&wire.until("\r\n\r\n0")), ok("0"));
}

fn asks_many_times(mut wire: Wire, _turn: usize) -> Option<Wire> {
    (0..10).for_each(|_| answers(&mut wire, "/"));
    Some(wire)
}

fn asks_in_a_row(mut wire: Wire, _turn: usize) -> Option<Wire> {
    wire.send(post("/", "", "hola").repeat(30).as_bytes());
    wire.finish();
    assert_eq!(mask_date(&wire.rest()), ok("4").repeat(30));
    None
}

fn uploads_chunks(mut wire: Wire, _turn: usize) -> Option<Wire> {
    let (content, length) = (Content::fresh(), 12 * 0x4000);
    wire.send(post_chunked("/eco", "").as_bytes());
    for chunk in content.bytes(0, length).chunks(0x4000) {
        wire.send(&[b"4000\r\n", chunk, b"\r\n"].concat());
    }
    wire.send(b"0\r\n\r\n");
    let head = response("200 OK", &format!("Content-Length: {length}\r\n"), "");
    assert_eq!(mask_date(&wire.until("\r\n\r\n")), head);
    assert_eq!(content.check(0, &wire.take_bytes(length)), Ok(()));
    None
}

fn waits_for_a_slow_answer(mut wire: Wire, _turn: usize) -> Option<Wire> {
    answers(&mut wire, "/lenta");
    None
}

fn asks_without_content(mut wire: Wire, _turn: usize) -> Option<Wire> {
    wire.send(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    wire.send(get("/nada").as_bytes());
    wire.finish();
    let head = response("200 OK", "Content-Length: 1\r\n", "");
    assert_eq!(mask_date(&wire.rest()), head + &response("204 No Content", "", ""));
    None
}

fn reads_a_large_answer_slowly(mut wire: Wire, _turn: usize) -> Option<Wire> {
    let content = Content::fresh();
    wire.send(get(&large::path(content, LARGE)).as_bytes());
    large::check_http(wire, content);
    None
}

fn ignores_a_large_answer(mut wire: Wire, _turn: usize) -> Option<Wire> {
    wire.send(get(&large::path(Content::fresh(), ENDLESS)).as_bytes());
    Some(wire)
}

/// Con bytes sin leer, el cierre es un RST.
fn leaves_with_a_large_answer(mut wire: Wire, _turn: usize) -> Option<Wire> {
    wire.send(get(&large::path(Content::fresh(), ENDLESS)).as_bytes());
    wire.until("HTTP/1.1 200 OK");
    None
}

fn uploads_what_nobody_reads(mut wire: Wire, turn: usize) -> Option<Wire> {
    // El servidor puede cortar antes de que termine.
    let _ = wire.try_send(post("/ignora", "", &"x".repeat(2 << 20)).as_bytes());
    turn.is_multiple_of(2).then_some(wire)
}

fn sends_half_a_body(mut wire: Wire, turn: usize) -> Option<Wire> {
    let length = if turn.is_multiple_of(2) { 100 } else { 1_000_000 };
    let head = format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\nhola");
    wire.send(head.as_bytes());
    Some(wire)
}

fn vanishes_after_half_a_body(wire: Wire, turn: usize) -> Option<Wire> {
    drop(sends_half_a_body(wire, turn));
    None
}

fn drips_a_head(mut wire: Wire, turn: usize) -> Option<Wire> {
    for byte in get("/").as_bytes().iter().take(20) {
        wire.send(&[*byte]);
        thread::sleep(Duration::from_millis(1));
    }
    turn.is_multiple_of(2).then_some(wire)
}

fn says_garbage(mut wire: Wire, turn: usize) -> Option<Wire> {
    let garbage: Vec<u8> = (0..200).map(|n| (n * n + turn) as u8).collect();
    wire.send(&garbage);
    wire.finish();
    // Si se entendió como el principio de una petición, se cierra sin más.
    let answer = wire.try_rest().unwrap_or_default();
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 400 "));
    None
}

fn says_nothing(wire: Wire, _turn: usize) -> Option<Wire> {
    Some(wire)
}
