//! Quien espera una respuesta y se va: la aplicación que pregunta, se entera. En Windows no se sabe en la
//! primera petición de una conexión.
#![cfg(unix)]

mod comun;

use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use comun::records::{ABORT, fastcgi as request, record, scgi, uwsgi};
use comun::{Served, Wire, get};
use pasarela::handlers;
use pasarela::simple_server::{Listeners, make_server_on};
use pasarela::{Application, Body, Client, Config, application, make_server};
use pretty_assertions::assert_eq;

/// Lo que espera quien prueba, antes de dar por perdido lo que no llega.
const PATIENCE: Duration = Duration::from_secs(60);

/// En `/espera` no responde hasta que el cliente se va; dice cuándo empieza y cuándo lo supo.
fn waiting() -> (impl Application, Receiver<&'static str>) {
    let (sender, told) = mpsc::channel();
    let application = application(move |environ, start_response| {
        let client = environ.client();
        if environ.path_info() == "/espera" {
            sender.send(if client.is_gone() { "ausente" } else { "presente" })?;
            while !client.is_gone() {
                std::thread::yield_now();
            }
            sender.send("se fue")?;
        }
        start_response("200 OK", &[("Content-Type", "text/plain")])?;
        Ok(Body::from("hecho"))
    });
    (application, told)
}

/// Manda `request`, se va como diga `leave`, y la aplicación lo sabe.
#[track_caller]
fn check(
    mut wire: Wire,
    told: &Receiver<&str>,
    request: &[u8],
    leave: impl FnOnce(Wire) -> Option<Wire>,
) {
    wire.send(request);
    assert_eq!(told.recv_timeout(PATIENCE), Ok("presente"));
    let _kept = leave(wire);
    assert_eq!(told.recv_timeout(PATIENCE), Ok("se fue"));
}

fn closes(wire: Wire) -> Option<Wire> {
    drop(wire);
    None
}

fn cuts(wire: Wire) -> Option<Wire> {
    wire.vanish();
    None
}

fn half_closes(wire: Wire) -> Option<Wire> {
    wire.finish();
    Some(wire)
}

#[test]
fn por_http_se_sabe_como_sea_que_se_vaya() {
    let (application, told) = waiting();
    let served =
        Served::run(make_server("127.0.0.1", 0, application).expect("hay un puerto libre"));
    for leave in [closes, cuts, half_closes] {
        check(served.open(), &told, get("/espera").as_bytes(), leave);
        // También si no es la primera de su conexión.
        let mut wire = served.open();
        wire.send(get("/").as_bytes());
        wire.until("hecho");
        check(wire, &told, get("/espera").as_bytes(), leave);
    }
}

#[test]
fn por_un_socket_de_unix() {
    let (application, told) = waiting();
    let path = std::env::temp_dir().join(format!("pasarela-ausentes-{}", std::process::id()));
    let _served = Served::run(
        make_server_on(Listeners::unix(&path), application, Config::default())
            .expect("se puede escuchar"),
    );
    check(Wire::open_unix(&path), &told, get("/espera").as_bytes(), closes);
}

#[test]
fn por_fastcgi_tambien_se_abandona_con_un_registro() {
    let (application, told) = waiting();
    let server = handlers::fastcgi::make_server("127.0.0.1", 0, application);
    let served = Served::run(server.expect("hay un puerto libre"));
    let request = request(7, "GET", "/espera", "");
    check(served.open(), &told, &request, closes);
    check(served.open(), &told, &request, |mut wire| {
        wire.send(&record(ABORT, 7, b""));
        Some(wire)
    });
}

#[test]
fn por_scgi_y_por_uwsgi() {
    let (application, told) = waiting();
    let server = handlers::scgi::make_server("127.0.0.1", 0, application);
    let served = Served::run(server.expect("hay un puerto libre"));
    check(served.open(), &told, &scgi("GET", "/espera", ""), closes);

    let (application, told) = waiting();
    let server = handlers::uwsgi::make_server("127.0.0.1", 0, application);
    let served = Served::run(server.expect("hay un puerto libre"));
    check(served.open(), &told, &uwsgi("GET", "/espera", ""), closes);
}

#[test]
fn quien_guarda_al_cliente_no_lo_retiene() {
    let (sender, clients) = mpsc::channel::<Client>();
    let served = Served::start(application(move |environ, start_response| {
        sender.send(environ.client())?;
        start_response("200 OK", &[("Content-Type", "text/plain")])?;
        Ok(Body::from("hecho"))
    }));
    let answer = served.exchange("GET / HTTP/1.0\r\n\r\n");
    assert!(answer.ends_with("hecho"), "{answer}");
    let client = clients.recv_timeout(PATIENCE).expect("se atendió");
    while !client.is_gone() {
        std::thread::yield_now();
    }
}

#[test]
fn sin_conexion_no_se_sabe_y_se_supone_que_sigue() {
    let environ = pasarela::testing::get("/").environ();
    assert!(!environ.client().is_gone());
}
