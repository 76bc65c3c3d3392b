//! HTTP/1.1 como funciones puras: entran bytes y salen valores (RFC 9110 y RFC 9112).
//!
//! Aquí no hay sockets, ni reloj, ni hilos: por eso cada regla se prueba partiendo la entrada en
//! cada byte. Cuando una RFC permite elegir, se elige lo estricto: un servidor que lee un mensaje
//! de otro modo que el proxy de delante es un agujero (*request smuggling*).
//!
//! | estación | qué hace |
//! |---|---|
//! | [`head`] | de los bytes a la línea de petición y sus campos |
//! | [`patience`] | cuándo volver a leer una cabeza que llega a pedacitos |
//! | [`fields`] | los campos, comprobados |
//! | [`names`] | los nombres de campo que alguien busca |
//! | [`scan`] | buscar un byte o un control |
//! | [`target`] | de `/a%20b?c=d` a ruta y consulta; la sintaxis de `Host` |
//! | [`rules`] | lo que cumple toda petición, llegue por el protocolo que llegue |
//! | [`request`] | una petición entera |
//! | [`chunked`] | del cuerpo por trozos a sus bytes |
//! | [`extension`] | lo que puede ir detrás del tamaño de un trozo |
//! | [`response`] | de una respuesta a bytes |
//! | [`rejection`] | por qué se rechaza una petición, y con qué estado |

pub(crate) mod head;
pub(crate) mod patience;
pub(crate) mod fields;
pub(crate) mod names;
pub(crate) mod scan;
pub(crate) mod target;
pub(crate) mod rules;
pub(crate) mod request;
pub(crate) mod chunked;
mod extension;
pub(crate) mod response;
pub(crate) mod rejection;

pub(crate) use chunked::BodyDecoder;
pub(crate) use fields::{Field, FieldTable};
pub(crate) use names::{Known, KnownSet, Role};
pub(crate) use patience::Patience;
pub(crate) use rejection::Rejection;
pub use rejection::RequestError;
pub(crate) use request::Request;
pub(crate) use rules::{Persistence, RequestBody};
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

/// Un conjunto de bytes: preguntarle cuesta lo mismo tenga los que tenga.
pub(crate) struct ByteSet([bool; 256]);

impl ByteSet {
    /// Las letras y las cifras de ASCII, y los bytes de `others`.
    const fn alphanumeric_and(others: &[u8]) -> Self {
        let mut set = [false; 256];
        let mut byte = 0;
        while byte < set.len() {
            set[byte] = (byte as u8).is_ascii_alphanumeric();
            byte += 1;
        }
        let mut at = 0;
        while at < others.len() {
            set[others[at] as usize] = true;
            at += 1;
        }
        Self(set)
    }

    pub(crate) fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte)]
    }

    fn has_all(&self, text: &[u8]) -> bool {
        // Sin salida temprana: lo normal es que estén todos.
        text.iter().fold(true, |all, &byte| all & self.contains(byte))
    }
}

/// Los bytes de un `token` (RFC 9110 §5.6.2).
pub(crate) static TOKEN: ByteSet = ByteSet::alphanumeric_and(b"!#$%&'*+-.^_`|~");

/// Los bytes del nombre de un servidor (RFC 3986 §3.2.2), y los mismos con el `%` de los escapes.
static REG_NAME: ByteSet = ByteSet::alphanumeric_and(b"-._~!$&'()*+,;=");
static ESCAPED_REG_NAME: ByteSet = ByteSet::alphanumeric_and(b"-._~!$&'()*+,;=%");

/// Si `text` es un `token`: un nombre de método o de campo.
pub(crate) fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && TOKEN.has_all(text)
}

/// Si hay un control que un valor no admite.
pub(crate) fn has_controls(text: &[u8]) -> bool {
    scan::control_position(text).is_some()
}
