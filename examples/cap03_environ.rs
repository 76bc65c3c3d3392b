//! cargo run --example cap03_environ
use pasarela::{Body, Environ, Result, StartResponse, make_server};

fn application(
    environ: &mut Environ,
    start_response: StartResponse,
) -> Result<Body> {
    let headers = [("Content-type", "text/plain; charset=utf-8")];
    let text = format!("{}\n{}", summary(environ), variables(environ));

    start_response("200 OK", &headers)?;

    Ok(Body::from(text))
}

fn summary(environ: &Environ) -> String {
    let method = environ.method();
    let path = environ.path_info();
    let program = match environ.header("User-Agent") {
        Some(name) => format!("Tu programa es {name}."),
        None => String::from("Tu programa no se presenta."),
    };
    let language =
        environ.header("Accept-Language").unwrap_or("cualquiera");

    format!("Pides {path} con {method}.\n{program}\nIdioma: {language}.\n")
}

fn variables(environ: &Environ) -> String {
    let mut text = String::new();
    for (name, value) in environ.iter() {
        text += &format!("{name}={value}\n");
    }
    text
}

fn main() -> Result<()> {
    let server = make_server("localhost", 8000, application)?;
    server.serve_forever()?;
    Ok(())
}
