//! Solución del capítulo 15.

use pasarela::util::request_uri;
use pasarela::{Body, Config, Environ, Result, StartResponse};

pub fn config(proxy: &str) -> Result<Config> {
    let trusted_proxies = vec![proxy.parse()?];
    Ok(Config { trusted_proxies, ..Config::default() })
}

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let link = request_uri(environ, true);
    let who = environ.get("REMOTE_ADDR").unwrap_or("alguien");
    let text = format!("Comparte: {link}\nTe vemos en {who}\n");

    start_response("200 OK", &[("Content-type", "text/plain; charset=utf-8")])?;

    Ok(Body::from(text))
}
