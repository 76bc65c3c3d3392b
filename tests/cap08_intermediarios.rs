//! Una aplicación dentro de otra.

mod comun;

use comun::{Answer, Program, check_fault, transcript};
use pasarela::{Application, Body, Environ, Result, StartResponse};
use pretty_assertions::assert_eq;

const TEXT: (&str, &str) = ("Content-type", "text/plain; charset=utf-8");
const NOSNIFF: (&str, &str) = ("X-Content-Type-Options", "nosniff");

#[track_caller]
fn greeting(length: &str, text: &str) -> Answer {
    Answer::expected(200, &[TEXT, NOSNIFF, ("Content-Length", length)], text)
}

fn refusal(body: &str) -> Answer {
    Answer::expected(403, &[TEXT, NOSNIFF, ("Content-Length", "16")], body)
}

#[test]
fn saluda_y_las_capas_hacen_lo_suyo() {
    let mut program = Program::start("cap08_intermediarios");
    assert_eq!(program.get("/"), greeting("25", "Hola, gente. Estás en /\n"));
    assert_eq!(program.next_line(), "\"GET /\": 200 OK");
    let keyed = program.send("POST", "/a", &[("x-clave", "sesamo")], "");
    assert_eq!(keyed, greeting("24", "Hola, Ada. Estás en /a\n"));
    assert_eq!(program.next_line(), "\"POST /a\": 200 OK");
}

#[test]
fn sin_la_clave_no_se_entra() {
    let program = Program::start("cap08_intermediarios");
    let refused = refusal("Falta la clave.\n");
    assert_eq!(program.get("/privado"), refused);
    assert_eq!(program.get("/privado/fotos?a=b"), refused);
    assert_eq!(program.get("/%70riv%61do"), refused);
    for header in [("X-Clave", "Sesamo"), ("X-Clave", "sesamo, sesamo"), ("Remote-User", "Ada")] {
        assert_eq!(program.send("GET", "/privado", &[header], ""), refused);
    }
    assert_eq!(program.send("HEAD", "/privado", &[], ""), refusal(""));
}

#[test]
fn otra_ruta_es_otra_puerta() {
    let program = Program::start("cap08_intermediarios");
    for path in ["//privado", "/./privado"] {
        let answer = program.exchange(&format!(
            "GET {path} HTTP/1.1\r\nHost: localhost:8000\r\nConnection: close\r\n\r\n"
        ));
        assert!(answer.ends_with(&format!("\r\n\r\nHola, gente. Estás en {path}\n")), "{answer}");
    }
}

#[test]
fn nadie_se_hace_pasar_por_ada() {
    let program = Program::start("cap08_intermediarios");
    for name in ["Remote-User", "REMOTE_USER"] {
        let answer = program.exchange(&format!(
            "GET / HTTP/1.1\r\nHost: localhost:8000\r\n{name}: Ada\r\nConnection: close\r\n\r\n"
        ));
        assert!(answer.ends_with("\r\n\r\nHola, gente. Estás en /\n"), "{answer}");
    }
}

#[test]
fn una_ruta_no_escribe_lineas_de_otro_en_la_terminal() {
    let mut program = Program::start("cap08_intermediarios");
    program.get("/x%0A%22GET%20/%22:%20200%20OK%1B%5B31m");
    let line = r#""GET /x\n\"GET /\": 200 OK\u{1b}[31m": 200 OK"#;
    assert_eq!(program.next_line(), line);
}

#[test]
fn el_libro_muestra_lo_que_viaja() {
    let mut program = Program::start("cap08_intermediarios");
    program.get("/");
    program.replays(&["cap08_privado", "cap08_clave"]);
    let lines = [program.next_line(), program.next_line(), program.next_line()];
    assert_eq!(lines.map(|line| line + "\n").concat(), transcript("cap08_terminal"));
    program.replays(&["cap08_bytes"]);
}

fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[TEXT])?;
    Ok(Body::from("Hola"))
}

fn silent(inner: impl Application) -> impl Application {
    move |environ: &mut Environ, _start_response: StartResponse| {
        inner.call(environ, &mut |_status, _headers| Ok(()))
    }
}

fn goes_on(inner: impl Application) -> impl Application {
    move |environ: &mut Environ, start_response: StartResponse| {
        start_response("403 Forbidden", &[TEXT])?;
        inner.call(environ, start_response)
    }
}

#[test]
fn los_errores_tipicos_se_explican() {
    check_fault("cap08_sin_avisar", silent(application));
    check_fault("cap08_dos_veces", goes_on(application));
}
