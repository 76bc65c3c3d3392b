//! Lo que queda en el registro (`log`) cuando el programa instaló uno: qué falló y en qué petición.

mod comun;

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use comun::Served;
use log::{Level, LevelFilter, Log, Metadata, Record};
use pasarela::{Body, Chunk, Environ, Error, Result, StartResponse, testing};
use pretty_assertions::assert_eq;

/// Cuánto se espera a que el servidor anote algo.
const PATIENCE: Duration = Duration::from_secs(20);

/// Un registro que guarda lo de este crate.
struct Memory(Mutex<Vec<(Level, String)>>);

static MEMORY: Memory = Memory(Mutex::new(Vec::new()));

impl Memory {
    fn notes(&self) -> MutexGuard<'_, Vec<(Level, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log for Memory {
    fn enabled(&self, metadata: &Metadata) -> bool {
        metadata.target().starts_with("pasarela")
    }

    fn log(&self, record: &Record) {
        if self.enabled(record.metadata()) {
            self.notes().push((record.level(), record.args().to_string()));
        }
    }

    fn flush(&self) {}
}

fn application(environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    let broken = || [Ok(Chunk::from("a")), Err(io::Error::other("se acabó"))];
    match environ.path_info() {
        "/error" => Err(Error::new("falta algo")),
        "/panico" => panic!("adrede"),
        "/corto" => {
            start_response("200 OK", &[("Content-Length", "3")])?;
            Ok(Body::from("a"))
        }
        _ => {
            start_response("200 OK", &[])?;
            Ok(Body::stream(broken()))
        }
    }
}

#[track_caller]
fn check(request: &testing::Request, note: &str) {
    MEMORY.notes().clear();
    let response = request.call(&application);
    assert_eq!(*MEMORY.notes(), [(Level::Error, note.to_owned())]);
    assert_eq!(response.errors(), "", "lo que va al registro no va también a wsgi.errors");
}

/// Una sola prueba: el registro es de todo el programa.
#[test]
fn cada_fallo_queda_anotado_con_su_peticion() {
    log::set_logger(&MEMORY).expect("nadie instaló otro");
    log::set_max_level(LevelFilter::Debug);
    check(
        &testing::get("/error?a=b"),
        "\"GET /error\": la aplicación devolvió un error: falta algo",
    );
    check(
        &testing::post("/panico").variable("SCRIPT_NAME", "/x"),
        "\"POST /x/panico\": la aplicación entró en pánico: adrede",
    );
    check(
        &testing::put("/corto"),
        "\"PUT /corto\": al cuerpo de la respuesta le faltan 2 bytes para su Content-Length",
    );
    check(
        &testing::delete("/a%20b"),
        "\"DELETE /a b\": el cuerpo de la respuesta dio un error: se acabó",
    );
    un_rechazo_queda_en_debug();
}

fn un_rechazo_queda_en_debug() {
    let served = Served::start(application);
    let answer = served.exchange("GET / HTTP/1.1\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
    let is_refusal = |(level, text): &(Level, String)| {
        *level == Level::Debug && text.starts_with("petición de 127.0.0.1:")
    };
    let start = Instant::now();
    while !MEMORY.notes().iter().any(is_refusal) {
        assert!(start.elapsed() < PATIENCE, "{:?}", MEMORY.notes());
        std::thread::yield_now();
    }
}
