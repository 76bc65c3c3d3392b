//! `astra`: hyper con hilos que se pueden detener, uno por conexión.
//!
//! `peer-astra PUERTO`
use astra::{Body, Response, ResponseBuilder, Server};
use bytes::Bytes;
use std::time::Duration;

const TEXT: &[u8] = include_bytes!("../../../texto.txt");
const HTML: &[u8] = include_bytes!("../../../pagina.html");
static LARGE: [u8; 10 << 20] = [b'x'; 10 << 20];
const PLAIN: &str = "text/plain; charset=utf-8";

fn answer(content_type: &'static str, body: Bytes) -> Response {
    // Sin decirle cuánto mide, `astra` 0.4 respondería por trozos.
    ResponseBuilder::new()
        .header("Content-Type", content_type)
        .header("Content-Length", body.len())
        .body(Body::new(body))
        .unwrap()
}

fn main() {
    let port: u16 = std::env::args().nth(1).unwrap().parse().unwrap();
    Server::bind(("127.0.0.1", port))
        // Trae 15 por núcleo: de 64 conexiones, 34 no tendrían respuesta nunca.
        .max_workers(16384)
        .http1_pipeline_flush(true)
        .serve(|mut req: astra::Request, _| match req.uri().path() {
            "/" => answer(PLAIN, Bytes::from_static(TEXT)),
            "/html" => answer("text/html; charset=utf-8", Bytes::from_static(HTML)),
            "/lento" => {
                std::thread::sleep(Duration::from_millis(10));
                answer(PLAIN, Bytes::from_static(TEXT))
            }
            "/grande" => answer("application/octet-stream", Bytes::from_static(&LARGE)),
            "/subir" => {
                let n: usize = req.body_mut().map(|c| c.map_or(0, |b| b.len())).sum();
                answer(PLAIN, Bytes::from(n.to_string()))
            }
            _ => ResponseBuilder::new().status(404).body(Body::empty()).unwrap(),
        })
        .unwrap();
}
