//! Lo que se escribe durante la llamada llega mientras dura, por sockets de verdad.

mod comun;

use std::io::{self, ErrorKind, Read};
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use comun::records::{fastcgi, scgi, uwsgi};
use comun::{Served, get, narrow_listener};
use pasarela::access_log::access_log;
use pasarela::simple_server::{Listeners, make_server_on};
use pasarela::{Application, Body, Config, Protocol, Writer, application};
use pretty_assertions::assert_eq;

/// Lo que espera quien prueba, antes de dar por perdido lo que no llega.
const PATIENCE: Duration = Duration::from_secs(60);

fn lending(protocol: Protocol) -> Config {
    Config { protocol, write_callable: true, ..Config::default() }
}

/// Escribe `uno`, espera a que alguien diga que llegó, y devuelve `dos`.
fn waiting() -> (impl Application, Sender<()>) {
    let (sender, arrived) = mpsc::channel();
    let arrived = Mutex::new(arrived);
    let application = application(move |environ, start_response| {
        let writer = environ.extension::<Writer>().expect("se presta");
        writer.start("200 OK", &[])?;
        writer.write(b"uno")?;
        arrived.lock().expect("sin pánico").recv_timeout(PATIENCE)?;
        start_response("200 OK", &[])?;
        Ok(Body::from("dos"))
    });
    (application, sender)
}

#[test]
fn llega_mientras_la_aplicacion_sigue_en_la_llamada() {
    let requests: [(Protocol, Vec<u8>); 5] = [
        (Protocol::Http, get("/").into()),
        (Protocol::Http, b"GET / HTTP/1.0\r\n\r\n".to_vec()),
        (Protocol::FastCgi, fastcgi(1, "GET", "/", "")),
        (Protocol::Scgi, scgi("GET", "/", "")),
        (Protocol::Uwsgi, uwsgi("GET", "/", "")),
    ];
    for (protocol, request) in requests {
        let (application, arrived) = waiting();
        let served = Served::start_with(application, lending(protocol));
        let mut wire = served.open();
        wire.send(&request);
        wire.until("uno");
        arrived.send(()).expect("la aplicación espera");
        wire.until("dos");
    }
}

#[test]
fn el_registro_de_accesos_cuenta_lo_escrito() {
    let (application, arrived) = waiting();
    arrived.send(()).expect("la aplicación existe");
    let (mut reader, writer) = io::pipe().expect("hay tuberías");
    let served = Served::start_with(access_log(application, writer), lending(Protocol::Http));
    served.exchange("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    served.stop().expect("se detiene bien");
    let mut line = String::new();
    reader.read_to_string(&mut line).expect("se lee");
    assert!(line.contains("\"GET / HTTP/1.1\" 200 6 "), "{line}");
}

/// Escribe sin parar hasta que no se puede, y dice por qué.
fn endless() -> (impl Application, Receiver<ErrorKind>) {
    let (sender, told) = mpsc::channel();
    let application = application(move |environ, start_response| {
        let writer = environ.extension::<Writer>().expect("se presta");
        writer.start("200 OK", &[])?;
        start_response("200 OK", &[])?;
        loop {
            if let Err(error) = writer.write(&[b'x'; 65_536]) {
                sender.send(error.kind())?;
                return Err(error.into());
            }
        }
    });
    (application, told)
}

#[test]
fn a_quien_no_lee_se_le_espera_hasta_el_plazo_y_se_le_corta() {
    let (application, told) = endless();
    let write_timeout = Duration::from_millis(50);
    let config = Config { write_timeout, ..lending(Protocol::Scgi) };
    let places = Listeners::from(narrow_listener());
    let served = Served::run(make_server_on(places, application, config).expect("se crea"));
    let mut wire = served.open();
    wire.send(&scgi("GET", "/", ""));
    assert_eq!(told.recv_timeout(PATIENCE), Ok(ErrorKind::TimedOut));
    assert_eq!(wire.until_cut().1, Some(ErrorKind::ConnectionReset));
}

#[test]
fn quien_escribe_sabe_que_el_cliente_corto() {
    let (application, told) = endless();
    let served = Served::start_with(application, lending(Protocol::Http));
    let mut wire = served.open();
    wire.send(get("/").as_bytes());
    wire.until("xxx");
    wire.vanish();
    let error = told.recv_timeout(PATIENCE).expect("lo sabe");
    assert!(matches!(error, ErrorKind::BrokenPipe | ErrorKind::ConnectionReset), "{error:?}");
}

#[test]
fn varios_hilos_escriben_una_respuesta_sin_mezclar_sus_trozos() {
    let application = application(|environ, start_response| {
        let writer = environ.extension::<Writer>().expect("se presta").clone();
        let (status, headers) = ("200 OK", [("Content-Length", "1200")]);
        writer.start(status, &headers)?;
        let results = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for part in [b"aaaa", b"bbbb", b"cccc"] {
                let (writer, results) = (&writer, &results);
                scope.spawn(move || {
                    for _ in 0..100 {
                        let written = writer.write(part).map_err(|error| error.kind());
                        results.lock().expect("sin pánico").push(written);
                    }
                });
            }
        });
        assert_eq!(*results.lock().expect("sin pánico"), [Ok(()); 300]);
        start_response(status, &headers)?;
        Ok(Body::empty())
    });
    let served = Served::start_with(application, lending(Protocol::Http));
    let body = served.get("/").body;
    let parts: Vec<&str> = (0..body.len()).step_by(4).map(|at| &body[at..at + 4]).collect();
    let counts =
        ["aaaa", "bbbb", "cccc"].map(|part| parts.iter().filter(|one| **one == part).count());
    assert_eq!(counts, [100; 3]);
}
