//! Solución del capítulo 16.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pasarela::{Application, Body, Environ, StartResponse};

const TEXT: (&str, &str) = ("Content-type", "text/plain; charset=utf-8");
const NO_STORE: (&str, &str) = ("Cache-Control", "no-store");

pub fn instance(is_leaving: Arc<AtomicBool>) -> impl Application {
    move |environ: &mut Environ, start_response: StartResponse| {
        if environ.path_info() != "/salud" {
            start_response("200 OK", &[TEXT])?;
            return Ok(Body::from("Café Ada\n"));
        }
        // Se mira en cada visita: entre una y otra pudo cambiar.
        let (status, text) = match is_leaving.load(Ordering::Relaxed) {
            true => ("503 Service Unavailable", "me voy\n"),
            false => ("200 OK", "bien\n"),
        };
        start_response(status, &[TEXT, NO_STORE])?;
        Ok(Body::from(text))
    }
}
