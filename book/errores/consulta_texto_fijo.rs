use pasarela::{Body, Environ, Result, StartResponse};

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let name = value(environ.query_string()).unwrap_or("gente");
    start_response("200 OK", &[("Content-type", "text/plain; charset=utf-8")])?;
    Ok(Body::from(format!("Hola, {name}")))
}

fn value(query: &str) -> Option<String> {
    let (_, value) = query.split_once('=')?;
    Some(value.to_string())
}
