use pasarela::{Body, Result, make_server};

fn main() -> Result<()> {
    let application = |_environ, start_response| {
        start_response("200 OK", &[("Content-type", "text/plain")])?;
        Ok(Body::from("Hola"))
    };
    make_server("localhost", 8000, application)?.serve_forever()?;
    Ok(())
}
