//! Ejercicio del capítulo 5: una lista con lo que dice la consulta.
//!
//! A `/?tema=Rust&tema=HTML` se responde:
//!
//! - el estado `200 OK`;
//! - el encabezado `Content-type: text/html; charset=utf-8`;
//! - una página con una lista `<ul>` que lleva, en su orden, un `<li>` por cada `tema` de la
//!   consulta, decodificado y escapado: `<li>Rust</li>` y `<li>HTML</li>`. Las parejas con otro
//!   nombre no cuentan; los temas vacíos, tampoco.
//!
//! Si no queda ningún tema, el estado es `400 Bad Request` y el cuerpo lo eliges tú.
//!
//! Copia del programa del capítulo las funciones que te sirvan.
//!
//! Pruébalo con `cargo test -p ejercicios cap05`.

use pasarela::{Body, Environ, Result, StartResponse};

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    // Cambia estas dos líneas: lee la consulta y llama a `start_response`.
    let _ = environ;
    let _ = start_response;

    todo!("devuelve tu página en lugar de esta línea")
}
