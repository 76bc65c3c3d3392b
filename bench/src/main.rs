//! Las dos primeras aplicaciones del libro y otras tres, servidas para medirlas.
//!
//! cargo run --release --manifest-path bench/Cargo.toml -- 8000
//!
//! El argumento es el puerto; sin él, el 8000. El servidor es el que obtiene cualquiera:
//! `make_server`, sin tocar ninguna perilla.

mod cap01_texto;
mod cap02_html;
mod others;

use std::env;

use pasarela::{Body, Environ, Result, StartResponse, make_server};

fn main() -> Result<()> {
    let port = env::args().nth(1).map_or(Ok(8000), |port| port.parse())?;
    let server = make_server("127.0.0.1", port, application)?;
    server.serve_forever()?;
    Ok(())
}

fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    match environ.path_info() {
        "/" => cap01_texto::application(environ, start_response),
        "/html" => cap02_html::application(environ, start_response),
        "/lento" => others::slow(environ, start_response),
        "/grande" => others::large(start_response),
        "/subir" => others::upload(environ, start_response),
        path if path.starts_with("/archivo/") => others::file(environ, start_response),
        path if path.contains("/espera/") => others::wait(environ, start_response),
        _ => others::not_found(start_response),
    }
}
