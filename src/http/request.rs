//! Una petición entera: su cabeza, y lo que las reglas deciden de ella.

use super::head::{Head, Limits};
use super::rules::{Account, Expectation, Line, Persistence, ReadBy, RequestBody};
use super::{FieldTable, Rejection, Target, head};

/// Una petición entera, sin su cuerpo.
#[derive(Debug)]
pub(crate) struct Request<'b> {
    pub(crate) head: Head<'b>,
    pub(crate) target: Target<'b>,
    pub(crate) body: RequestBody,
    pub(crate) persistence: Persistence,
    pub(crate) expectation: Expectation,
}

/// Lee la petición que empieza en `buffer[0]`; `None` si todavía no está entera. En `table` queda
/// dónde está cada campo.
pub(crate) fn parse<'b>(
    buffer: &'b [u8],
    limits: &Limits,
    table: &'b mut FieldTable,
) -> Result<Option<Request<'b>>, Rejection> {
    let Some(head) = head::parse(buffer, limits, table)? else { return Ok(None) };
    let Head { method, target, version, .. } = head;
    let account = account_of(&head)?;
    let ruling = account.judge(Line { method, target, version, read_by: ReadBy::Us })?;
    Ok(Some(Request {
        target: ruling.target,
        body: ruling.body,
        persistence: account.persistence(version),
        expectation: ruling.expectation,
        head,
    }))
}

/// Lo que dicen los campos de una cabeza, que ya están bien escritos.
fn account_of<'b>(head: &Head<'b>) -> Result<Account<'b>, Rejection> {
    let mut account = Account::default();
    for field in head.fields.iter() {
        if let Some(known) = field.known {
            account.note(known, field.value)?;
        }
    }
    Ok(account)
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
