//! cargo run --example cap01_texto
use pasarela::{Body, Environ, Result, StartResponse, make_server};

fn application(
    _environ: &mut Environ,
    start_response: StartResponse,
) -> Result<Body> {
    let headers = [("Content-type", "text/plain; charset=utf-8")];

    start_response("200 OK", &headers)?;

    Body::from(["Hola gente de códigofacilito"])
}

fn main() -> Result<()> {
    let server = make_server("localhost", 8000, application)?;
    server.serve_forever()?;
    Ok(())
}
