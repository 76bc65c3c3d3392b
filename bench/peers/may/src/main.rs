//! `may_minihttp`, con un hilo que ejecuta corrutinas por cada núcleo.
//!
//! `peer-may PUERTO`
use may_minihttp::{HttpServer, HttpService, Request, Response};
use std::io::{self, Read};
use std::sync::LazyLock;

const TEXT: &str = include_str!("../../../texto.txt");
const HTML: &str = include_str!("../../../pagina.html");
static LARGE: LazyLock<&'static str> = LazyLock::new(|| "x".repeat(10 << 20).leak());

#[derive(Clone)]
struct Service;

impl HttpService for Service {
    fn call(&mut self, req: Request, res: &mut Response) -> io::Result<()> {
        match req.path() {
            "/" => {
                res.header("Content-Type: text/plain; charset=utf-8").body(TEXT);
            }
            "/html" => {
                res.header("Content-Type: text/html; charset=utf-8").body(HTML);
            }
            "/grande" => {
                res.header("Content-Type: application/octet-stream").body(&LARGE);
            }
            "/subir" => {
                let mut body = req.body();
                let mut buffer = [0u8; 65536];
                let mut length = 0usize;
                loop {
                    match body.read(&mut buffer)? {
                        0 => break,
                        more => length += more,
                    }
                }
                res.header("Content-Type: text/plain; charset=utf-8");
                res.body_vec(length.to_string().into_bytes());
            }
            _ => {
                res.status_code(404, "Not Found");
            }
        }
        Ok(())
    }
}

fn main() {
    let port: u16 = std::env::args().nth(1).unwrap().parse().unwrap();
    let n = std::thread::available_parallelism().map_or(1, |n| n.get());
    may::config().set_workers(n).set_stack_size(0x8000);
    HttpServer(Service).start(("127.0.0.1", port)).unwrap().join().unwrap();
}
