//! cargo run --example cap16_muchas_maquinas
use std::thread;
use std::time::Duration;
use std::{env, process};

use pasarela::simple_server::{Listeners, make_server_on};
use pasarela::{Body, Config, Environ, Result, StartResponse, make_server};

const TEXT: [(&str, &str); 1] =
    [("Content-type", "text/plain; charset=utf-8")];

fn application(
    environ: &mut Environ,
    start_response: StartResponse,
) -> Result<Body> {
    match environ.path_info() {
        "/" => {}
        // Una petición que tarda: si el servidor se detiene mientras tanto, la termina.
        "/lenta" => thread::sleep(Duration::from_millis(50)),
        "/salud" => return health(start_response),
        _ => return not_found(start_response),
    }
    start_response("200 OK", &TEXT)?;
    Ok(Body::from(format!("Hola desde el proceso {}\n", process::id())))
}

/// Lo que pregunta el balanceador antes de mandarnos a nadie.
fn health(start_response: StartResponse) -> Result<Body> {
    start_response(
        "200 OK",
        &[("Content-type", "text/plain"), ("Cache-Control", "no-store")],
    )?;
    Ok(Body::from("bien\n"))
}

fn not_found(start_response: StartResponse) -> Result<Body> {
    start_response("404 Not Found", &TEXT)?;
    Ok(Body::from("No hay nada en esa dirección\n"))
}

fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let host = arguments.next().unwrap_or("localhost".into());
    let port = arguments.next().map_or(Ok(8000), |port| port.parse())?;
    let server = match Listeners::from_env()? {
        Some(listeners) => {
            make_server_on(listeners, application, Config::default())?
        }
        None => make_server(&host, port, application)?,
    };
    server.serve_forever()?;
    Ok(())
}
