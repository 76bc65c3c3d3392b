//! Respuestas grandes y subidas con contenidos propios, y clientes que los comparan byte a byte.

use std::io::{BufRead, BufReader, Read};
use std::thread;
use std::time::Duration;

use pasarela::{Body, Chunk, Environ, Result, StartResponse};

use super::client::Wire;
use super::content::Content;
use super::decoders::{Chunked, Head};

/// Lo que mide una respuesta que nadie termina de leer: más de lo que cabe en el sistema.
pub const ENDLESS: usize = 16 * 1024 * 1024;

/// Lo que mide una que se lee entera, donde se deja poco sitio al sistema.
pub const LARGE: usize = 600_000;

/// Lo que mide cada trozo suyo.
const PART: usize = 32 * 1024;

/// La ruta con que se pide una.
pub fn path(content: Content, size: usize) -> String {
    format!("/grande/{size}/{}/{}", content.owner, content.turn)
}

/// La respuesta a una ruta de [`path`], con su longitud dicha la mitad de las veces.
pub fn answer(environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    let numbers: Vec<usize> = environ.path_info().split('/').flat_map(str::parse).collect();
    let [size, owner, turn] = numbers[..] else { return echo(environ, start_response) };
    let content = Content::new(u16::try_from(owner)?, u16::try_from(turn)?);
    let length = size.to_string();
    let declared = [("Content-Length", &*length)];
    start_response("200 OK", if turn % 2 == 0 { &declared } else { &[] })?;
    let part = move |from| Ok(Chunk::from(content.bytes(from, PART.min(size - from))));
    Ok(Body::stream((0..size).step_by(PART).map(part)))
}

/// Devuelve lo que se envió.
pub fn echo(environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    let mut bytes = Vec::new();
    environ.input().read_to_end(&mut bytes)?;
    start_response("200 OK", &[])?;
    Ok(Body::from(bytes))
}

/// Lee despacio una respuesta de HTTP, que es la última de su conexión.
#[track_caller]
pub fn check_http(wire: Wire, content: Content) {
    let mut reader = BufReader::with_capacity(PIECE, wire.into_socket());
    let head = Head::http(&mut reader).expect("una cabeza");
    match head.field("Transfer-Encoding") {
        Some(_) => check(Chunked::new(reader), content),
        None => check_plain(reader, &head, content),
    }
}

/// Lee despacio un cuerpo detrás de su cabeza: hasta su longitud o hasta el cierre.
#[track_caller]
pub fn check_plain(reader: impl BufRead, head: &Head, content: Content) {
    let length = head.field("Content-Length").map_or(u64::MAX, |n| n.parse().expect("un número"));
    check(reader.take(length), content);
}

const PIECE: usize = 20_000;

/// Lee hasta el final un cuerpo de [`LARGE`] bytes, con pausas mientras otros siguen.
#[track_caller]
pub fn check(mut body: impl Read, content: Content) {
    let mut piece = vec![0; PIECE];
    let mut length = 0;
    for reads in 1.. {
        let read = body.read(&mut piece).expect("el servidor envía lo que anunció");
        if read == 0 {
            break;
        }
        assert_eq!(content.check(length, &piece[..read]), Ok(()));
        length += read;
        if reads % 16 == 0 {
            thread::sleep(Duration::from_millis(2));
        }
    }
    assert_eq!(length, LARGE, "lo que llegó de {content}");
}
