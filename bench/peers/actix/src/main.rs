//! `actix-web`, con un hilo por núcleo.
//!
//! `peer-actix PUERTO`
use actix_web::{App, HttpResponse, HttpServer, http::header::CONTENT_TYPE, web};
use bytes::Bytes;
use futures_util::StreamExt;
use std::time::Duration;

const TEXT: &[u8] = include_bytes!("../../../texto.txt");
const HTML: &[u8] = include_bytes!("../../../pagina.html");
static LARGE: [u8; 10 << 20] = [b'x'; 10 << 20];
const PLAIN: &str = "text/plain; charset=utf-8";

async fn text() -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, PLAIN)).body(Bytes::from_static(TEXT))
}
async fn html() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .body(Bytes::from_static(HTML))
}
async fn slow() -> HttpResponse {
    web::block(|| std::thread::sleep(Duration::from_millis(10))).await.unwrap();
    text().await
}
async fn large() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/octet-stream"))
        .body(Bytes::from_static(&LARGE))
}
async fn upload(mut p: web::Payload) -> HttpResponse {
    let mut n = 0usize;
    while let Some(Ok(b)) = p.next().await {
        n += b.len();
    }
    HttpResponse::Ok().insert_header((CONTENT_TYPE, PLAIN)).body(n.to_string())
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let port: u16 = std::env::args().nth(1).unwrap().parse().unwrap();
    let n = std::thread::available_parallelism().map_or(1, |n| n.get());
    HttpServer::new(|| {
        App::new()
            .route("/", web::get().to(text))
            .route("/html", web::get().to(html))
            .route("/lento", web::get().to(slow))
            .route("/grande", web::get().to(large))
            .route("/subir", web::post().to(upload))
    })
    .workers(n)
    .backlog(4096)
    .bind(("127.0.0.1", port))?
    .run()
    .await
}
