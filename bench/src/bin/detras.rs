//! La aplicación del capítulo 1, con el protocolo que hable el servidor web que va delante.
//!
//! cargo run --release --manifest-path bench/Cargo.toml --bin detras -- fastcgi 127.0.0.1:8000
//!
//! Los argumentos son el protocolo (`http`, `fastcgi`, `scgi` o `uwsgi`) y dónde escuchar: una dirección
//! con su puerto, o un socket de Unix. Como en `main.rs`, sin tocar ninguna otra perilla.

#[path = "../cap01_texto.rs"]
mod cap01_texto;

use std::env;

use cap01_texto::application;
use pasarela::simple_server::{Listeners, make_server_on};
use pasarela::{Config, Error, Protocol, Result};

fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let [protocol, place] = [(); 2].map(|()| arguments.next().unwrap_or_default());
    let listeners = match place.rsplit_once(':') {
        Some((host, port)) => Listeners::tcp(host, port.parse()?),
        None => Listeners::unix(place),
    };
    let config = Config { protocol: named(&protocol)?, ..Config::default() };
    make_server_on(listeners, application, config)?.serve_forever()?;
    Ok(())
}

fn named(protocol: &str) -> Result<Protocol> {
    Ok(match protocol {
        "http" => Protocol::Http,
        "fastcgi" => Protocol::FastCgi,
        "scgi" => Protocol::Scgi,
        "uwsgi" => Protocol::Uwsgi,
        _ => return Err(Error::new(format!("no existe el protocolo «{protocol}»"))),
    })
}
