use pasarela::{Body, Environ, Result, StartResponse};

pub fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[("Content-type", "text/plain")])?;
    Ok(Body::stream((1..=5).map(|second| Ok(format!("Segundo {second}\n")))))
}
