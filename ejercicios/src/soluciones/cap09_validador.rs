//! Solución del capítulo 9.

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
    // Sin `Content-Length`, lo calcula el servidor, que también cuenta los saltos de línea.
    start_response("200 OK", &[TEXT])?;
    Ok(Body::from(format!("{FIRST}\n{SECOND}\n")))
}

fn delete(start_response: StartResponse) -> Result<Body> {
    start_response("204 No Content", &[])?;
    Ok(Body::empty())
}

fn moved(start_response: StartResponse) -> Result<Body> {
    // Si la conexión sigue abierta o se cierra lo decide el servidor.
    start_response("301 Moved Permanently", &[TEXT, ("Location", "/avisos")])?;
    Ok(Body::from("Los de hoy están con los demás\n"))
}

fn not_found(start_response: StartResponse) -> Result<Body> {
    start_response("404 Not Found", &[TEXT])?;
    Ok(Body::from("Aquí no hay ningún aviso\n"))
}
