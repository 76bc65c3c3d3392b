//! Ejercicio del capítulo 1: cuenta lo que viaja.
//!
//! La respuesta debe llevar:
//!
//! - el estado `200 OK`;
//! - el encabezado `Content-type: text/plain; charset=utf-8`;
//! - el encabezado `Content-Length`, con lo que mide el cuerpo;
//! - un cuerpo de dos trozos: `Mañana hay café` y, tras un salto de línea, `y pan 😀`.
//!
//! La longitud cuéntala tú, en papel, y escríbela entre comillas: el valor de un encabezado es un texto,
//! aunque diga un número. Si te equivocas, la prueba te dirá qué contaste.
//!
//! Pruébalo con `cargo test -p ejercicios cap01`.

use pasarela::{Body, Environ, Result, StartResponse};

pub fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    // Cambia esta línea: llama a `start_response` con el estado y los dos encabezados.
    let _ = start_response;

    todo!("devuelve el cuerpo en lugar de esta línea")
}
