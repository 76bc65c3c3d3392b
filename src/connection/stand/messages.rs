//! Lo que se dice en el banco: peticiones en cada protocolo, y las respuestas que se esperan.

use crate::connection::Protocol;

const DATE: &str = "Tue, 24 Nov 2026 08:40:00 GMT";

pub(crate) fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")
}

/// Una petición con esos campos y un cuerpo de esa longitud, que todavía no se envía.
pub(crate) fn post(fields: &str, length: usize) -> String {
    format!("POST / HTTP/1.1\r\nHost: x\r\n{fields}Content-Length: {length}\r\n\r\n")
}

/// Una respuesta 200 que deja la conexión abierta.
pub(crate) fn ok(body: &str) -> String {
    response("200 OK", &format!("Content-Length: {}\r\n", body.len()), body)
}

/// Una respuesta 200 que cierra.
pub(crate) fn last_ok(body: &str) -> String {
    let fields = format!("Content-Length: {}\r\nConnection: close\r\n", body.len());
    response("200 OK", &fields, body)
}

pub(crate) fn response(status: &str, fields: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nDate: {DATE}\r\nServer: pasarela/0.1\r\n{fields}\r\n{body}")
}

/// Las variables de una petición que entrega un servidor web.
fn variables<'a>(method: &'a str, path: &'a str, length: &'a str) -> [(&'a str, &'a str); 9] {
    [
        ("CONTENT_LENGTH", length),
        ("SCGI", "1"),
        ("REQUEST_METHOD", method),
        ("SCRIPT_NAME", ""),
        ("PATH_INFO", path),
        ("QUERY_STRING", ""),
        ("SERVER_NAME", "ejemplo.mx"),
        ("SERVER_PORT", "80"),
        ("SERVER_PROTOCOL", "HTTP/1.1"),
    ]
}

/// Una petición sin cuerpo, en ese protocolo. En los que pueden, la conexión sigue.
pub(crate) fn request(protocol: Protocol, method: &str, path: &str) -> Vec<u8> {
    match protocol {
        Protocol::Http => format!("{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n").into_bytes(),
        Protocol::Scgi => scgi(method, path, "").into_bytes(),
        Protocol::Uwsgi => uwsgi(method, path, ""),
        Protocol::FastCgi => fastcgi(method, path, ""),
    }
}

pub(crate) fn scgi(method: &str, path: &str, content: &str) -> String {
    let length = content.len().to_string();
    let block: String = variables(method, path, &length)
        .iter()
        .map(|(name, value)| format!("{name}\0{value}\0"))
        .collect();
    format!("{}:{block},{content}", block.len())
}

pub(crate) fn uwsgi(method: &str, path: &str, content: &str) -> Vec<u8> {
    let length = content.len().to_string();
    let block: Vec<u8> = variables(method, path, &length)
        .iter()
        .flat_map(|(name, value)| [name, value])
        .flat_map(|text| [&[text.len() as u8, 0], text.as_bytes()].concat())
        .collect();
    let size = u16::try_from(block.len()).expect("cabe").to_le_bytes();
    [&[0, size[0], size[1], 0], &block[..], content.as_bytes()].concat()
}

/// Clases de registros de FastCGI.
pub(crate) const BEGIN: u8 = 1;
pub(crate) const ABORT: u8 = 2;
pub(crate) const END: u8 = 3;
pub(crate) const PARAMS: u8 = 4;
pub(crate) const STDIN: u8 = 5;
pub(crate) const STDOUT: u8 = 6;
pub(crate) const STDERR: u8 = 7;

/// Un registro de la petición 1.
pub(crate) fn record(kind: u8, content: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(content.len()).expect("cabe").to_be_bytes();
    [&[1, kind, 0, 1, high, low, 0, 0], content].concat()
}

/// Una petición que deja la conexión abierta, hasta el comienzo de su cuerpo.
pub(crate) fn fastcgi_head(method: &str, path: &str, length: &str) -> Vec<u8> {
    let pairs: Vec<u8> = variables(method, path, length)
        .iter()
        .flat_map(|(name, value)| {
            [&[name.len() as u8, value.len() as u8], name.as_bytes(), value.as_bytes()].concat()
        })
        .collect();
    let begin = record(BEGIN, &[0, 1, 1, 0, 0, 0, 0, 0]);
    [begin, record(PARAMS, &pairs), record(PARAMS, b"")].concat()
}

pub(crate) fn fastcgi(method: &str, path: &str, content: &str) -> Vec<u8> {
    let length = content.len().to_string();
    let content = record(STDIN, content.as_bytes());
    let end = if length == "0" { Vec::new() } else { record(STDIN, b"") };
    [fastcgi_head(method, path, &length), content, end].concat()
}
