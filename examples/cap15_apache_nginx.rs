//! cargo run --example cap15_apache_nginx -- fastcgi
use pasarela::handlers::mount;
use pasarela::simple_server::make_server_with;
use pasarela::util::request_uri;
use pasarela::{
    Body, Config, Environ, Error, Protocol, Result, StartResponse,
};

fn application(
    environ: &mut Environ,
    start_response: StartResponse,
) -> Result<Body> {
    let headers = [("Content-type", "text/plain; charset=utf-8")];
    let address = request_uri(environ, true);
    let who = environ.get("REMOTE_ADDR").unwrap_or("alguien");
    let server = environ.get("SERVER_SOFTWARE").unwrap_or("alguien");

    let text = format!("Pediste {address}\nMe llamó {server}, por {who}\n");
    start_response("200 OK", &headers)?;

    Ok(Body::from(text))
}

fn protocol() -> Result<Protocol> {
    match std::env::args().nth(1).as_deref() {
        None | Some("http") => Ok(Protocol::Http),
        Some("fastcgi") => Ok(Protocol::FastCgi),
        Some("scgi") => Ok(Protocol::Scgi),
        Some("uwsgi") => Ok(Protocol::Uwsgi),
        Some(_) => Err(Error::new(
            "elige un protocolo: http, fastcgi, scgi o uwsgi",
        )),
    }
}

fn main() -> Result<()> {
    let config = Config {
        protocol: protocol()?,
        trusted_proxies: vec!["127.0.0.1".parse()?],
        ..Config::default()
    };
    let application = mount("/", application);
    let server = make_server_with("localhost", 8000, application, config)?;
    server.serve_forever()?;
    Ok(())
}
