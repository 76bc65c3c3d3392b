//! Las reglas de una petición, la traiga el protocolo que la traiga: su método, su dirección, su
//! `Host`, lo que no se repite y dónde termina su cuerpo (RFC 9110 §7.2, §9.3.6 y §10.1.1, RFC 9112
//! §3 y §6).
//!
//! Quien lee un protocolo cuenta en [`Account`] lo que vio y pide un juicio con [`Account::judge`],
//! sin el cual no tiene ni dirección ni cuerpo. Por eso una regla que se escribe aquí vale para HTTP,
//! FastCGI, SCGI, uwsgi y CGI, y con el mismo estado.
//!
//! Quien recibe variables de un servidor web no vio el mensaje: lo que el servidor web deja fuera no
//! se puede echar en falta, y el cuerpo que entrega ya no va por trozos. Eso es todo lo que cambia
//! ([`ReadBy`]).

use super::{Known, KnownSet, Rejection, Role, Target, Version, has_controls, is_token, target};

/// Lo que dicen los campos de una petición que interesa al servidor, recogido en una pasada.
#[derive(Debug, Default)]
pub(crate) struct Account<'b> {
    host: Option<&'b [u8]>,
    content_length: Option<&'b [u8]>,
    transfer_encoding: Option<&'b [u8]>,
    expect: Option<&'b [u8]>,
    close: bool,
    keep_alive: bool,
    seen: KnownSet,
}

/// Lo que una petición dice además de sus campos.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'r> {
    pub(crate) method: &'r str,
    /// Como lo pidió el cliente.
    pub(crate) target: &'r str,
    pub(crate) version: Version,
    pub(crate) read_by: ReadBy,
}

/// Quién leyó la petición de la red.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadBy {
    Us,
    /// Un servidor web, que entrega variables.
    WebServer,
}

/// Lo que se decide de una petición que se atiende.
#[derive(Debug)]
pub(crate) struct Ruling<'r> {
    pub(crate) target: Target<'r>,
    pub(crate) body: RequestBody,
    pub(crate) expectation: Expectation,
}

/// Cómo se sabe dónde termina el cuerpo (RFC 9112 §6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestBody {
    None,
    Length(u64),
    /// Por trozos. De un servidor web, que el cliente lo mandó así y nadie sabe cuánto mide.
    Chunked,
}

/// Si el cliente quiere seguir en la misma conexión (RFC 9112 §9.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Persistence {
    /// 1.1 sin `close`: seguir es lo normal y no se anuncia.
    KeepAlive,
    /// 1.0 con `keep-alive`: seguir se anuncia en la respuesta.
    KeepAliveAnnounced,
    /// El cliente pidió cerrar, o es 1.0.
    Close,
}

/// Si el cliente espera permiso para enviar el cuerpo (RFC 9110 §10.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expectation {
    None,
    Continue,
}

impl<'b> Account<'b> {
    /// Una variable, como la cuenta un servidor web.
    pub(crate) fn note_variable(&mut self, name: &str, value: &'b [u8]) -> Result<(), Rejection> {
        let field = name.strip_prefix("HTTP_");
        if (field.is_some() || name == "CONTENT_TYPE") && has_controls(value) {
            return Err(Rejection::Field);
        }
        match field.and_then(Known::find_variable) {
            Some(known) => self.note(known, value),
            None if name == "CONTENT_LENGTH" && !value.is_empty() => self.note_length(value),
            None => Ok(()),
        }
    }

    /// El servidor web puede repetir la longitud; el cliente, no.
    fn note_length(&mut self, value: &'b [u8]) -> Result<(), Rejection> {
        match self.content_length.replace(value) {
            Some(before) if before != value => Err(Rejection::ContentLength),
            _ => Ok(()),
        }
    }

    /// Un campo, con su valor ya comprobado.
    pub(super) fn note(&mut self, known: Known, value: &'b [u8]) -> Result<(), Rejection> {
        let is_repeated = !self.seen.insert(known);
        if is_repeated && known.is_unique() {
            return Err(Rejection::RepeatedField);
        }
        match known.role() {
            Role::Host => set_once(&mut self.host, value, Rejection::Host),
            Role::ContentLength => {
                set_once(&mut self.content_length, value, Rejection::ContentLength)
            }
            Role::TransferEncoding => {
                set_once(&mut self.transfer_encoding, value, Rejection::TransferEncoding)
            }
            Role::Connection => {
                self.note_connection(value);
                Ok(())
            }
            Role::Expect => {
                self.expect = Some(value);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn note_connection(&mut self, value: &[u8]) {
        for option in value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii) {
            self.close |= option.eq_ignore_ascii_case(b"close");
            self.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
        }
    }

    /// Decide si esa petición se atiende, y cómo.
    pub(crate) fn judge<'r>(&self, line: Line<'r>) -> Result<Ruling<'r>, Rejection> {
        if !is_token(line.method.as_bytes()) {
            return Err(Rejection::RequestLine);
        }
        let target = Target::parse(line.method, line.target)?;
        self.check_host(line)?;
        Ok(Ruling { target, body: self.body(line)?, expectation: self.expectation(line.version)? })
    }

    fn check_host(&self, line: Line<'_>) -> Result<(), Rejection> {
        match self.host {
            Some(host) if !target::is_authority(host) => Err(Rejection::Host),
            // El servidor web no tiene que contar todos los campos (RFC 3875 §4.1.18).
            None if line.version == Version::Http11 && line.read_by == ReadBy::Us => {
                Err(Rejection::Host)
            }
            _ => Ok(()),
        }
    }

    /// Los pasos de RFC 9112 §6.3 que tocan a una petición, en su orden.
    fn body(&self, line: Line<'_>) -> Result<RequestBody, Rejection> {
        let Some(coding) = self.transfer_encoding else { return self.sized_body() };
        match line.read_by {
            ReadBy::Us if self.content_length.is_some() || line.version == Version::Http10 => {
                Err(Rejection::TransferEncoding)
            }
            ReadBy::Us => check_transfer_encoding(coding),
            // Ya los juntó, y quizá dice cuánto midieron (RFC 3875 §4.1.2).
            ReadBy::WebServer => {
                let body = check_transfer_encoding(coding)?;
                if self.content_length.is_some() { self.sized_body() } else { Ok(body) }
            }
        }
    }

    fn sized_body(&self) -> Result<RequestBody, Rejection> {
        match self.content_length {
            Some(length) => parse_content_length(length),
            None => Ok(RequestBody::None),
        }
    }

    pub(super) fn persistence(&self, version: Version) -> Persistence {
        match version {
            _ if self.close => Persistence::Close,
            Version::Http11 => Persistence::KeepAlive,
            Version::Http10 if self.keep_alive => Persistence::KeepAliveAnnounced,
            Version::Http10 => Persistence::Close,
        }
    }

    fn expectation(&self, version: Version) -> Result<Expectation, Rejection> {
        match (self.expect, version) {
            (None, _) | (_, Version::Http10) => Ok(Expectation::None),
            (Some(value), _) if value.eq_ignore_ascii_case(b"100-continue") => {
                Ok(Expectation::Continue)
            }
            _ => Err(Rejection::Expectation),
        }
    }
}

fn set_once<'b>(
    slot: &mut Option<&'b [u8]>,
    value: &'b [u8],
    repeated: Rejection,
) -> Result<(), Rejection> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(repeated),
    }
}

fn check_transfer_encoding(coding: &[u8]) -> Result<RequestBody, Rejection> {
    if coding.eq_ignore_ascii_case(b"chunked") {
        return Ok(RequestBody::Chunked);
    }
    // Una lista bien escrita en la que `chunked` no estorba es una codificación desconocida; todo
    // lo demás es un disfraz.
    let mut names = coding.split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
    let chunked_is_misplaced =
        names.clone().rev().skip(1).any(|n| n.eq_ignore_ascii_case(b"chunked"));
    if names.all(is_token) && !chunked_is_misplaced {
        return Err(Rejection::UnknownTransferEncoding);
    }
    Err(Rejection::TransferEncoding)
}

fn parse_content_length(value: &[u8]) -> Result<RequestBody, Rejection> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return Err(Rejection::ContentLength);
    }
    let digits = str::from_utf8(value).map_err(|_| Rejection::ContentLength)?;
    match digits.parse() {
        Ok(0) => Ok(RequestBody::None),
        Ok(length) => Ok(RequestBody::Length(length)),
        Err(_) => Err(Rejection::ContentLength),
    }
}
