//! «Tu programa, en localhost:8000»: los bytes llegan y vuelven enteros, y solo los lleva quien debe.

mod comun;

use comun::SmallBook;
use libro::builder;
use libro::site::Site;
use pasarela::{Body, Config, Environ, Result, StartResponse, make_server_with};
use pretty_assertions::assert_eq;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// Cuánto se espera una respuesta antes de dar la prueba por fallida.
const PATIENCE: Duration = Duration::from_secs(20);

/// Un servidor, que se detiene al soltarlo.
struct Served {
    address: SocketAddr,
    handle: pasarela::Handle,
    thread: Option<thread::JoinHandle<()>>,
}

impl Served {
    fn new(application: impl pasarela::Application) -> Self {
        let config = Config { handle_signals: false, ..Config::default() };
        let server =
            make_server_with("127.0.0.1", 0, application, config).expect("hay un puerto libre");
        let (address, handle) = (server.local_addrs()[0], server.handle());
        let thread = thread::spawn(move || server.serve_forever().expect("termina bien"));
        Self { address, handle, thread: Some(thread) }
    }

    /// El libro, con el programa de quien lee en `program`.
    fn book(program: SocketAddr) -> Self {
        let book = SmallBook::with(&[("uno.md", "# Uno\n")]);
        builder::build(&book.folders()).expect("el libro está bien");
        Self::new(Site::new(&book.folders().output(), 7).with_program_at(program))
    }

    fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).expect("el servidor escucha");
        stream.set_read_timeout(Some(PATIENCE)).expect("el sistema acepta el plazo");
        stream.write_all(request.as_bytes()).expect("lee");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("responde y cierra");
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Pide que se lleven unos bytes, con esos `Host` y `Origin`; `{}` es el puerto.
    fn ask(
        &self,
        method: &str,
        host: &str,
        origin: &str,
        kind: &str,
        bytes: &str,
    ) -> (String, String) {
        let port = self.address.port().to_string();
        let (host, origin) = (host.replace("{}", &port), origin.replace("{}", &port));
        let length = bytes.len();
        let answer = self.raw(&format!(
            "{method} /.laboratorio HTTP/1.1\r\nHost: {host}\r\n{origin}Content-Type: {kind}\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{bytes}"
        ));
        let (head, body) = answer.split_once("\r\n\r\n").expect("hay una cabeza");
        let status = head.lines().next().unwrap_or_default().replace("HTTP/1.1 ", "");
        (status, body.to_owned())
    }

    fn carried(&self, bytes: &str) -> (String, String) {
        let origin = "Origin: http://localhost:{}\r\n";
        self.ask("POST", "localhost:{}", origin, "application/octet-stream", bytes)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.handle.shutdown();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Dice la ruta, en dos trozos que tardan.
fn slow(environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    start_response("200 OK", &[("Content-Type", "text/plain")])?;
    let path = environ.path_info().to_owned();
    let chunks = [path, "fin".to_owned()].into_iter();
    Ok(Body::stream(chunks.map(|chunk| {
        thread::sleep(Duration::from_millis(50));
        Ok(chunk)
    })))
}

/// Un puerto en el que no atiende nadie.
fn nobody() -> SocketAddr {
    let taken = TcpListener::bind("127.0.0.1:0").expect("hay un puerto libre");
    taken.local_addr().expect("tiene dirección")
}

#[test]
fn los_bytes_llegan_como_se_escribieron_y_vuelve_todo() {
    let (program, request) = (Served::new(slow), "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    let book = Served::book(program.address);
    let (status, body) = book.carried(&request.repeat(2));
    assert_eq!(status, "200 OK");
    assert_eq!(body.matches("2\r\n/a\r\n3\r\nfin\r\n0\r\n\r\n").count(), 2, "{body}");

    let (status, body) = book.carried("GET / HTTP/1.1\r\n\r\n");
    assert_eq!((status.as_str(), body.starts_with("HTTP/1.1 400 ")), ("200 OK", true), "{body}");
}

#[test]
fn si_no_hay_programa_se_dice() {
    let program = nobody();
    let (status, body) = Served::book(program).carried("GET / HTTP/1.1\r\n\r\n");
    assert_eq!(status, "502 Bad Gateway");
    assert_eq!(body, format!("nadie atiende en {program}; empieza tu programa y envía otra vez"));
}

/// Nadie llega hasta el programa: si llegara, respondería 502.
#[track_caller]
fn check_refused(method: &str, host: &str, origin: &str, kind: &str, size: usize, status: &str) {
    let book = Served::book(nobody());
    let (found, body) = book.ask(method, host, origin, kind, &"x".repeat(size));
    assert_eq!(found, status, "{body}");
}

const OURS: &str = "Origin: http://localhost:{}\r\n";
const BYTES: &str = "application/octet-stream";

#[test]
fn una_pagina_ajena_no_puede_pedirlo() {
    for origin in [
        "Origin: http://ajena.example\r\n",
        "Origin: http://localhost:8000\r\n",
        "Origin: https://localhost:{}\r\n",
        "Origin: null\r\n",
        "",
    ] {
        check_refused("POST", "localhost:{}", origin, BYTES, 1, "403 Forbidden");
    }
}

#[test]
fn un_nombre_que_de_pronto_lleva_aqui_no_puede_pedirlo() {
    check_refused(
        "POST",
        "ajena.example:{}",
        "Origin: http://ajena.example:{}\r\n",
        BYTES,
        1,
        "403 Forbidden",
    );
    check_refused("POST", "localhost.ajena.example:{}", OURS, BYTES, 1, "403 Forbidden");
    check_refused("POST", "localhost", "Origin: http://localhost\r\n", BYTES, 1, "403 Forbidden");
}

#[test]
fn solo_se_llevan_bytes_y_pocos() {
    check_refused("GET", "localhost:{}", OURS, BYTES, 0, "405 Method Not Allowed");
    check_refused("OPTIONS", "localhost:{}", OURS, BYTES, 0, "405 Method Not Allowed");
    check_refused("POST", "localhost:{}", OURS, "text/plain", 1, "415 Unsupported Media Type");
    check_refused("POST", "localhost:{}", OURS, BYTES, 64 * 1024 + 1, "413 Content Too Large");
}
