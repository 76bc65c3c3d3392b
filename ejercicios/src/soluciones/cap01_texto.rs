//! Solución del capítulo 1.

use pasarela::{Body, Environ, Result, StartResponse};

pub fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    // Son 23 caracteres, con el salto de línea; `ñ` y `é` ocupan un byte más, y el emoji, tres más.
    let headers = [("Content-type", "text/plain; charset=utf-8"), ("Content-Length", "28")];

    start_response("200 OK", &headers)?;

    // El servidor envía los trozos seguidos: el salto de línea lo pone quien escribe el texto.
    Ok(Body::from(["Mañana hay café", "\ny pan 😀"]))
}
