//! `hyper` 1, de dos maneras.
//!
//! - `peer-hyper PUERTO mt`: un tokio de varios hilos, como se usa casi siempre;
//! - `peer-hyper PUERTO ct`: un tokio de un hilo por núcleo, con SO_REUSEPORT.
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;

const TEXT: &[u8] = include_bytes!("../../../texto.txt");
const HTML: &[u8] = include_bytes!("../../../pagina.html");
static LARGE: [u8; 10 << 20] = [b'x'; 10 << 20];

fn answer(content_type: &'static str, body: Bytes) -> Response<Full<Bytes>> {
    let mut r = Response::new(Full::new(body));
    r.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    r
}

async fn serve_one(req: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    const PLAIN: &str = "text/plain; charset=utf-8";
    Ok(match req.uri().path() {
        "/" => answer(PLAIN, Bytes::from_static(TEXT)),
        "/html" => answer("text/html; charset=utf-8", Bytes::from_static(HTML)),
        "/lento" => {
            tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_millis(10)))
                .await
                .unwrap();
            answer(PLAIN, Bytes::from_static(TEXT))
        }
        "/grande" => answer("application/octet-stream", Bytes::from_static(&LARGE)),
        "/subir" => {
            let mut body = req.into_body();
            let mut n = 0usize;
            while let Some(Ok(f)) = body.frame().await {
                n += f.data_ref().map_or(0, |d| d.len());
            }
            answer(PLAIN, Bytes::from(n.to_string()))
        }
        _ => {
            let mut r = answer(PLAIN, Bytes::new());
            *r.status_mut() = StatusCode::NOT_FOUND;
            r
        }
    })
}

async fn accept_all(l: TcpListener) {
    loop {
        let Ok((s, _)) = l.accept().await else { continue };
        let _ = s.set_nodelay(true);
        tokio::spawn(async move {
            let _ = http1::Builder::new()
                .pipeline_flush(true)
                .serve_connection(TokioIo::new(s), service_fn(serve_one))
                .await;
        });
    }
}

fn listen(port: u16) -> std::net::TcpListener {
    use socket2::{Domain, Socket, Type};
    let s = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    s.set_reuse_address(true).unwrap();
    s.set_reuse_port(true).unwrap();
    s.set_nonblocking(true).unwrap();
    s.bind(&SocketAddr::from(([127, 0, 0, 1], port)).into()).unwrap();
    s.listen(4096).unwrap();
    s.into()
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let port: u16 = args[1].parse().unwrap();
    if args.get(2).map(String::as_str) == Some("ct") {
        let n = std::thread::available_parallelism().map_or(1, |n| n.get());
        let threads: Vec<_> = (0..n)
            .map(|_| {
                std::thread::spawn(move || {
                    tokio::runtime::Builder::new_current_thread()
                        .enable_all()
                        .build()
                        .unwrap()
                        .block_on(async {
                            accept_all(TcpListener::from_std(listen(port)).unwrap()).await
                        })
                })
            })
            .collect();
        for h in threads {
            h.join().unwrap();
        }
        return;
    }
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(async { accept_all(TcpListener::from_std(listen(port)).unwrap()).await })
}
