//! Solución del capítulo 10.

use std::fs::File;

use pasarela::{Body, Environ, Result, StartResponse};

/// La carpeta de las fotos, esté donde esté tu copia del repositorio.
pub const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fotos");

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    match environ.path_info() {
        "/fotos/cafe-de-olla.svg" => photo("cafe-de-olla.svg", environ, start_response),
        "/fotos/pan-dulce.svg" => photo("pan-dulce.svg", environ, start_response),
        _ => not_found(start_response),
    }
}

fn photo(name: &str, environ: &Environ, start_response: StartResponse) -> Result<Body> {
    let file = File::open(format!("{FOLDER}/{name}"))?;
    // Dos versiones igual de largas tendrían la misma etiqueta: por eso `StaticFiles` añade la fecha.
    let etag = format!("\"{}\"", file.metadata()?.len());

    if environ.header("If-None-Match") == Some(&etag) {
        start_response("304 Not Modified", &[("ETag", &etag)])?;
        return Ok(Body::empty());
    }
    start_response("200 OK", &[("Content-type", "image/svg+xml"), ("ETag", &etag)])?;
    Ok(Body::file(file))
}

fn not_found(start_response: StartResponse) -> Result<Body> {
    start_response("404 Not Found", &[("Content-type", "text/plain; charset=utf-8")])?;
    Ok(Body::from("Aquí no hay nada\n"))
}
