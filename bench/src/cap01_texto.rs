//! La aplicación del capítulo 1, letra por letra: `mide --autoprueba` la compara con la del libro.

use pasarela::{Body, Environ, Result, StartResponse};

pub(crate) fn application(
    _environ: &mut Environ,
    start_response: StartResponse,
) -> Result<Body> {
    let headers = [("Content-type", "text/plain; charset=utf-8")];

    start_response("200 OK", &headers)?;

    Ok(Body::from(["Hola gente de códigofacilito"]))
}
