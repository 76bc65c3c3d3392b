//! Las peticiones tal como las escribe un cliente, o un servidor web.

use super::content::mark;
use super::plan::{Asks, MAX_BODY, MAX_HEAD, Planned, Spoil};
use super::random::Random;
use crate::connection::Protocol;

/// Los bytes de una petición.
pub(super) fn encode(random: &mut Random, protocol: Protocol, planned: &Planned) -> Vec<u8> {
    match protocol {
        Protocol::Http => http(random, planned),
        Protocol::FastCgi => fastcgi(random, planned),
        Protocol::Scgi => scgi(planned),
        Protocol::Uwsgi => uwsgi(planned),
    }
}

fn http(random: &mut Random, planned: &Planned) -> Vec<u8> {
    let Planned { conversation, number, method, .. } = planned;
    if planned.spoil == Some(Spoil::Line) {
        return format!("G@T /{conversation}/{number} HTTP/1.1\r\nHost: x\r\n\r\n").into_bytes();
    }
    let version = if planned.is_http10 { "1.0" } else { "1.1" };
    let mut head = format!("{method} /{conversation}/{number} HTTP/{version}\r\nHost: x\r\n");
    head += &format!("X-Marca: {}\r\n", mark(*conversation, *number));
    if planned.has_extra {
        head += &format!("X-Otro: {}\r\n", mark(*conversation, *number));
    }
    head += match planned.connection {
        Asks::Nothing => "",
        Asks::Close => "Connection: close\r\n",
        Asks::KeepAlive => "Connection: keep-alive\r\n",
    };
    if planned.expects {
        head += "Expect: 100-continue\r\n";
    }
    match planned.spoil {
        Some(Spoil::Field) => head += "Mal encabezado\r\n",
        Some(Spoil::LargeHead) => head += &format!("X-Largo: {}\r\n", "a".repeat(MAX_HEAD)),
        _ => {}
    }
    let content = match (planned.spoil, planned.is_chunked) {
        (Some(Spoil::LargeBody), _) => {
            head += &format!("Content-Length: {}\r\n", MAX_BODY + 1);
            planned.content.clone()
        }
        (_, true) => {
            head += "Transfer-Encoding: chunked\r\n";
            chunks(random, planned)
        }
        (_, false) if planned.content.is_empty() && planned.method != "POST" => Vec::new(),
        (_, false) => {
            head += &format!("Content-Length: {}\r\n", planned.content.len());
            planned.content.clone()
        }
    };
    [head.as_bytes(), b"\r\n", &content].concat()
}

fn chunks(random: &mut Random, planned: &Planned) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::new(), &planned.content[..]);
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(random.between(1, rest.len()));
        out.extend(format!("{:x}", chunk.len()).into_bytes());
        if random.one_in(4) {
            out.extend(b";nota=1");
        }
        out.extend([b"\r\n", chunk, b"\r\n"].concat());
        rest = after;
    }
    out.extend(match (planned.spoil, random.one_in(4)) {
        (Some(Spoil::Content), _) => &b"zz\r\n"[..],
        (_, true) => b"0\r\nX-Final: x\r\n\r\n",
        (_, false) => b"0\r\n\r\n",
    });
    out
}

/// Las variables de una petición que entrega un servidor web.
fn variables(planned: &Planned) -> Vec<(&'static str, String)> {
    let Planned { conversation, number, method, .. } = planned;
    let length = match planned.spoil {
        Some(Spoil::LargeBody) => (MAX_BODY + 1).to_string(),
        _ => planned.content.len().to_string(),
    };
    let method = if planned.spoil == Some(Spoil::Line) { "G@T" } else { method };
    let mut variables = vec![
        ("CONTENT_LENGTH", length),
        ("SCGI", "1".to_owned()),
        ("REQUEST_METHOD", method.to_owned()),
        ("PATH_INFO", format!("/{conversation}/{number}")),
        ("SERVER_PROTOCOL", "HTTP/1.1".to_owned()),
        ("HTTP_X_MARCA", mark(*conversation, *number)),
    ];
    if planned.has_extra {
        variables.push(("HTTP_X_OTRO", mark(*conversation, *number)));
    }
    if planned.spoil == Some(Spoil::LargeHead) {
        variables.push(("HTTP_X_LARGO", "a".repeat(MAX_HEAD)));
    }
    variables
}

fn scgi(planned: &Planned) -> Vec<u8> {
    let pairs = variables(planned).into_iter().map(|(name, value)| format!("{name}\0{value}\0"));
    let block: String = pairs.collect();
    let comma = if planned.spoil == Some(Spoil::Field) { ';' } else { ',' };
    [format!("{}:{block}{comma}", block.len()).as_bytes(), &planned.content].concat()
}

fn uwsgi(planned: &Planned) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in variables(planned) {
        for text in [name.as_bytes(), value.as_bytes()] {
            block.extend(u16::try_from(text.len()).expect("cabe").to_le_bytes());
            block.extend(text);
        }
    }
    if planned.spoil == Some(Spoil::Field) {
        block.push(9);
    }
    let [low, high] = u16::try_from(block.len()).expect("cabe").to_le_bytes();
    [&[0, low, high, 0][..], &block, &planned.content].concat()
}

/// El número de una petición de FastCGI.
pub(super) fn record_id(number: usize) -> u16 {
    u16::try_from(number + 1).expect("son pocas")
}

fn record(kind: u8, id: u16, content: &[u8], padding: u8) -> Vec<u8> {
    let [high, low] = u16::try_from(content.len()).expect("cabe").to_be_bytes();
    let [id_high, id_low] = id.to_be_bytes();
    let header = [1, kind, id_high, id_low, high, low, padding, 0];
    [&header[..], content, &vec![0; padding.into()]].concat()
}

const BEGIN: u8 = 1;
const ABORT: u8 = 2;
const PARAMS: u8 = 4;
const STDIN: u8 = 5;
const GET_VALUES: u8 = 9;

fn fastcgi(random: &mut Random, planned: &Planned) -> Vec<u8> {
    let id = record_id(planned.number);
    let mut out = Vec::new();
    if random.one_in(6) {
        out.extend(record(GET_VALUES, 0, b"\x0E\0FCGI_MAX_CONNS", 2));
    }
    let keeps = u8::from(planned.connection != Asks::Close);
    out.extend(record(BEGIN, id, &[0, 1, keeps, 0, 0, 0, 0, 0], 0));
    let mut block = Vec::new();
    for (name, value) in variables(planned) {
        block.push(u8::try_from(name.len()).expect("es corto"));
        block.extend((u32::try_from(value.len()).expect("cabe") | 1 << 31).to_be_bytes());
        block.extend([name.as_bytes(), value.as_bytes()].concat());
    }
    if planned.spoil == Some(Spoil::Field) {
        block.extend(b"\x09\x09a");
    }
    split_into_records(random, &mut out, (PARAMS, id), &block);
    out.extend(record(PARAMS, id, b"", 0));
    if random.one_in(8) {
        out.extend(record(99, 0, b"?", 0));
    }
    match planned.spoil {
        Some(Spoil::Abandoned) => out.extend(record(ABORT, id, b"", 0)),
        Some(Spoil::Content) => out.extend(record(STDIN, id, &[b'x'; 70][..], 0).split_off(4)),
        _ => {
            split_into_records(random, &mut out, (STDIN, id), &planned.content);
            out.extend(record(STDIN, id, b"", 0));
        }
    }
    out
}

fn split_into_records(random: &mut Random, out: &mut Vec<u8>, (kind, id): (u8, u16), bytes: &[u8]) {
    let mut rest = bytes;
    while !rest.is_empty() {
        let (part, after) = rest.split_at(random.between(1, rest.len().min(60_000)));
        out.extend(record(kind, id, part, random.pick(&[0, 0, 7])));
        rest = after;
    }
}
