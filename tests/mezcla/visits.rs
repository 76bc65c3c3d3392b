//! Clientes que piden lo suyo, lo leen despacio y en piezas desiguales, y comparan cada byte.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::thread;
use std::time::Duration;

use socket2::Socket;

use crate::application::{Kind, Order};
use crate::comun::content::owners;
use crate::comun::decoders::{Chunked, Head, Stdout};
use crate::comun::records::{begin, params, scgi_block, stdin, usual, uwsgi_block};
use crate::comun::{Served, Wire};

/// Cómo habla un cliente con el servidor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speech {
    /// HTTP/1.0, una respuesta por conexión.
    Http10,
    /// HTTP/1.0 con `Connection: keep-alive`.
    Kept10,
    /// HTTP/1.1, una petición cuando llega la respuesta de la anterior.
    Http11,
    /// HTTP/1.1, todas las peticiones de una vez.
    Pipelined,
    FastCgi,
    Scgi,
    Uwsgi,
}

use Speech::{FastCgi, Http10, Http11, Kept10, Pipelined, Scgi, Uwsgi};

/// Cómo se envía el cuerpo de una petición por HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upload {
    Declared,
    Chunked,
    /// Con `Expect: 100-continue`: se envía cuando el servidor lo permite.
    Asked,
    /// También, pero se envía sin esperarlo.
    Unasked,
}

/// Lo que pasa con cada respuesta: `Ok` si llegó byte a byte.
pub type Outcomes = Vec<Result<(), String>>;

/// Pide todo lo de `orders` por una conexión. Después de una respuesta equivocada no se sabe dónde
/// empieza la siguiente: cuentan todas.
pub fn visit(served: &Served, speech: Speech, upload: Upload, orders: &[Order]) -> Outcomes {
    let socket = small_window(served.open());
    let outgoing = socket.try_clone().expect("el socket se comparte");
    let mut reader = BufReader::with_capacity(LARGEST, Sipper { socket, reads: owner(orders) });
    let batch = if speech == Pipelined { orders.len() } else { 1 };
    let mut outcomes = Vec::new();
    for orders in orders.chunks(batch.max(1)) {
        let request: Vec<u8> =
            orders.iter().flat_map(|order| request(*order, speech, upload)).collect();
        thread::scope(|scope| {
            // Una respuesta puede empezar antes de que la petición termine.
            scope.spawn(|| (&outgoing).write_all(&request));
            for order in orders {
                let outcome = receive(&mut reader, *order, speech, &|| {
                    if upload == Upload::Asked {
                        (&outgoing).write_all(&content(*order))
                    } else {
                        Ok(())
                    }
                });
                outcomes.push(outcome.map_err(|error| {
                    let rest = strangers(&mut reader, &outgoing, *order);
                    format!("{speech:?}, {order:?}: {error}; {rest}")
                }));
            }
        });
    }
    outcomes
}

/// De quiénes es lo que llega después de un byte equivocado.
fn strangers(reader: &mut impl BufRead, outgoing: &Socket, order: Order) -> String {
    // Así el servidor cierra cuando termine.
    let _ = outgoing.shutdown(Shutdown::Write);
    let mut rest = Vec::new();
    // Si se corta, basta lo que llegó.
    let _ = reader.read_to_end(&mut rest);
    let mut owners = owners(&rest);
    owners.remove(&order.content.owner);
    format!("en lo que sigue hay bytes de {} clientes más: {owners:?}", owners.len())
}

fn owner(orders: &[Order]) -> usize {
    orders.first().map_or(0, |order| order.content.owner.into())
}

/// Con poco sitio en el sistema, el servidor tiene que esperar muchas veces a este cliente.
fn small_window(wire: Wire) -> Socket {
    let socket = wire.into_socket();
    socket.set_recv_buffer_size(64 * 1024).expect("se puede");
    socket
}

/// Lo que se lee de una vez, y lo que más.
const PIECES: [usize; 8] = [20_000, 1, 4095, 20_000, LARGEST, 777, 20_000, 16_384];
const LARGEST: usize = 60_000;

/// Lee en piezas desiguales, y de vez en cuando se detiene mientras otros siguen.
struct Sipper {
    socket: Socket,
    reads: usize,
}

impl Read for Sipper {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.reads += 1;
        match self.reads {
            reads if reads % 64 == 0 => thread::sleep(Duration::from_millis(20)),
            reads if reads % 8 == 0 => thread::sleep(Duration::from_millis(1)),
            _ => {}
        }
        let length = PIECES[self.reads % PIECES.len()].min(buf.len());
        self.socket.read(&mut buf[..length])
    }
}

/// Los encabezados con que se nota si la aplicación ve una petición que no es.
fn own_headers(order: Order) -> Vec<(&'static str, String)> {
    let name = format!("{}-{}", order.content.owner, order.content.turn);
    let only = match order.content.turn % 2 {
        0 => ("Cookie", format!("sesion={name}")),
        _ => ("X-Solo", name.clone()),
    };
    vec![("X-Cliente", name), only]
}

/// Lo que la aplicación debe haber visto.
fn seen(order: Order) -> String {
    let headers = own_headers(order);
    let value = |name| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| &**value);
    let [client, cookie, only] =
        ["X-Cliente", "Cookie", "X-Solo"].map(|name| value(name).unwrap_or("-"));
    format!("{} {client} {cookie} {only} None", order.path())
}

/// Lo que se envía con la petición.
fn content(order: Order) -> Vec<u8> {
    match order.kind {
        Kind::Echo | Kind::LiveEcho => order.content.bytes(0, order.size),
        _ => Vec::new(),
    }
}

fn request(order: Order, speech: Speech, upload: Upload) -> Vec<u8> {
    match speech {
        Http10 | Kept10 | Http11 | Pipelined => http_request(order, speech, upload),
        FastCgi | Scgi | Uwsgi => cgi_request(order, speech),
    }
}

fn http_request(order: Order, speech: Speech, upload: Upload) -> Vec<u8> {
    let content = content(order);
    let version = if matches!(speech, Http10 | Kept10) { "1.0" } else { "1.1" };
    let mut head = format!("POST {} HTTP/{version}\r\nHost: x\r\n", order.path());
    if speech == Kept10 {
        head += "Connection: keep-alive\r\n";
    }
    if order.kind == Kind::Ranges {
        head = head.replace("POST", "GET");
        let range = order.ranges().map(|(from, length)| format!("{from}-{}", from + length - 1));
        head += &format!("Range: bytes={}\r\n", range.join(","));
    }
    for (name, value) in own_headers(order) {
        head += &format!("{name}: {value}\r\n");
    }
    let length = format!("Content-Length: {}\r\n", content.len());
    match upload {
        Upload::Declared => [format!("{head}{length}\r\n").into_bytes(), content].concat(),
        Upload::Asked => format!("{head}{length}{EXPECT}\r\n").into_bytes(),
        Upload::Unasked => [format!("{head}{length}{EXPECT}\r\n").into_bytes(), content].concat(),
        Upload::Chunked => {
            let head = format!("{head}Transfer-Encoding: chunked\r\n\r\n");
            [head.into_bytes(), chunks(&content)].concat()
        }
    }
}

const EXPECT: &str = "Expect: 100-continue\r\n";

/// Un cuerpo por trozos de tamaños desiguales.
fn chunks(mut content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for size in PIECES.iter().cycle() {
        let (chunk, rest) = content.split_at(content.len().min(*size));
        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(&[chunk, b"\r\n"].concat());
        if chunk.is_empty() {
            break;
        }
        content = rest;
    }
    bytes
}

fn cgi_request(order: Order, speech: Speech) -> Vec<u8> {
    let (content, path) = (content(order), order.path());
    let length = content.len().to_string();
    let headers: Vec<(String, String)> = own_headers(order)
        .into_iter()
        .map(|(name, value)| (format!("HTTP_{}", name.to_uppercase().replace('-', "_")), value))
        .collect();
    let mut variables = usual("PUT", &path, &length);
    variables.extend(headers.iter().map(|(name, value)| (&**name, &**value)));
    match speech {
        FastCgi => [begin(1, true), params(1, &variables), stdin(1, &content)].concat(),
        Scgi => [scgi_block(&variables), content].concat(),
        _ => [uwsgi_block(&variables), content].concat(),
    }
}

fn receive(
    reader: &mut impl BufRead,
    order: Order,
    speech: Speech,
    on_permission: &dyn Fn() -> io::Result<()>,
) -> Result<(), String> {
    match speech {
        FastCgi => {
            let mut output = BufReader::new(Stdout::new(reader));
            let head = Head::cgi(&mut output)?;
            check_head(&head, order)?;
            check_body(output, order)
        }
        Scgi | Uwsgi => {
            // La de uwsgi es la de HTTP.
            let head = if speech == Scgi { Head::cgi(reader)? } else { Head::http(reader)? };
            check_head(&head, order)?;
            check_body(reader, order)
        }
        Http10 | Kept10 | Http11 | Pipelined => receive_http(reader, order, on_permission),
    }
}

fn receive_http(
    reader: &mut impl BufRead,
    order: Order,
    on_permission: &dyn Fn() -> io::Result<()>,
) -> Result<(), String> {
    let mut head = Head::http(reader)?;
    if head.status == "100 Continue" {
        on_permission().map_err(|error| format!("al enviar: {error}"))?;
        head = Head::http(reader)?;
    }
    if order.kind == Kind::Ranges {
        return check_ranges(reader, &head, order);
    }
    check_head(&head, order)?;
    match (head.field("Content-Length"), head.field("Transfer-Encoding")) {
        (Some(length), None) => {
            let length = length.parse().map_err(|error| format!("{length}: {error}"))?;
            check_body(reader.take(length), order)
        }
        (None, Some("chunked")) => check_body(Chunked::new(reader), order),
        (None, None) => check_body(reader, order),
        other => Err(format!("no se sabe dónde termina: {other:?}")),
    }
}

fn check_head(head: &Head, order: Order) -> Result<(), String> {
    match (&*head.status, head.field("X-Vio")) {
        ("200 OK", Some(found)) if found == seen(order) => Ok(()),
        _ => Err(format!("la aplicación debió ver {:?}: {head:?}", seen(order))),
    }
}

/// Compara cada byte; `reader` termina donde termina el cuerpo.
fn check_body(mut reader: impl Read, order: Order) -> Result<(), String> {
    match check_part(&mut reader, order, 0)? {
        length if length == order.size => Ok(()),
        length => Err(format!("llegaron {length} bytes")),
    }
}

/// Compara lo que da `reader` con lo que va desde `from`; devuelve cuánto dio.
fn check_part(reader: &mut impl Read, order: Order, from: usize) -> Result<usize, String> {
    let mut piece = vec![0; LARGEST];
    let mut length = 0;
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return Ok(length),
            Ok(read) => {
                order.content.check(from + length, &piece[..read])?;
                length += read;
            }
            Err(error) => return Err(format!("después de {length} bytes: {error}")),
        }
    }
}

/// Lo mismo, con varios tramos en un cuerpo (RFC 9110 §14.6).
fn check_ranges(reader: &mut impl BufRead, head: &Head, order: Order) -> Result<(), String> {
    let content_type = head.field("Content-Type").unwrap_or_default();
    let boundary = content_type.strip_prefix("multipart/byteranges; boundary=");
    let (Some(boundary), "206 Partial Content") = (boundary, &*head.status) else {
        return Err(format!("no son tramos: {head:?}"));
    };
    for (from, length) in order.ranges() {
        expect(reader, &format!("\r\n--{boundary}\r\n"))?;
        let part = Head::cgi(reader)?;
        let range = format!("bytes {from}-{}/{}", from + length - 1, order.size);
        if part.field("Content-Range") != Some(&*range) {
            return Err(format!("no es el tramo {range}: {part:?}"));
        }
        if check_part(&mut reader.take(length as u64), order, from)? != length {
            return Err(format!("el tramo {range} se quedó corto"));
        }
    }
    expect(reader, &format!("\r\n--{boundary}--\r\n"))
}

fn expect(reader: &mut impl BufRead, text: &str) -> Result<(), String> {
    let mut found = vec![0; text.len()];
    reader.read_exact(&mut found).map_err(|error| format!("en vez de {text:?}: {error}"))?;
    if found == text.as_bytes() { Ok(()) } else { Err(format!("en vez de {text:?}, {found:?}")) }
}
