//! cargo run --example cap07_trozos
use std::io;
use std::thread;
use std::time::Duration;

use pasarela::{Body, Environ, Result, StartResponse, make_server};

fn application(
    environ: &mut Environ,
    start_response: StartResponse,
) -> Result<Body> {
    let breaks = environ.path_info() == "/averia";
    let headers = [("Content-type", "text/html; charset=utf-8")];

    start_response("200 OK", &headers)?;

    Ok(Body::stream(Clock { second: 0, breaks }))
}

struct Clock {
    second: u32,
    breaks: bool,
}

impl Iterator for Clock {
    type Item = io::Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.second == 5 {
            return None;
        }
        if self.breaks && self.second == 2 {
            return Some(Err(io::Error::other("se acabó la cuerda")));
        }
        thread::sleep(Duration::from_secs(1));
        self.second += 1;
        Some(Ok(format!("<p>Segundo {}</p>\n", self.second)))
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        eprintln!("El reloj se detuvo en el segundo {}.", self.second);
    }
}

fn main() -> Result<()> {
    let server = make_server("localhost", 8000, application)?;
    server.serve_forever()?;
    Ok(())
}
