//! cargo run --example cap07_trozos
use std::io;
use std::thread;
use std::time::Duration;

use pasarela::{Body, Environ, Result, StartResponse, make_server};

fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let headers = [("Content-type", "text/html; charset=utf-8")];

    start_response("200 OK", &headers)?;

    let clock = Clock { second: 0 };
    match environ.path_info() {
        "/averia" => Ok(Body::stream(clock.take(2).chain([breakdown()]))),
        _ => Ok(Body::stream(clock)),
    }
}

struct Clock {
    second: u32,
}

impl Iterator for Clock {
    type Item = io::Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.second == 5 {
            return None;
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

fn breakdown() -> io::Result<String> {
    Err(io::Error::other("se acabó la cuerda"))
}

fn main() -> Result<()> {
    let server = make_server("localhost", 8000, application)?;
    server.serve_forever()?;
    Ok(())
}
