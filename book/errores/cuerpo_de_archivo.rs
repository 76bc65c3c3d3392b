use std::fs::File;

use pasarela::{Body, Environ, Result, StartResponse};

pub fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let file = File::open("poema.txt")?;
    start_response("200 OK", &[("Content-type", "text/plain; charset=utf-8")])?;
    Ok(Body::from(file))
}
