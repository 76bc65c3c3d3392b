//! `tiny_http`, con cuatro hilos que llaman a `recv`.
//!
//! `peer-tinyhttp PUERTO`
use std::sync::Arc;
use std::time::Duration;
use tiny_http::{Header, Response, Server, StatusCode};

const TEXT: &[u8] = include_bytes!("../../../texto.txt");
const HTML: &[u8] = include_bytes!("../../../pagina.html");
static LARGE: [u8; 10 << 20] = [b'x'; 10 << 20];

fn main() {
    let port: u16 = std::env::args().nth(1).unwrap().parse().unwrap();
    let s = Arc::new(Server::http(("127.0.0.1", port)).unwrap());
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let s = s.clone();
            std::thread::spawn(move || {
                let txt = Header::from_bytes("Content-Type", "text/plain; charset=utf-8").unwrap();
                let htm = Header::from_bytes("Content-Type", "text/html; charset=utf-8").unwrap();
                let bin = Header::from_bytes("Content-Type", "application/octet-stream").unwrap();
                let with_type = |body: &'static [u8], content_type: &Header| {
                    Response::new(
                        StatusCode(200),
                        vec![content_type.clone()],
                        body,
                        Some(body.len()),
                        None,
                    )
                };
                while let Ok(mut r) = s.recv() {
                    let _ = match r.url() {
                        "/" => r.respond(with_type(TEXT, &txt)),
                        "/html" => r.respond(with_type(HTML, &htm)),
                        "/lento" => {
                            std::thread::sleep(Duration::from_millis(10));
                            r.respond(with_type(TEXT, &txt))
                        }
                        // Más allá de 32 KiB `tiny_http` envía por trozos, aunque sepa cuánto mide.
                        "/grande" => {
                            r.respond(with_type(&LARGE, &bin).with_chunked_threshold(usize::MAX))
                        }
                        "/subir" => {
                            let n = std::io::copy(r.as_reader(), &mut std::io::sink()).unwrap_or(0);
                            r.respond(Response::from_string(n.to_string()).with_header(txt.clone()))
                        }
                        _ => r.respond(Response::empty(404)),
                    };
                }
            })
        })
        .collect();
    for h in threads {
        h.join().unwrap();
    }
}
