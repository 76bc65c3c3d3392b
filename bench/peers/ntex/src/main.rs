//! `ntex`, con un hilo por núcleo.
//!
//! `peer-ntex PUERTO`
use ntex::SharedCfg;
use ntex::http::header::CONTENT_TYPE;
use ntex::util::{Bytes, stream_recv};
use ntex::web::{self, App, HttpResponse, HttpServer};
use std::time::Duration;

const TEXT: &[u8] = include_bytes!("../../../texto.txt");
const HTML: &[u8] = include_bytes!("../../../pagina.html");
static LARGE: [u8; 10 << 20] = [b'x'; 10 << 20];
const PLAIN: &str = "text/plain; charset=utf-8";

async fn text() -> HttpResponse {
    HttpResponse::Ok().header(CONTENT_TYPE, PLAIN).body(Bytes::from_static(TEXT))
}
async fn html() -> HttpResponse {
    HttpResponse::Ok()
        .header(CONTENT_TYPE, "text/html; charset=utf-8")
        .body(Bytes::from_static(HTML))
}
async fn slow() -> HttpResponse {
    let _ = ntex::rt::spawn_blocking(|| std::thread::sleep(Duration::from_millis(10))).await;
    text().await
}
async fn large() -> HttpResponse {
    HttpResponse::Ok()
        .header(CONTENT_TYPE, "application/octet-stream")
        .body(Bytes::from_static(&LARGE))
}
async fn upload(mut p: web::types::Payload) -> HttpResponse {
    let mut n = 0usize;
    while let Some(Ok(b)) = stream_recv(&mut p).await {
        n += b.len();
    }
    HttpResponse::Ok().header(CONTENT_TYPE, PLAIN).body(n.to_string())
}

#[ntex::main]
async fn main() -> std::io::Result<()> {
    let port: u16 = std::env::args().nth(1).unwrap().parse().unwrap();
    let n = std::thread::available_parallelism().map_or(1, |n| n.get());
    HttpServer::new(async |_| {
        App::new()
            .route("/", web::get().to(text))
            .route("/html", web::get().to(html))
            .route("/lento", web::get().to(slow))
            .route("/grande", web::get().to(large))
            .route("/subir", web::post().to(upload))
    })
    .backlog(4096)
    .bind(("127.0.0.1", port), SharedCfg::new("PEER"))?
    .workers(n)
    .run()
    .await
}
