//! HTTP/1.1 como funciones puras: entran bytes y salen valores (RFC 9110 y RFC 9112).
//!
//! Aquí no hay sockets, ni reloj, ni hilos: por eso cada regla se prueba partiendo la entrada en
//! cada byte. Cuando una RFC permite elegir, se elige lo estricto: un servidor que lee un mensaje
//! de otro modo que el proxy de delante es un agujero (*request smuggling*).
//!
//! | estación | qué hace |
//! |---|---|
//! | [`head`] | de los bytes a la línea de petición y sus campos |
//! | [`fields`] | los campos, comprobados |
//! | [`target`] | de `/a%20b?c=d` a ruta y consulta; la sintaxis de `Host` |
//! | [`request`] | qué significan los campos: cuerpo, conexión, `Expect` |
//! | [`chunked`] | del cuerpo por trozos a sus bytes |
//! | [`response`] | de una respuesta a bytes |
//! | [`rejection`] | por qué se rechaza una petición, y con qué estado |

pub(crate) mod head;
pub(crate) mod fields;
pub(crate) mod target;
pub(crate) mod request;
pub(crate) mod chunked;
pub(crate) mod response;
pub(crate) mod rejection;

pub(crate) use chunked::BodyDecoder;
pub(crate) use rejection::Rejection;
pub(crate) use request::{Persistence, Request, RequestBody};
pub(crate) use target::Target;

/// Las versiones que se atienden; una 1.x mayor se atiende como 1.1 (RFC 9110 §2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    Http10,
    Http11,
}

impl Version {
    /// Como la muestra `SERVER_PROTOCOL`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Http10 => "HTTP/1.0",
            Self::Http11 => "HTTP/1.1",
        }
    }
}

/// Si `byte` puede formar parte de un `token` (RFC 9110 §5.6.2).
pub(crate) fn is_token_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9')
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

/// Si `text` es un `token`: un nombre de método o de campo.
pub(crate) fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().copied().all(is_token_byte)
}

/// Si hay un control que un valor no admite: todos menos el tabulador (RFC 9110 §5.5). Sin salida
/// temprana, para que se compile a código vectorial.
pub(crate) fn has_controls(text: &[u8]) -> bool {
    let is_control = |byte: u8| (byte < b' ' && byte != b'\t') || byte == 0x7F;
    text.iter().fold(false, |found, &byte| found | is_control(byte))
}

/// Dónde está `byte` por primera vez. Salta bloques enteros, que se comparan a código vectorial: la
/// biblioteca estándar solo lo hace con textos.
pub(crate) fn find(byte: u8, bytes: &[u8]) -> Option<usize> {
    const BLOCK: usize = 16;
    let is_absent = |block: &&[u8]| !block.iter().fold(false, |found, &b| found | (b == byte));
    let skipped = bytes.chunks_exact(BLOCK).take_while(is_absent).count() * BLOCK;
    bytes[skipped..].iter().position(|&b| b == byte).map(|at| skipped + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn encuentra_el_primero_donde_este() {
        for length in 0..40 {
            for at in 0..length {
                let mut bytes = vec![0x80; length];
                bytes[at] = b':';
                bytes[length - 1] = b':';
                assert_eq!(find(b':', &bytes), Some(at), "{at} de {length}");
            }
            assert_eq!(find(b':', &vec![b';'; length]), None);
        }
    }
}
