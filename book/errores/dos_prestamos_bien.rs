use pasarela::{Body, Environ, Result, StartResponse};
use std::io::Read;

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let path = environ.path_info().to_owned();
    let mut text = String::new();
    environ.input().read_to_string(&mut text)?;
    start_response("200 OK", &[("Content-type", "text/plain")])?;
    Ok(Body::from(format!("{path}: {text}")))
}
