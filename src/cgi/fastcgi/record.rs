//! Un registro, por fuera: quién lo manda, de qué clase es y cuánto mide (§3.3).

use crate::http::Rejection;

/// Lo que mide la cabeza de un registro.
pub(super) const HEADER: usize = 8;

/// Cuánto se pone en un registro: lo que cabe (16 bits), sin que haga falta relleno.
pub(crate) const MAX_CONTENT: usize = 0xFFF8;

const VERSION: u8 = 1;

/// Las clases de registros que se conocen (§8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    BeginRequest,
    AbortRequest,
    Params,
    Stdin,
    GetValues,
    /// Las que manda la aplicación, y las que no existen.
    Other(u8),
}

impl Kind {
    fn of(number: u8) -> Self {
        match number {
            1 => Self::BeginRequest,
            ABORT_REQUEST => Self::AbortRequest,
            4 => Self::Params,
            5 => Self::Stdin,
            9 => Self::GetValues,
            other => Self::Other(other),
        }
    }
}

const ABORT_REQUEST: u8 = 2;
const END_REQUEST: u8 = 3;
const STDOUT: u8 = 6;
const STDERR: u8 = 7;
const GET_VALUES_RESULT: u8 = 10;
const UNKNOWN_TYPE: u8 = 11;

/// Cómo terminó una petición (§5.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Complete = 0,
    /// En la conexión ya hay otra.
    CannotMultiplex = 1,
    /// Pide algo que no es responder.
    UnknownRole = 3,
}

/// La cabeza de un registro.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) kind: Kind,
    /// De qué petición es; 0, de la conexión (§3.3).
    pub(super) id: u16,
    pub(super) content: usize,
    pub(super) padding: usize,
}

impl Header {
    pub(super) fn parse(bytes: [u8; HEADER]) -> Result<Self, Rejection> {
        let [version, kind, id_high, id_low, length_high, length_low, padding, _] = bytes;
        if version != VERSION {
            return Err(Rejection::Record);
        }
        Ok(Self {
            kind: Kind::of(kind),
            id: u16::from_be_bytes([id_high, id_low]),
            content: u16::from_be_bytes([length_high, length_low]).into(),
            padding: padding.into(),
        })
    }
}

/// Cómo empieza el registro con que el servidor web abandona una petición (§5.4).
pub(crate) fn abort_start(id: u16) -> [u8; 4] {
    let [id_high, id_low] = id.to_be_bytes();
    [VERSION, ABORT_REQUEST, id_high, id_low]
}

/// Escribe una parte de la respuesta, en los registros que haga falta.
pub(crate) fn write_stdout(out: &mut Vec<u8>, id: u16, bytes: &[u8]) {
    for content in bytes.chunks(MAX_CONTENT) {
        write(out, STDOUT, id, content);
    }
}

/// Escribe lo que va al registro de errores del servidor web, que cabe en un registro (§5.3).
pub(crate) fn write_stderr(out: &mut Vec<u8>, id: u16, text: &[u8]) {
    if !text.is_empty() {
        write(out, STDERR, id, text);
    }
}

/// Escribe que una petición que el servidor web abandonó ya terminó (§5.4).
pub(crate) fn write_aborted(out: &mut Vec<u8>, id: u16) {
    write_ending(out, id, Ending::Complete);
}

/// Si entre los registros que hay en `bytes` está el abandono de la petición `id`; los de otra que
/// viene detrás no cuentan.
pub(crate) fn is_aborted(mut bytes: &[u8], id: u16) -> bool {
    while let Some((header, rest)) = bytes.split_first_chunk() {
        let Ok(header) = Header::parse(*header) else { return false };
        match header.kind {
            Kind::AbortRequest if header.id == id => return true,
            Kind::BeginRequest if header.id == id => return false,
            _ => bytes = rest.get(header.content + header.padding..).unwrap_or_default(),
        }
    }
    false
}

/// Escribe el final de una respuesta entera.
pub(crate) fn write_end(out: &mut Vec<u8>, id: u16) {
    write(out, STDOUT, id, &[]);
    write_ending(out, id, Ending::Complete);
}

/// Escribe algo que nadie puede entender: nginx toma por entera una respuesta a la que le falta el
/// final, y solo esto la estropea.
pub(crate) fn write_nonsense(out: &mut Vec<u8>) {
    out.extend_from_slice(&[0; HEADER]);
}

pub(super) fn write_ending(out: &mut Vec<u8>, id: u16, ending: Ending) {
    write(out, END_REQUEST, id, &[0, 0, 0, 0, ending as u8, 0, 0, 0]);
}

pub(super) fn write_values(out: &mut Vec<u8>, pairs: &[u8]) {
    write(out, GET_VALUES_RESULT, 0, pairs);
}

pub(super) fn write_unknown(out: &mut Vec<u8>, kind: u8) {
    write(out, UNKNOWN_TYPE, 0, &[kind, 0, 0, 0, 0, 0, 0, 0]);
}

/// Un registro; `content` cabe en él.
fn write(out: &mut Vec<u8>, kind: u8, id: u16, content: &[u8]) {
    let length = u16::try_from(content.len()).expect("quien llama parte lo que no cabe");
    let ([id_high, id_low], [length_high, length_low]) = (id.to_be_bytes(), length.to_be_bytes());
    out.extend_from_slice(&[VERSION, kind, id_high, id_low, length_high, length_low, 0, 0]);
    out.extend_from_slice(content);
}
