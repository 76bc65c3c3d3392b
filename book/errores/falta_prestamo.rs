use pasarela::{Body, Environ, Result, StartResponse};

pub fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let headers = [("Content-type", "text/plain")];
    start_response("200 OK", headers)?;
    Ok(Body::from("Hola"))
}
