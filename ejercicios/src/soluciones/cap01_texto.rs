//! Solución del capítulo 1.

use pasarela::{Body, Environ, Result, StartResponse};

pub fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let headers = [("Content-type", "text/plain; charset=utf-8")];

    start_response("200 OK", &headers)?;

    // La pasarela envía los trozos seguidos: el salto de línea lo pone quien escribe el texto.
    Ok(Body::from(["Hola, me llamo Ada", "\ny programo en español"]))
}
