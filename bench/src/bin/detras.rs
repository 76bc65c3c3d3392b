//! La aplicación del capítulo 1, con el protocolo que hable el servidor web que va delante.
//!
//! cargo run --release --manifest-path bench/Cargo.toml --bin detras -- fastcgi 127.0.0.1:8000
//!
//! Los argumentos son el protocolo (`http`, `fastcgi`, `scgi` o `uwsgi`) y dónde escuchar: una dirección
//! con su puerto, o un socket de Unix. Como en `main.rs`, sin tocar ninguna perilla.

#[path = "../cap01_texto.rs"]
mod cap01_texto;

use std::env;

use cap01_texto::application;
use pasarela::handlers::{fastcgi, scgi, uwsgi};
use pasarela::{Error, Result, Server, make_server, simple_server};

fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let [protocol, place] =
        [(); 2].map(|()| arguments.next().unwrap_or_default());
    let server = match place.rsplit_once(':') {
        Some((host, port)) => listen(&protocol, host, port.parse()?)?,
        None => listen_unix(&protocol, &place)?,
    };
    server.serve_forever()?;
    Ok(())
}

fn listen(protocol: &str, host: &str, port: u16) -> Result<Server> {
    Ok(match protocol {
        "http" => make_server(host, port, application)?,
        "fastcgi" => fastcgi::make_server(host, port, application)?,
        "scgi" => scgi::make_server(host, port, application)?,
        "uwsgi" => uwsgi::make_server(host, port, application)?,
        _ => return Err(unknown(protocol)),
    })
}

fn listen_unix(protocol: &str, path: &str) -> Result<Server> {
    Ok(match protocol {
        "http" => simple_server::make_server_unix(path, application)?,
        "fastcgi" => fastcgi::make_server_unix(path, application)?,
        "scgi" => scgi::make_server_unix(path, application)?,
        "uwsgi" => uwsgi::make_server_unix(path, application)?,
        _ => return Err(unknown(protocol)),
    })
}

fn unknown(protocol: &str) -> Error {
    Error::new(format!("no existe el protocolo «{protocol}»"))
}
