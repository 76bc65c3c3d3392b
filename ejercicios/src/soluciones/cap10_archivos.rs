//! Solución del capítulo 10.

use std::fs::File;

use pasarela::{Body, Environ, Result, StartResponse};

/// El archivo que se sirve, esté donde esté tu copia del repositorio.
pub const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    match environ.path_info() {
        "/leeme" => read_me(environ, start_response),
        _ => not_found(start_response),
    }
}

fn read_me(environ: &Environ, start_response: StartResponse) -> Result<Body> {
    let file = File::open(FILE)?;
    // Dos versiones igual de largas tendrían la misma etiqueta: por eso `StaticFiles` añade la fecha.
    let etag = format!("\"{}\"", file.metadata()?.len());

    if environ.header("If-None-Match") == Some(&etag) {
        start_response("304 Not Modified", &[("ETag", &etag)])?;
        return Ok(Body::empty());
    }
    let headers = [("Content-type", "text/markdown; charset=utf-8"), ("ETag", &etag)];
    start_response("200 OK", &headers)?;
    Ok(Body::file(file))
}

fn not_found(start_response: StartResponse) -> Result<Body> {
    start_response("404 Not Found", &[("Content-type", "text/plain; charset=utf-8")])?;
    Ok(Body::from("Aquí no hay nada\n"))
}
