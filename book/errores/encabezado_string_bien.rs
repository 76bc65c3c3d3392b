use pasarela::{Body, Environ, Result, StartResponse};

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let name = format!("usuario-{}", environ.query_string());
    start_response("200 OK", &[("Content-type", "text/plain"), ("X-Nombre", &name)])?;
    Ok(Body::from("Hola"))
}
