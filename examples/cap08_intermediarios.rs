//! cargo run --example cap08_intermediarios
use pasarela::{
    Application, Body, Environ, Result, StartResponse, make_server,
};

const TEXT: (&str, &str) = ("Content-type", "text/plain; charset=utf-8");
const KEY: &str = "sesamo";

fn application(
    environ: &mut Environ,
    start_response: StartResponse,
) -> Result<Body> {
    let name = environ.get("REMOTE_USER").unwrap_or("gente");
    let greeting =
        format!("Hola, {name}. Estás en {}\n", environ.path_info());

    start_response("200 OK", &[TEXT])?;

    Ok(Body::from(greeting))
}

fn guarded(inner: impl Application) -> impl Application {
    move |environ: &mut Environ, start_response: StartResponse| {
        if environ.header("x-clave") == Some(KEY) {
            environ.insert("REMOTE_USER", "Ada");
        } else if environ.path_info().starts_with("/privado") {
            start_response("403 Forbidden", &[TEXT])?;
            return Ok(Body::from("Falta la clave.\n"));
        }
        inner.call(environ, start_response)
    }
}

fn logged(inner: impl Application) -> impl Application {
    move |environ: &mut Environ, start_response: StartResponse| {
        let asked = format!("{} {}", environ.method(), environ.path_info());
        let mut own = |status: &str, headers: &[(&str, &str)]| {
            eprintln!("{asked:?}: {status}");
            start_response(status, headers)
        };
        inner.call(environ, &mut own)
    }
}

fn nosniff(inner: impl Application) -> impl Application {
    move |environ: &mut Environ, start_response: StartResponse| {
        inner.call(environ, &mut |status, headers| {
            let mut headers = headers.to_vec();
            headers.push(("X-Content-Type-Options", "nosniff"));
            start_response(status, &headers)
        })
    }
}

fn main() -> Result<()> {
    let application = logged(nosniff(guarded(application)));
    let server = make_server("localhost", 8000, application)?;
    server.serve_forever()?;
    Ok(())
}
