//! cargo build --release --example cap14_cgi
use pasarela::handlers::cgi;
use pasarela::{Body, Environ, Result, StartResponse};

fn application(
    environ: &mut Environ,
    start_response: StartResponse,
) -> Result<Body> {
    let headers = [("Content-type", "text/plain; charset=utf-8")];
    let (method, path) = (environ.method(), environ.path_info());
    let text =
        format!("{method} {path}, en el proceso {}\n", std::process::id());

    start_response("200 OK", &headers)?;

    Ok(Body::from(text))
}

fn main() -> Result<()> {
    cgi::run(application)?;
    Ok(())
}
