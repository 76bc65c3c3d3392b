//! Los cuerpos de quien escribe intermediarios: mirados y medidos.

use pasarela::testing::{self, Response};
use pasarela::{Body, Chunk, Environ, Result, StartResponse};
use pretty_assertions::assert_eq;

fn countdown() -> Body {
    Body::stream((1..=3).rev().map(|n| Ok(Chunk::from(n.to_string()))))
}

/// Lo que recibe el cliente si se promete que el cuerpo mide `length`.
fn see(length: u64, wrap: fn(Body) -> Body) -> (Response, String) {
    let application = move |_: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
        start("200 OK", &[])?;
        Ok(wrap(countdown().with_length(length)))
    };
    let response = testing::get("/").call(&application);
    let received = String::from_utf8_lossy(response.received()).into_owned();
    let (_, head_and_body) = received.split_once("Server:").expect("hay cabeza");
    let (_, rest) = head_and_body.split_once("\r\n").expect("termina la línea");
    let rest = rest.to_owned();
    (response, rest)
}

#[test]
fn la_longitud_prometida_se_anuncia() {
    let (response, rest) = see(3, |body| body);
    assert_eq!(rest, "Content-Length: 3\r\n\r\n321");
    assert!(response.is_complete() && response.errors().is_empty());
}

#[test]
fn la_que_no_se_cumple_se_nota() {
    let (short, rest) = see(4, |body| body);
    assert_eq!((rest.as_str(), short.is_complete()), ("Content-Length: 4\r\n\r\n321", false));
    let reason = "el cuerpo de la respuesta dio un error: se acabó 1 bytes antes de lo que se dijo";
    assert_eq!(short.errors(), format!("pasarela: \"GET /\": {reason}\n"));

    let (long, rest) = see(2, |body| body);
    assert_eq!((rest.as_str(), long.is_complete()), ("Content-Length: 2\r\n\r\n32", true));
}

#[test]
fn tambien_si_otro_le_quita_la_longitud() {
    let (short, rest) = see(4, Body::stream);
    let chunks = "Transfer-Encoding: chunked\r\n\r\n1\r\n3\r\n1\r\n2\r\n1\r\n1\r\n";
    assert_eq!((rest.as_str(), short.is_complete()), (chunks, false));
}

#[test]
fn lo_que_ya_mide_eso_queda_como_esta() {
    let body = Body::from(["a", "b"]).with_length(2);
    assert_eq!((body.content_length(), format!("{body:?}")), (Some(2), "Body(2 bytes)".to_owned()));
    let mut longer = Body::from("ab").with_length(3);
    assert_eq!(longer.next().transpose().expect("legible"), Some("ab".into()));
    assert_eq!(longer.content_length(), Some(1));
}
