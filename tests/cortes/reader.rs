//! Un lector que no sabe quién escribió la respuesta, ni cómo terminó.

use std::io::{self, BufReader, Read};

use crate::SIZE;
use crate::comun::decoders::{Chunked, Head};
use crate::comun::records::{END, STDERR, STDOUT};

/// Lo que entendió quien leyó.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Una respuesta entera, con tantos bytes de cuerpo.
    Whole(usize),
    /// Una que parece entera, y no lo es.
    Less,
    Cut,
}

/// Lee una respuesta hasta donde dice que termina. `error` es con lo que se cortó, si se cortó.
pub fn read(is_wrapped: bool, bytes: &[u8], error: Option<io::ErrorKind>) -> Seen {
    if !is_wrapped {
        return read_plain(bytes, error.is_some());
    }
    match unwrap(bytes) {
        Records::Ended(output) => read_plain(&output, false),
        // Así lo entiende nginx: si no llega el último, lo que llegó es todo.
        Records::Missing(output) => read_plain(&output, error.is_some()),
        Records::Nonsense => Seen::Cut,
    }
}

enum Records {
    Ended(Vec<u8>),
    Missing(Vec<u8>),
    Nonsense,
}

fn unwrap(mut bytes: &[u8]) -> Records {
    let mut output = Vec::new();
    while let [version, kind, _, _, high, low, padding, _, rest @ ..] = bytes {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let Some(next) = rest.get(length + usize::from(*padding)..) else { break };
        match (*version, *kind) {
            (1, STDOUT) => output.extend_from_slice(&rest[..length]),
            (1, STDERR) => {}
            (1, END) => return Records::Ended(output),
            _ => return Records::Nonsense,
        }
        bytes = next;
    }
    Records::Missing(output)
}

fn read_plain(bytes: &[u8], is_cut: bool) -> Seen {
    let mut reader = BufReader::new(bytes);
    let is_http = bytes.starts_with(b"HTTP/");
    let head = if is_http { Head::http(&mut reader) } else { Head::cgi(&mut reader) };
    let head = head.expect("la cabeza llega entera");
    let length = head.field("Content-Length").map(|length| length.parse().expect("un número"));
    let is_chunked = head.field("Transfer-Encoding").is_some();
    match (length, is_chunked) {
        (Some(length), _) => match count(reader.take(length)) {
            Some(read) if read as u64 == length => whole(read),
            _ => Seen::Cut,
        },
        (None, true) => count(Chunked::new(reader)).map_or(Seen::Cut, whole),
        (None, false) if is_cut => Seen::Cut,
        (None, false) => count(reader).map_or(Seen::Cut, whole),
    }
}

fn whole(read: usize) -> Seen {
    if read == SIZE { Seen::Whole(read) } else { Seen::Less }
}

/// Cuántos bytes hay, si se leen hasta el final.
fn count(mut body: impl Read) -> Option<usize> {
    io::copy(&mut body, &mut io::sink()).ok().and_then(|read| usize::try_from(read).ok())
}
