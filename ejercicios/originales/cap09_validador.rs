//! Ejercicio del capítulo 9: repara esta aplicación hasta que el validador calle.
//!
//! Compila y contesta, pero cada dirección incumple alguna regla. Debe responder:
//!
//! - `/`: `200 OK` y las dos tareas, una por línea;
//! - `/borrar`: `204 No Content`, sin cuerpo;
//! - `/tareas`: `301 Moved Permanently` a `/`, con el texto que ya tiene;
//! - lo demás: `404 Not Found`, con el texto que ya tiene.
//!
//! Pruébalo con `cargo test -p ejercicios cap09`.

use pasarela::{Body, Environ, Result, StartResponse};

const TEXT: (&str, &str) = ("Content-type", "text/plain; charset=utf-8");
const FIRST: &str = "Regar el jazmín";
const SECOND: &str = "Leer el capítulo 10";

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    match environ.path_info() {
        "/" => list(start_response),
        "/borrar" => delete(start_response),
        "/tareas" => moved(start_response),
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
    Ok(Body::from("La tarea se borró\n"))
}

fn moved(start_response: StartResponse) -> Result<Body> {
    let headers = [TEXT, ("Location", "/"), ("Connection", "close")];
    start_response("301 Moved Permanently", &headers)?;
    Ok(Body::from("Las tareas están en la portada\n"))
}

fn not_found(start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[TEXT])?;
    // Pensándolo bien, aquí no hay nada.
    start_response("404 Not Found", &[TEXT])?;
    Ok(Body::from("Aquí no hay ninguna tarea\n"))
}
