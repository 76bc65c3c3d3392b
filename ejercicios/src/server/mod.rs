//! Un servidor pequeño al que le falta una pieza: la que escribes en los capítulos 11 a 13.
//!
//! Atiende cada conexión en su hilo, y a cualquier petición responde [`PAGE`]. No lee el cuerpo de ninguna:
//! a quien mande uno le responde y cierra.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

/// Lo que responde a todo.
pub const PAGE: &str = "Café Ada\n";

/// Lo más larga que puede ser una cabeza, en bytes.
const MAX_HEAD: usize = 16 * 1024;

/// Lo que hay que saber de una petición para responderla.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// Si es un HEAD, que no lleva cuerpo en la respuesta.
    pub is_head: bool,
    /// Si después de responderla hay que cerrar.
    pub closes: bool,
}

/// Escucha en un puerto libre, y atiende con `serve` cada conexión que llegue. Dice dónde.
pub fn listen(
    serve: impl Fn(TcpStream) -> io::Result<()> + Clone + Send + 'static,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            // Lo que le pase a una conexión no es asunto de las demás.
            thread::spawn(move || serve(stream));
        }
    });
    Ok(address)
}

/// Saca de lo recibido la primera cabeza, sin su línea vacía, si ya está entera. Si es demasiado larga, el
/// error es el estado con que se responde.
pub fn take(received: &mut Vec<u8>) -> Result<Option<String>, &'static str> {
    match received.windows(4).position(|four| four == b"\r\n\r\n") {
        Some(end) if end <= MAX_HEAD => {
            let head: Vec<u8> = received.drain(..end + 4).collect();
            Ok(Some(String::from_utf8_lossy(&head[..end]).into_owned()))
        }
        None if received.len() <= MAX_HEAD => Ok(None),
        // Sin una sola línea entera, lo que no termina es la dirección.
        _ if !received.contains(&b'\n') => Err("414 URI Too Long"),
        _ => Err("431 Request Header Fields Too Large"),
    }
}

/// Lo que dice una cabeza, bien o mal escrita.
#[must_use]
pub fn understand(head: &str) -> Request {
    let text = head.to_lowercase();
    let (line, fields) = text.split_once("\r\n").unwrap_or((&text, ""));
    let has = |field: &str| fields.split("\r\n").any(|line| line.starts_with(field));
    Request {
        is_head: line.starts_with("head "),
        closes: !line.ends_with(" http/1.1")
            || has("connection: close")
            || has("content-length:")
            || has("transfer-encoding:"),
    }
}

/// Responde una petición.
pub fn answer(request: Request, out: &mut impl Write) -> io::Result<()> {
    let length = PAGE.len();
    let close = if request.closes { "Connection: close\r\n" } else { "" };
    let page = if request.is_head { "" } else { PAGE };
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n{close}\r\n");
    out.write_all((head + page).as_bytes())
}

/// Responde ese estado, sin cuerpo.
pub fn refuse(status: &str, out: &mut impl Write) -> io::Result<()> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    out.write_all(head.as_bytes())
}

/// Una sola petición, si `is_valid` dice que está bien escrita; si no, un 400. No cierra.
pub fn serve_one(stream: &mut TcpStream, is_valid: impl Fn(&str) -> bool) -> io::Result<()> {
    let mut received = Vec::new();
    let mut bytes = [0; 4096];
    loop {
        match take(&mut received) {
            Err(status) => return refuse(status, stream),
            Ok(Some(head)) if !is_valid(&head) => return refuse("400 Bad Request", stream),
            Ok(Some(head)) => return answer(Request { closes: true, ..understand(&head) }, stream),
            Ok(None) => match stream.read(&mut bytes)? {
                0 => return Ok(()),
                count => received.extend_from_slice(&bytes[..count]),
            },
        }
    }
}
