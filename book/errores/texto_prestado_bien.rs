use pasarela::{Body, Environ, Result, StartResponse};

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[("Content-type", "text/plain")])?;
    Ok(Body::from(environ.path_info().to_owned()))
}
