//! Ejercicio del capítulo 9: repara lo que el validador rechaza.
//!
//! Compila y contesta, pero cada dirección incumple alguna regla. Debe responder:
//!
//! - `/avisos`: `200 OK` y los dos avisos, uno por línea;
//! - `/avisos/borrar`: `204 No Content`, sin cuerpo;
//! - `/avisos/hoy`: `301 Moved Permanently` a `/avisos`, con el texto que ya tiene;
//! - lo demás: `404 Not Found`, con el texto que ya tiene.
//!
//! Pruébalo con `cargo test -p ejercicios cap09`. En `cargo run -p cafe`, que también lleva el validador,
//! los avisos son un 500 hasta que los repares.

use pasarela::{Body, Environ, Result, StartResponse};

const TEXT: (&str, &str) = ("Content-type", "text/plain; charset=utf-8");
const FIRST: &str = "Mañana abrimos a las nueve";
const SECOND: &str = "Se busca quien sepa hacer café de olla";

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    match environ.path_info() {
        "/avisos" => list(start_response),
        "/avisos/borrar" => delete(start_response),
        "/avisos/hoy" => moved(start_response),
        _ => not_found(start_response),
    }
}

fn list(start_response: StartResponse) -> Result<Body> {
    let length = (FIRST.len() + SECOND.len()).to_string();
    start_response("200 OK", &[TEXT, ("Content-Length", &length)])?;
    Ok(Body::from(format!("{FIRST}\n{SECOND}\n")))
}

fn delete(start_response: StartResponse) -> Result<Body> {
    start_response("204 No Content", &[TEXT])?;
    Ok(Body::from("Los avisos se borraron\n"))
}

fn moved(start_response: StartResponse) -> Result<Body> {
    let headers = [TEXT, ("Location", "/avisos"), ("Connection", "close")];
    start_response("301 Moved Permanently", &headers)?;
    Ok(Body::from("Los de hoy están con los demás\n"))
}

fn not_found(start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[TEXT])?;
    // Pensándolo bien, aquí no hay nada.
    start_response("404 Not Found", &[TEXT])?;
    Ok(Body::from("Aquí no hay ningún aviso\n"))
}
