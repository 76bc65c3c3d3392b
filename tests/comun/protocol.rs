//! Las respuestas que se esperan, byte a byte, y las aplicaciones que las dan.

use std::io::{self, Read};

use pasarela::{Body, Environ, ErrorStream, Result, StartResponse};

use super::client::DATE;

/// Responde el método, la ruta y el cuerpo que recibió.
pub fn echo(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    environ.set_errors(ErrorStream::writer(io::sink()));
    let mut content = String::new();
    environ.input().read_to_string(&mut content)?;
    start_response("200 OK", &[])?;
    Ok(Body::from(format!("{} {} [{content}]", environ.method(), environ.path_info())))
}

/// Responde cuántos bytes recibió.
pub fn measure(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    environ.set_errors(ErrorStream::writer(io::sink()));
    let length = io::copy(environ.input(), &mut io::sink())?;
    start_response("200 OK", &[])?;
    Ok(Body::from(length.to_string()))
}

/// Responde sin mirar la petición.
pub fn ignore(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[])?;
    Ok(Body::from("hecho"))
}

/// Una respuesta 200 que deja la conexión abierta.
pub fn ok(body: &str) -> String {
    response("200 OK", &format!("Content-Length: {}\r\n", body.len()), body)
}

/// Una respuesta 200 que cierra.
pub fn last_ok(body: &str) -> String {
    let fields = format!("Content-Length: {}\r\nConnection: close\r\n", body.len());
    response("200 OK", &fields, body)
}

pub fn response(status: &str, fields: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nDate: {DATE}\r\nServer: pasarela/0.1\r\n{fields}\r\n{body}")
}

/// El estado de cada respuesta que hay en `text`.
pub fn statuses(text: &str) -> Vec<&str> {
    text.split("HTTP/1.1 ").skip(1).filter_map(|rest| rest.lines().next()).collect()
}

/// Una petición con esos campos y un cuerpo con su longitud.
pub fn post(path: &str, fields: &str, body: &str) -> String {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nHost: x\r\n{fields}Content-Length: {length}\r\n\r\n{body}")
}

/// Una petición con un cuerpo por trozos, que se escriben como llegan.
pub fn post_chunked(path: &str, chunks: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}")
}

pub fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")
}
