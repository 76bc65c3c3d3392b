//! Una aplicación que entra en pánico donde puede, y dos veces: el proceso sigue, y cada bucle tiene
//! quien lo lidere.

#![cfg(unix)]

mod comun;

use std::io::{self, Read, Write};
use std::panic::panic_any;

use comun::{Process, Wire, get, statuses};
use pasarela::access_log::access_log;
use pasarela::{
    Body, Chunk, Config, Environ, ErrorStream, InputStream, Result, StartResponse, make_server_with,
};
use pretty_assertions::assert_eq;

/// Cuántos hilos atienden: pocos, para que se note si uno falta.
const THREADS: usize = 2;

/// Cuántas veces se repite cada pareja: más que hilos hay.
const ROUNDS: usize = 2 * THREADS + 1;

/// Lo que entra en pánico al soltarse.
#[derive(Debug)]
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("adrede, al soltar");
    }
}

struct OneExtension(Bomb);
struct AnotherExtension(Bomb);

impl Read for Bomb {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }
}

impl Write for Bomb {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        panic!("adrede, al escribir");
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Iterator for Bomb {
    type Item = io::Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        None
    }
}

impl std::error::Error for Bomb {}

impl std::fmt::Display for Bomb {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("adrede, al decir qué pasó");
    }
}

/// Dónde se puede entrar en pánico, y el estado que corresponde.
const PLACES: [(&str, u16); 8] = [
    ("extension", 200),
    ("otra-extension", 200),
    ("entrada", 200),
    ("avisos", 200),
    ("cuerpo", 200),
    ("lanzado", 500),
    ("error", 500),
    ("sin-empezar", 500),
];

/// Entra en pánico en cada sitio que nombra la ruta: `/cuerpo+entrada`.
fn application(environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    let path = environ.path_info().to_owned();
    let is_asked = |place| path.trim_start_matches('/').split('+').any(|asked| asked == place);
    if is_asked("extension") {
        environ.insert_extension(OneExtension(Bomb));
    }
    if is_asked("otra-extension") {
        environ.insert_extension(AnotherExtension(Bomb));
    }
    if is_asked("entrada") {
        environ.set_input(InputStream::reader(Bomb));
    }
    if is_asked("avisos") {
        environ.set_errors(ErrorStream::writer(Bomb));
    }
    let body = if is_asked("cuerpo") { Body::stream(Bomb) } else { Body::from("hola") };
    if is_asked("lanzado") {
        panic_any(Bomb);
    }
    if is_asked("error") {
        Err(Bomb)?;
    }
    if !is_asked("sin-empezar") {
        start_response("200 OK", &[("Content-Type", "text/plain")])?;
    }
    Ok(body)
}

/// Sin el papel no hace nada; con él, es el programa que las otras pruebas ejecutan.
#[test]
fn el_programa_de_estas_pruebas() {
    if Process::is_this() {
        // Que los pánicos de adrede no llenen la pantalla.
        std::panic::set_hook(Box::new(|_| ()));
        let config = Config { max_threads: THREADS, ..Config::default() };
        let application = access_log(access_log(application, io::sink()), io::sink());
        let server =
            make_server_with("127.0.0.1", 0, application, config).expect("hay un puerto libre");
        Process::announce(server.local_addrs()[0]);
        assert_eq!(server.serve_forever(), Ok(()));
    }
}

/// Pide algo, y después otra cosa por la misma conexión: la primera no estropea nada.
#[track_caller]
fn check(process: &Process, path: &str, code: u16) {
    let mut wire: Wire = process.open();
    wire.send(get(path).as_bytes());
    wire.send(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let received = wire.rest();
    let codes: Vec<_> = statuses(&received).iter().map(|status| status[..3].parse()).collect();
    assert_eq!(codes, [Ok(code), Ok(200)], "{path}");
}

#[test]
fn dos_panicos_en_una_peticion_no_se_encuentran() {
    let process = Process::start("exec 2>/dev/null;");
    for (one, code) in PLACES {
        for (another, other_code) in PLACES {
            for _ in 0..ROUNDS {
                check(&process, &format!("/{one}+{another}"), code.max(other_code));
            }
        }
    }
    process.signal("-TERM");
    assert!(process.ended_well(), "oye que hay que detenerse");
}

#[test]
fn todos_a_la_vez_tampoco() {
    let process = Process::start("exec 2>/dev/null;");
    let places = PLACES.map(|(place, _)| place);
    for _ in 0..ROUNDS {
        check(&process, &format!("/{}", places.join("+")), 500);
        check(&process, &format!("/{}", places[..5].join("+")), 200);
    }
    process.signal("-TERM");
    assert!(process.ended_well(), "oye que hay que detenerse");
}
