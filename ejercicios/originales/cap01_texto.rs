//! Ejercicio del capítulo 1: saluda en dos trozos.
//!
//! La respuesta debe llevar:
//!
//! - el estado `200 OK`;
//! - el encabezado `Content-type: text/plain; charset=utf-8`;
//! - un cuerpo de dos trozos: `Hola, me llamo Ada` y, tras un salto de línea,
//!   `y programo en español`.
//!
//! Pruébalo con `cargo test -p ejercicios cap01`.

use pasarela::{Body, Environ, Result, StartResponse};

pub fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    // Cambia esta línea: llama a `start_response` con el estado y los encabezados.
    let _ = start_response;

    todo!("devuelve el cuerpo en lugar de esta línea")
}
