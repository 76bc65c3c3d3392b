//! Un cuerpo que se produce mientras se envía.

mod comun;

use std::{io, thread};

use comun::{Answer, Program, Served, transcript};
use pasarela::{Body, Chunk, Environ, Result, StartResponse, testing};
use pretty_assertions::assert_eq;

const HTML: (&str, &str) = ("Content-type", "text/html; charset=utf-8");

const PAGE: &str = "<p>Segundo 1</p>
<p>Segundo 2</p>
<p>Segundo 3</p>
<p>Segundo 4</p>
<p>Segundo 5</p>
";

#[test]
fn el_reloj_da_cinco_segundos_a_cada_visitante() {
    let program = Program::start("cap07_trozos");
    // Todos a la vez: cada reloj marca los suyos.
    thread::scope(|scope| {
        scope.spawn(|| {
            let headers = [HTML, ("Transfer-Encoding", "chunked")];
            assert_eq!(program.get("/"), Answer::expected(200, &headers, PAGE));
        });
        for name in ["cap07_curl", "cap07_bytes", "cap07_uno_punto_cero", "cap07_averia"] {
            let program = &program;
            scope.spawn(move || program.replays(&[name]));
        }
    });
}

#[test]
fn head_no_espera_al_reloj() {
    let mut program = Program::start("cap07_trozos");
    assert_eq!(program.send("HEAD", "/", &[], ""), Answer::expected(200, &[HTML], ""));
    assert_eq!(program.next_line(), "El reloj se detuvo en el segundo 0.");
    program.replays(&["cap07_head"]);
}

#[test]
fn una_averia_corta_la_respuesta_y_se_anota() {
    let mut program = Program::start("cap07_trozos");
    program.replays(&["cap07_averia"]);
    let lines = [program.next_line(), program.next_line()];
    assert_eq!(lines.map(|line| line + "\n").concat(), transcript("cap07_averia_registro"));
}

/// En qué segundo se detuvo el reloj de alguien que se fue después del primero.
fn second_after_leaving(program: &mut Program) -> u32 {
    let mut wire = program.open();
    wire.send(b"GET / HTTP/1.1\r\nHost: localhost:8000\r\n\r\n");
    wire.until("<p>Segundo 1</p>\n");
    wire.vanish();
    let line = program.next_line();
    let second = line.strip_prefix("El reloj se detuvo en el segundo ");
    second.and_then(|text| text.strip_suffix('.')?.parse().ok()).expect("el reloj dice su segundo")
}

#[test]
fn el_reloj_se_detiene_si_el_visitante_se_va() {
    let mut program = Program::start("cap07_trozos");
    // Una computadora muy ocupada puede dar los cinco antes de que el visitante logre irse.
    while second_after_leaving(&mut program) == 5 {}
}

fn short(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[HTML, ("Content-Length", "90")])?;
    Ok(Body::stream([Ok(Chunk::from(PAGE))]))
}

#[test]
fn una_longitud_que_no_es_cierta_se_anota() {
    let response = testing::get("/").call(&short);
    assert!(!response.is_complete());
    assert_eq!(response.errors(), transcript("cap07_faltan_bytes"));
}

fn exact(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[HTML, ("Content-Length", "85")])?;
    Ok(Body::stream([Ok(Chunk::from(PAGE))]))
}

fn broken(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[HTML])?;
    Ok(Body::stream([Err::<Chunk, _>(io::Error::other("se acabó la cuerda"))]))
}

#[test]
fn lo_que_predice_el_libro_es_lo_que_pasa() {
    // Una longitud cierta, en lugar de las de cada trozo.
    let expected = Answer::expected(200, &[HTML, ("Content-Length", "85")], PAGE);
    assert_eq!(Served::start(exact).get("/"), expected);
    // Si lo que falla es el primer trozo, todavía no se había enviado nada.
    assert_eq!(testing::get("/").call(&broken).status(), "500 Internal Server Error");
}
