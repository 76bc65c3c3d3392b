//! El primer programa del tutorial: un texto.

mod comun;

use comun::{Answer, Program, check_fault, transcript};
use pasarela::{Body, Environ, Result, StartResponse};
use pretty_assertions::assert_eq;

#[test]
fn responde_hola_en_texto() {
    let program = Program::start("cap01_texto");
    let headers = [("Content-type", "text/plain; charset=utf-8"), ("Content-Length", "29")];
    let expected = Answer::expected(200, &headers, "Hola gente de códigofacilito");
    assert_eq!(program.get("/"), expected);
    assert_eq!(program.get("/cualquier/otra?ruta=1"), expected);
}

#[test]
fn el_libro_muestra_lo_que_viaja() {
    Program::start("cap01_texto").replays(&["cap01_curl", "cap01_bytes", "cap01_dos"]);
}

#[test]
fn el_puerto_ocupado_se_explica() {
    let program = Program::start("cap01_texto");
    let (stderr, code) = program.second_run("cap01_texto");
    let seen = format!("$ cargo run --quiet --example cap01_texto\n{stderr}");
    assert_eq!((seen, code), (transcript("puerto_ocupado"), Some(1)));
}

fn incomplete_status(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    start_response("200", &[("Content-type", "text/plain; charset=utf-8")])?;
    Ok(Body::from(["Hola"]))
}

fn no_start_response(_environ: &mut Environ, _start_response: StartResponse) -> Result<Body> {
    Ok(Body::from(["Hola"]))
}

#[test]
fn los_errores_tipicos_se_explican() {
    check_fault("cap01_estado_incompleto", incomplete_status);
    check_fault("cap01_sin_start_response", no_start_response);
}
