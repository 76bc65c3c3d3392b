use pasarela::{Body, Environ, Result, StartResponse, make_server};

fn main() -> Result<()> {
    let application = |_environ: &mut Environ, start_response: StartResponse| {
        start_response("200 OK", &[("Content-type", "text/plain")])?;
        Ok(Body::from("Hola"))
    };
    make_server("localhost", 8000, application)?.serve_forever()?;
    Ok(())
}
