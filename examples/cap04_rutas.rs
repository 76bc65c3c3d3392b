//! cargo run --example cap04_rutas
use pasarela::{Body, Environ, Result, StartResponse, make_server};

const TEXT: (&str, &str) = ("Content-type", "text/plain; charset=utf-8");
const JSON: (&str, &str) = ("Content-type", "application/json");

fn application(
    environ: &mut Environ,
    start_response: StartResponse,
) -> Result<Body> {
    match (environ.method(), environ.path_info()) {
        ("GET" | "HEAD", "/") => home(start_response),
        ("GET" | "HEAD", "/menu") => menu(start_response),
        ("GET" | "HEAD", "/carta") => moved(start_response, "/menu"),
        (_, "/" | "/menu" | "/carta") => not_allowed(start_response),
        (method, path) => match (method, table_number(path)) {
            ("GET" | "HEAD", Some(number)) => table(start_response, number),
            (_, Some(_)) => not_allowed(start_response),
            (_, None) => not_found(start_response, path),
        },
    }
}

fn table_number(path: &str) -> Option<u8> {
    match path.strip_prefix("/mesas/")?.parse() {
        Ok(number @ 1..=12) => Some(number),
        _ => None,
    }
}

fn table(start_response: StartResponse, number: u8) -> Result<Body> {
    start_response("200 OK", &[JSON])?;
    Ok(Body::from(format!("{{\"mesa\": {number}, \"libre\": true}}\n")))
}

fn home(start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[TEXT])?;
    Ok(Body::from("Café Ada. Lo que hay para hoy está en /menu\n"))
}

fn menu(start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[TEXT])?;
    Ok(Body::from("Café de olla, pan dulce y fruta\n"))
}

fn moved(start_response: StartResponse, place: &str) -> Result<Body> {
    start_response("301 Moved Permanently", &[TEXT, ("Location", place)])?;
    Ok(Body::from(format!("Ahora está en {place}\n")))
}

fn not_allowed(start_response: StartResponse) -> Result<Body> {
    start_response(
        "405 Method Not Allowed",
        &[TEXT, ("Allow", "GET, HEAD")],
    )?;
    Ok(Body::from("Aquí solo se puede leer\n"))
}

fn not_found(start_response: StartResponse, path: &str) -> Result<Body> {
    start_response("404 Not Found", &[TEXT])?;
    Ok(Body::from(format!("No hay nada en {path}\n")))
}

fn main() -> Result<()> {
    let server = make_server("localhost", 8000, application)?;
    server.serve_forever()?;
    Ok(())
}
