//! cargo run --example cap03_environ
use pasarela::{Body, Environ, Result, StartResponse, make_server};

fn application(
    environ: &mut Environ,
    start_response: StartResponse,
) -> Result<Body> {
    let headers = [("Content-type", "text/plain; charset=utf-8")];

    let program = environ.header("User-Agent");
    let method = environ.method();
    let path = environ.path_info();
    let mut text = format!("{program} pide {path} con {method}.\n\n");

    for (name, value) in environ.iter() {
        text += &format!("{name}={value}\n");
    }

    start_response("200 OK", &headers)?;

    Ok(Body::from(text))
}

fn main() -> Result<()> {
    let server = make_server("localhost", 8000, application)?;
    server.serve_forever()?;
    Ok(())
}
