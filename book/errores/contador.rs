use pasarela::{Body, Environ, Result, StartResponse, make_server};

fn main() -> Result<()> {
    let mut visits = 0;
    let application = move |_environ: &mut Environ, start_response: StartResponse| {
        visits += 1;
        start_response("200 OK", &[("Content-type", "text/plain")])?;
        Ok(Body::from(format!("Visita {visits}")))
    };
    make_server("localhost", 8000, application)?.serve_forever()?;
    Ok(())
}
