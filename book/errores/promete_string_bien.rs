use pasarela::{Body, Environ, Result, StartResponse, make_server};

fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[("Content-type", "text/plain")])?;
    Ok(Body::from(String::from("Hola")))
}

fn main() -> Result<()> {
    make_server("localhost", 8000, application)?.serve_forever()?;
    Ok(())
}
