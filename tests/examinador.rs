//! El examinador de los ejercicios, contra `pasarela`: las pasa todas.

mod comun;
mod examen;

use comun::{Program, Served};
use examen::{examined, examined_whole};
use pasarela::{Body, Environ, Result, StartResponse};
use pretty_assertions::assert_eq;

/// En `/eco`, lo que llegó; en lo demás, sin leer nada, un saludo.
fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[("Content-type", "text/plain; charset=utf-8")])?;
    match environ.path_info() {
        "/eco" => Ok(Body::reader(environ.take_input())),
        _ => Ok(Body::from("Hola, ñandú\n")),
    }
}

#[test]
fn pasarela_pasa_todas_las_etapas() {
    let served = Served::start(application);
    let handle = served.handle();
    let none: [(&str, String); 0] = [];
    assert_eq!(
        examined_whole(&served.address(), "/eco", &|| handle.shutdown()),
        (none.into(), (27, 27))
    );
}

#[test]
fn el_programa_del_capitulo_1_tambien_sin_leer_ningun_cuerpo() {
    let _program = Program::start("cap01_texto");
    assert_eq!(examined("localhost:8000"), (Vec::new(), (24, 24)));
}
