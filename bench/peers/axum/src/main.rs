//! `axum`, en un tokio de varios hilos.
//!
//! `peer-axum PUERTO`
use axum::{
    Router,
    body::{Body, Bytes},
    http::header::CONTENT_TYPE,
    routing::{get, post},
    serve::ListenerExt,
};
use http_body_util::BodyExt;
use std::time::Duration;

const TEXT: &[u8] = include_bytes!("../../../texto.txt");
const HTML: &[u8] = include_bytes!("../../../pagina.html");
static LARGE: [u8; 10 << 20] = [b'x'; 10 << 20];
const PLAIN: &str = "text/plain; charset=utf-8";

#[tokio::main]
async fn main() {
    let port: u16 = std::env::args().nth(1).unwrap().parse().unwrap();
    let app = Router::new()
        .route("/", get(|| async { ([(CONTENT_TYPE, PLAIN)], TEXT) }))
        .route("/html", get(|| async { ([(CONTENT_TYPE, "text/html; charset=utf-8")], HTML) }))
        .route(
            "/lento",
            get(|| async {
                tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_millis(10)))
                    .await
                    .unwrap();
                ([(CONTENT_TYPE, PLAIN)], TEXT)
            }),
        )
        .route(
            "/grande",
            get(|| async {
                ([(CONTENT_TYPE, "application/octet-stream")], Bytes::from_static(&LARGE))
            }),
        )
        .route(
            "/subir",
            post(|mut body: Body| async move {
                let mut n = 0usize;
                while let Some(Ok(f)) = body.frame().await {
                    n += f.data_ref().map_or(0, |d| d.len());
                }
                ([(CONTENT_TYPE, PLAIN)], n.to_string())
            }),
        );
    let l = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap().tap_io(|s| {
        let _ = s.set_nodelay(true);
    });
    axum::serve(l, app).await.unwrap();
}
