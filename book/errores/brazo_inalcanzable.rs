use pasarela::{Body, Environ, Result, StartResponse};

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    match (environ.method(), environ.path_info()) {
        (_, path) => not_found(start_response, path),
        ("GET" | "HEAD", "/") => home(start_response),
    }
}

fn home(start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[("Content-type", "text/plain")])?;
    Ok(Body::from("Inicio"))
}

fn not_found(start_response: StartResponse, path: &str) -> Result<Body> {
    start_response("404 Not Found", &[("Content-type", "text/plain")])?;
    Ok(Body::from(format!("No hay nada en {path}")))
}
