//! `may_minihttp`, con un hilo que ejecuta corrutinas por cada núcleo.
//!
//! `peer-may PUERTO`
use may_minihttp::{HttpServer, HttpService, Request, Response};
use std::io::{self, Read};

const TEXT: &str = include_str!("../../../texto.txt");
const HTML: &str = include_str!("../../../pagina.html");

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
            "/subir" => {
                let mut c = req.body();
                let mut b = [0u8; 65536];
                let mut n = 0usize;
                loop {
                    match c.read(&mut b)? {
                        0 => break,
                        k => n += k,
                    }
                }
                res.header("Content-Type: text/plain; charset=utf-8");
                res.body_vec(n.to_string().into_bytes());
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
