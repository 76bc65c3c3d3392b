//! El segundo programa del tutorial: una página HTML.

mod comun;

use comun::{Answer, Program, check_fault};
use pasarela::{Body, Environ, Result, StartResponse};
use pretty_assertions::assert_eq;

const PAGE: &str = "<!DOCTYPE html>
<html lang=\"es\">
  <head>
    <title>Título</title>
  </head>
  <body>
    <h1>Hola gente de códigofacilito</h1>
  </body>
</html>
";

#[test]
fn responde_una_pagina() {
    let headers = [("Content-type", "text/html; charset=utf-8"), ("Content-Length", "149")];
    assert_eq!(Program::start("cap02_html").get("/"), Answer::expected(200, &headers, PAGE));
}

#[test]
fn el_libro_muestra_lo_que_viaja() {
    Program::start("cap02_html").replays(&["cap02_bytes"]);
}

fn invalid_name(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[("Content-type:", "text/html; charset=utf-8")])?;
    Ok(Body::from([PAGE]))
}

fn invalid_value(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[("Content-type", "text/html\nX-Otro: 1")])?;
    Ok(Body::from([PAGE]))
}

#[test]
fn los_errores_tipicos_se_explican() {
    check_fault("cap02_nombre_invalido", invalid_name);
    check_fault("cap02_valor_invalido", invalid_value);
}
