//! Qué significan los campos de una petición: su cuerpo, su conexión y lo que espera
//! (RFC 9112 §6 y §9, RFC 9110 §7.2 y §10.1.1).

use super::head::{Head, Limits};
use super::{FieldTable, Known, KnownSet, Rejection, Role, Target, Version, head, target};

/// Una petición entera, sin su cuerpo.
#[derive(Debug)]
pub(crate) struct Request<'b> {
    pub(crate) head: Head<'b>,
    pub(crate) target: Target<'b>,
    pub(crate) body: RequestBody,
    pub(crate) persistence: Persistence,
    pub(crate) expectation: Expectation,
}

/// Cómo se sabe dónde termina el cuerpo (RFC 9112 §6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestBody {
    None,
    Length(u64),
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

/// Lee la petición que empieza en `buffer[0]`; `None` si todavía no está entera. En `table` queda
/// dónde está cada campo.
pub(crate) fn parse<'b>(
    buffer: &'b [u8],
    limits: &Limits,
    table: &'b mut FieldTable,
) -> Result<Option<Request<'b>>, Rejection> {
    let Some(head) = head::parse(buffer, limits, table)? else { return Ok(None) };
    let target = Target::parse(head.method, head.target)?;
    let facts = Facts::gather(&head)?;
    Ok(Some(Request {
        target,
        body: facts.body(head.version)?,
        persistence: facts.persistence(head.version),
        expectation: facts.expectation(head.version)?,
        head,
    }))
}

/// Lo que interesa al servidor de los campos, recogido en una pasada.
#[derive(Default)]
struct Facts<'b> {
    host: Option<&'b [u8]>,
    content_length: Option<&'b [u8]>,
    transfer_encoding: Option<&'b [u8]>,
    expect: Option<&'b [u8]>,
    close: bool,
    keep_alive: bool,
    seen: KnownSet,
}

impl<'b> Facts<'b> {
    fn gather(head: &Head<'b>) -> Result<Self, Rejection> {
        let mut facts = Self::default();
        for field in head.fields.iter() {
            if let Some(known) = field.known {
                facts.note(known, field.value)?;
            }
        }
        match facts.host {
            None if head.version == Version::Http11 => return Err(Rejection::Host),
            Some(host) => check_host(host)?,
            None => {}
        }
        Ok(facts)
    }

    fn note(&mut self, known: Known, value: &'b [u8]) -> Result<(), Rejection> {
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

    /// Los pasos de RFC 9112 §6.3 que tocan a una petición, en su orden.
    fn body(&self, version: Version) -> Result<RequestBody, Rejection> {
        if let Some(coding) = self.transfer_encoding {
            if self.content_length.is_some() || version == Version::Http10 {
                return Err(Rejection::TransferEncoding);
            }
            return check_transfer_encoding(coding);
        }
        match self.content_length {
            Some(length) => parse_content_length(length),
            None => Ok(RequestBody::None),
        }
    }

    fn persistence(&self, version: Version) -> Persistence {
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

fn check_host(host: &[u8]) -> Result<(), Rejection> {
    if target::is_authority(host) { Ok(()) } else { Err(Rejection::Host) }
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
    if names.all(super::is_token) && !chunked_is_misplaced {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::names;
    use pretty_assertions::assert_eq;

    const LIMITS: Limits = Limits { request_line: 8192, head: 65_536, fields: 100 };

    type Facts = (RequestBody, Persistence, Expectation);

    #[track_caller]
    fn check(version: &str, fields: &str, expected: Result<Facts, Rejection>) {
        let input = format!("POST / HTTP/{version}\r\n{fields}\r\n");
        for cut in 0..input.len() {
            let table = &mut FieldTable::default();
            let early = parse(&input.as_bytes()[..cut], &LIMITS, table);
            assert!(matches!(early, Ok(None)), "{fields:?} cortada en {cut}");
        }
        let parsed = parse(input.as_bytes(), &LIMITS, &mut FieldTable::default()).map(|request| {
            let request = request.expect("entera");
            (request.body, request.persistence, request.expectation)
        });
        assert_eq!(parsed, expected, "{fields:?}");
    }

    #[track_caller]
    fn reads(version: &str, fields: &str, body: RequestBody, persistence: Persistence) {
        check(version, fields, Ok((body, persistence, Expectation::None)));
    }

    #[track_caller]
    fn rejects(fields: &str, expected: Rejection) {
        check("1.1", &format!("Host: x\r\n{fields}"), Err(expected));
    }

    #[test]
    fn el_cuerpo_se_delimita_como_dice_la_rfc() {
        use Persistence::KeepAlive;
        reads("1.1", "Host: x\r\n", RequestBody::None, KeepAlive);
        reads("1.1", "Host: x\r\nContent-Length: 0\r\n", RequestBody::None, KeepAlive);
        reads("1.1", "Host: x\r\nContent-length: 12\r\n", RequestBody::Length(12), KeepAlive);
        reads("1.1", "Host: x\r\nTransfer-Encoding: Chunked\r\n", RequestBody::Chunked, KeepAlive);
    }

    #[test]
    fn rechaza_longitudes_dudosas() {
        for value in [
            "",
            "+1",
            "-1",
            "1,1",
            "1, 1",
            "0x1",
            "1 1",
            "18446744073709551616",
            "1_0",
            "1.0",
            "a",
            "\u{661}",
            "1;",
            "\"1\"",
        ] {
            rejects(&format!("Content-Length: {value}\r\n"), Rejection::ContentLength);
        }
        rejects("Content-Length: 1\r\nContent-Length: 1\r\n", Rejection::ContentLength);
        rejects("Content-Length: 1\r\nContent-Length: 2\r\n", Rejection::ContentLength);
    }

    #[test]
    fn rechaza_los_disfraces_de_chunked() {
        let both = "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n";
        rejects(both, Rejection::TransferEncoding);
        for value in [
            "",
            ",",
            "chunked,",
            ",chunked",
            "chunked, chunked",
            "chunked, gzip",
            "chun ked",
            "chunked;q=1",
            "\"chunked\"",
            "chunked gzip",
            "gzip,,chunked",
            "\u{e9}chunked",
        ] {
            rejects(&format!("Transfer-Encoding: {value}\r\n"), Rejection::TransferEncoding);
        }
        let twice = "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n";
        rejects(twice, Rejection::TransferEncoding);
        for value in ["xchunked", "chunkedx", "gzip", "gzip, chunked", "identity"] {
            rejects(&format!("Transfer-Encoding: {value}\r\n"), Rejection::UnknownTransferEncoding);
        }
        let pieces = "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n";
        rejects(pieces, Rejection::TransferEncoding);
        let after = "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n";
        rejects(after, Rejection::TransferEncoding);
        check("1.0", "Transfer-Encoding: chunked\r\n", Err(Rejection::TransferEncoding));
        check("1.0", "Transfer-Encoding: gzip\r\n", Err(Rejection::TransferEncoding));
    }

    #[test]
    fn un_control_no_disfraza_a_chunked() {
        for value in ["\u{b}chunked", "chunked\u{b}", "chunked\0", "chunked\u{7f}"] {
            let input = format!("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: {value}\r\n\r\n");
            let parsed = parse(input.as_bytes(), &LIMITS, &mut FieldTable::default()).map(|_| ());
            assert_eq!(parsed, Err(Rejection::Field), "{value:?}");
        }
    }

    #[test]
    fn host_es_obligatorio_y_unico() {
        check("1.1", "", Err(Rejection::Host));
        reads("1.0", "", RequestBody::None, Persistence::Close);
        rejects("Host: x\r\n", Rejection::Host);
        check("1.0", "Host: x\r\nHost: x\r\n", Err(Rejection::Host));
        for host in ["", ":80", "a b", "u@x", "x:1:2", "[::1", "x/", "x?", "x#", "x\\", "http://x"]
        {
            check("1.1", &format!("Host: {host}\r\n"), Err(Rejection::Host));
            check("1.0", &format!("Host: {host}\r\n"), Err(Rejection::Host));
        }
        check("1.1", "Host: \u{f1}\r\n", Err(Rejection::Host));
    }

    #[test]
    fn la_conexion_se_decide_como_una_lista() {
        use Persistence::{Close, KeepAlive, KeepAliveAnnounced};
        reads("1.1", "Host: x\r\nConnection: foo, CLOSE\r\n", RequestBody::None, Close);
        reads("1.1", "Host: x\r\nConnection: keep-alive\r\n", RequestBody::None, KeepAlive);
        reads("1.0", "Connection: Keep-Alive\r\n", RequestBody::None, KeepAliveAnnounced);
        reads("1.0", "Connection: keep-alive\r\nConnection: close\r\n", RequestBody::None, Close);
    }

    #[test]
    fn solo_se_atiende_la_expectativa_conocida() {
        let expected = (RequestBody::None, Persistence::KeepAlive, Expectation::Continue);
        check("1.1", "Host: x\r\nExpect: 100-Continue\r\n", Ok(expected));
        reads("1.0", "Expect: 100-continue\r\n", RequestBody::None, Persistence::Close);
        rejects("Expect: propina\r\n", Rejection::Expectation);
    }

    #[test]
    fn los_campos_unicos_no_se_repiten() {
        for name in names::unique() {
            let fields = format!("{name}: 100-continue\r\nA: b\r\n{}: c\r\n", name.to_uppercase());
            rejects(&fields, Rejection::RepeatedField);
        }
        reads(
            "1.1",
            "Host: x\r\nAccept: a\r\nAccept: b\r\n",
            RequestBody::None,
            Persistence::KeepAlive,
        );
    }
}
