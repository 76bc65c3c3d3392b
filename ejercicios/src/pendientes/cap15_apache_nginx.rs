//! Ejercicio del capítulo 15: el café detrás de un proxy, sin creerle a cualquiera.
//!
//! La página muestra un enlace para compartir y desde dónde te ven. Sola funciona. Detrás de un servidor
//! frontal hace mal dos cosas: el enlace siempre empieza con `http://`, aunque se pidió con `https://`, y
//! le cree a todo el que diga ser otro.
//!
//! Repárala. `config` recibe la dirección del servidor frontal: solo a él se le cree. El enlace debe ser
//! la dirección que escribió quien visita, con su consulta.
//!
//! Pruébalo con `cargo test -p ejercicios cap15`: las pruebas hacen de nginx.

use pasarela::{Body, Config, Environ, Result, StartResponse};

pub fn config(proxy: &str) -> Result<Config> {
    // El de la mesa de al lado también cabe aquí.
    let _ = proxy;
    let trusted_proxies = vec!["0.0.0.0/0".parse()?];
    Ok(Config { trusted_proxies, ..Config::default() })
}

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let host = environ.header("host").unwrap_or("localhost");
    let link = format!("http://{host}{}", environ.path_info());
    let who = environ.get("REMOTE_ADDR").unwrap_or("alguien");
    let text = format!("Comparte: {link}\nTe vemos en {who}\n");

    start_response("200 OK", &[("Content-type", "text/plain; charset=utf-8")])?;

    Ok(Body::from(text))
}
