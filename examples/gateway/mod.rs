//! Entre los bytes de una conexión y la aplicación, para los capítulos 11 a
//! 13. No lee el cuerpo de la petición, ni decodifica la ruta.
use std::io::{self, Write};

use pasarela::{Application, Environ, Result};

const MAX_HEAD: usize = 8 * 1024;
const END: &[u8] = b"\r\n\r\n";

/// Saca de lo recibido la primera petición, si ya está entera. Si no se va a
/// atender, el error es el estado con que se responde.
pub fn take(
    received: &mut Vec<u8>,
) -> Result<Option<Environ>, &'static str> {
    let Some(end) = received.windows(4).position(|four| four == END) else {
        let is_too_long = received.len() > MAX_HEAD;
        let refusal = Err("431 Request Header Fields Too Large");
        return if is_too_long { refusal } else { Ok(None) };
    };
    let head: Vec<u8> = received.drain(..end + END.len()).collect();
    parse(&head[..end]).map(Some).ok_or("400 Bad Request")
}

fn parse(head: &[u8]) -> Option<Environ> {
    let mut lines = str::from_utf8(head).ok()?.split("\r\n");
    let words: Vec<&str> = lines.next()?.split(' ').collect();
    let [method, target, version] = words[..] else { return None };
    if !["HTTP/1.0", "HTTP/1.1"].contains(&version) {
        return None;
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut environ = Environ::from([
        ("REQUEST_METHOD", method),
        ("PATH_INFO", path),
        ("QUERY_STRING", query),
        ("SERVER_PROTOCOL", version),
    ]);
    for line in lines {
        let (name, value) = line.split_once(':')?;
        let name = name.replace('-', "_").to_uppercase();
        environ.insert(format!("HTTP_{name}"), value.trim());
    }
    Some(environ)
}

/// Llama a la aplicación y envía su respuesta; dice si queda la conexión.
/// Se queda si así se pide y si el cliente sabe dónde termina el cuerpo.
pub fn respond(
    application: &impl Application,
    environ: &mut Environ,
    stays: bool,
    out: &mut impl Write,
) -> Result<bool> {
    let mut head = String::new();
    let mut body = application.call(environ, &mut |status, headers| {
        head = format!("HTTP/1.1 {status}\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        Ok(())
    })?;
    let length = body.content_length();
    if let Some(length) = length {
        head += &format!("Content-Length: {length}\r\n");
    }
    let stays = stays && length.is_some();
    let last = if stays { "" } else { "Connection: close\r\n" };
    out.write_all(format!("{head}{last}\r\n").as_bytes())?;
    if environ.method() != "HEAD" {
        body.try_for_each(|chunk| out.write_all(chunk?.as_bytes()))?;
    }
    Ok(stays)
}

pub fn refuse(status: &str, out: &mut impl Write) -> io::Result<()> {
    let head = "Content-Length: 0\r\nConnection: close";
    out.write_all(format!("HTTP/1.1 {status}\r\n{head}\r\n\r\n").as_bytes())
}
