//! cargo run --example cap15_apache_nginx -- fastcgi
use pasarela::handlers::{fastcgi, mount, scgi, uwsgi};
use pasarela::util::request_uri;
use pasarela::{Body, Environ, Error, Result, StartResponse, make_server};

fn application(
    environ: &mut Environ,
    start_response: StartResponse,
) -> Result<Body> {
    let headers = [("Content-type", "text/plain; charset=utf-8")];
    let address = request_uri(environ, true);
    let server = environ.get("SERVER_SOFTWARE").unwrap_or("alguien");

    let text = format!("Pediste {address}\nMe llamó {server}\n");
    start_response("200 OK", &headers)?;

    Ok(Body::from(text))
}

fn main() -> Result<()> {
    let protocol = std::env::args().nth(1).unwrap_or("http".to_string());
    let application = mount("/", application);
    let server = match protocol.as_str() {
        "http" => make_server("localhost", 8000, application)?,
        "fastcgi" => fastcgi::make_server("localhost", 8000, application)?,
        "scgi" => scgi::make_server("localhost", 8000, application)?,
        "uwsgi" => uwsgi::make_server("localhost", 8000, application)?,
        _ => {
            return Err(Error::new(
                "elige un protocolo: http, fastcgi, scgi o uwsgi",
            ));
        }
    };
    server.serve_forever()?;
    Ok(())
}
