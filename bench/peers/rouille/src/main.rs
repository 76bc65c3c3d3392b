//! `rouille`, con los hilos que trae: 8 por núcleo.
//!
//! `peer-rouille PUERTO`
use rouille::Response;
use std::time::Duration;

const TEXT: &str = include_str!("../../../texto.txt");
const HTML: &str = include_str!("../../../pagina.html");
static LARGE: [u8; 10 << 20] = [b'x'; 10 << 20];

fn main() {
    let port: u16 = std::env::args().nth(1).unwrap().parse().unwrap();
    rouille::start_server_with_pool(("127.0.0.1", port), None, |r| match r.url().as_str() {
        "/" => Response::text(TEXT),
        "/html" => Response::html(HTML),
        "/lento" => {
            std::thread::sleep(Duration::from_millis(10));
            Response::text(TEXT)
        }
        "/grande" => Response {
            status_code: 200,
            headers: vec![("Content-Type".into(), "application/octet-stream".into())],
            data: rouille::ResponseBody::from_reader_and_size(&LARGE[..], LARGE.len()),
            upgrade: None,
        },
        "/subir" => {
            let n = r
                .data()
                .map_or(0, |mut d| std::io::copy(&mut d, &mut std::io::sink()).unwrap_or(0));
            Response::text(n.to_string())
        }
        _ => Response::empty_404(),
    })
}
