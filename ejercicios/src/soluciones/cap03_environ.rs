//! Solución del capítulo 3.

use pasarela::{Body, Environ, Result, StartResponse};

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let headers = [("Content-type", "text/plain; charset=utf-8")];
    let origin = environ.header("Referer").unwrap_or("ningún enlace");
    let mut text = format!("{} {}\nvienes de {origin}\n", environ.method(), environ.path_info());
    for (name, value) in environ.iter() {
        if name.starts_with("HTTP_") {
            text += &format!("{name}: {value}\n");
        }
    }

    start_response("200 OK", &headers)?;

    Ok(Body::from(text))
}
