//! Ejercicio del capítulo 4: la puerta de una casa.
//!
//! Todas las respuestas llevan `Content-type: text/plain; charset=utf-8`, y además:
//!
//! - `GET /` y `HEAD /`: `200 OK`, con el texto que prefieras;
//! - `GET /puerta` y `HEAD /puerta`: `301 Moved Permanently`, con `Location: /`;
//! - `POST /timbre`: `200 OK`, y el texto `¡Ring!` con un salto de línea al final;
//! - otro método en una de esas tres rutas: `405 Method Not Allowed`, y en `Allow` los métodos que
//!   esa ruta sí atiende: `GET, HEAD` o `POST`;
//! - cualquier otra ruta, con el método que sea: `404 Not Found`, y un texto que la nombre.
//!
//! Pruébalo con `cargo test -p ejercicios cap04`.

use pasarela::{Body, Environ, Result, StartResponse};

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    // Cambia esta línea: decide con `match` y llama a una función por cada respuesta.
    let _ = (environ, start_response);

    todo!("responde según la ruta y el método")
}
