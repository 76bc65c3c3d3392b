//! Ejercicio del capítulo 2: una página con una lista.
//!
//! La respuesta debe llevar:
//!
//! - el estado `200 OK`;
//! - el encabezado `Content-type: text/html; charset=utf-8`;
//! - una página completa: `<html>`, `<head>` con su `<title>`, y `<body>` con un `<h1>` y una
//!   lista `<ul>` de tres elementos `<li>`. Los textos los eliges tú.
//!
//! Pruébalo con `cargo test -p ejercicios cap02`.

use pasarela::{Body, Environ, Result, StartResponse};

pub fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    // Cambia esta línea: llama a `start_response` con el estado y los encabezados.
    let _ = start_response;

    todo!("devuelve tu página en lugar de esta línea")
}
