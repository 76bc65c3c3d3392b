use pasarela::{Body, Environ, Result, StartResponse};

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let program = environ.header("User-Agent").unwrap_or("quien seas");
    start_response("200 OK", &[("Content-type", "text/plain")])?;
    Ok(Body::from(format!("Hola, {program}")))
}
