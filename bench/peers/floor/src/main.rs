//! El suelo: lo menos que puede costar responder por la red de esta computadora.
//!
//! No entiende HTTP: cuenta líneas en blanco y por cada una escribe una respuesta que ya tenía
//! hecha. Hay un epoll y un socket que escucha por cada núcleo.
//!
//! `peer-floor PUERTO MODO [hash]`, donde MODO es:
//!
//! - `texto` o `html`: la respuesta de cada aplicación, y la conexión se conserva;
//! - `cerrar`: la de `texto`, y cierra;
//! - `grande`: una respuesta de 10 MiB;
//! - `subir`: después de cada cabeza descarta 10 MiB, y responde cuántos eran.
//!
//! Una conexión nueva va al núcleo que recibió su primer paquete, que es donde corre su cliente. Con
//! `hash` las reparte el sistema, como en cualquier programa que use SO_REUSEPORT.

mod sys;
mod worker;

use std::{env, thread};

use worker::{Mode, Worker};

const LARGE: usize = 10 << 20;
const PLAIN: &str = "text/plain; charset=utf-8";
const TEXT: &[u8] = include_bytes!("../../../texto.txt");
const HTML: &[u8] = include_bytes!("../../../pagina.html");

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let port = arguments.get(1).and_then(|port| port.parse().ok()).expect("falta el puerto");
    let (mode, answer) = answer_for(arguments.get(2).map_or("texto", String::as_str));
    // Varias seguidas, para enviar muchas de una vez.
    let times = if answer.len() > 65536 { 1 } else { 64 };
    let batch: &'static [u8] = answer.repeat(times).leak();

    let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
    let listeners: Vec<i32> = (0..cores).map(|_| sys::listen(port)).collect();
    if arguments.get(3).map(String::as_str) != Some("hash") {
        sys::steer_by_core(listeners[0]);
    }
    let workers: Vec<_> = listeners
        .into_iter()
        .map(|listener| {
            thread::spawn(move || Worker::new(listener, mode, answer.len(), batch).run())
        })
        .collect();
    for worker in workers {
        worker.join().expect("un hilo terminó mal");
    }
}

fn answer_for(name: &str) -> (Mode, &'static [u8]) {
    let (mode, answer) = match name {
        "texto" => (Mode::Keep, answer(PLAIN, "", TEXT)),
        "html" => (Mode::Keep, answer("text/html; charset=utf-8", "", HTML)),
        "cerrar" => (Mode::Close, answer(PLAIN, "Connection: close\r\n", TEXT)),
        "grande" => (Mode::Keep, answer("application/octet-stream", "", &vec![b'x'; LARGE])),
        "subir" => (Mode::Upload, answer(PLAIN, "", LARGE.to_string().as_bytes())),
        other => panic!("no se conoce el modo {other}"),
    };
    (mode, answer.leak())
}

fn answer(content_type: &str, extra: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n{extra}\r\n"
    );
    [head.as_bytes(), body].concat()
}
