//! De los bytes recibidos a una línea de petición y sus campos (RFC 9112 §2 a §5).
//!
//! Nada se copia: lo que se lee queda prestado del búfer. Los campos se comprueban una vez y se
//! guardan como las líneas que son; separarlas otra vez cuesta menos que mover una tabla.

use super::{Rejection, Version, find, has_controls, is_token, is_token_byte};

/// Cuántos campos puede tener una petición como máximo, sea cual sea la configuración.
pub(crate) const MAX_FIELDS: usize = 256;

/// Cuántos CRLF se saltan antes de la línea de petición (RFC 9112 §2.2 pide al menos uno).
const MAX_LEADING_CRLF: usize = 4;

/// Los límites de la cabeza de una petición, en bytes y en campos.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) request_line: usize,
    pub(crate) head: usize,
    pub(crate) fields: usize,
}

/// La línea de petición y los campos, prestados del búfer.
#[derive(Debug)]
pub(crate) struct Head<'b> {
    pub(crate) method: &'b str,
    pub(crate) target: &'b str,
    pub(crate) version: Version,
    pub(crate) fields: Fields<'b>,
    /// Cuántos bytes del búfer ocupa, con la línea vacía del final.
    pub(crate) length: usize,
}

/// Los campos de una petición, en su orden: líneas ya comprobadas.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'b>(&'b [u8]);

impl<'b> Fields<'b> {
    /// El nombre y el valor de cada uno, sin el espacio que los rodea.
    pub(crate) fn iter(self) -> impl Iterator<Item = (&'b [u8], &'b [u8])> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let (line, after) = take_line(rest).ok()??;
            rest = after;
            split_field(line)
        })
    }
}

/// Lee la cabeza que empieza en `buffer[0]`; `None` si todavía no está entera.
pub(crate) fn parse<'b>(buffer: &'b [u8], limits: &Limits) -> Result<Option<Head<'b>>, Rejection> {
    let Some(start) = skip_empty_lines(buffer)? else { return Ok(None) };
    let rest = &buffer[start..];
    let Some((line, lines)) = take_line(rest)? else {
        check_partial_line(rest, limits)?;
        return Ok(None);
    };
    if line.len() > limits.request_line {
        return Err(Rejection::TargetTooLong);
    }
    let (method, target, version) = parse_request_line(line)?;
    let (fields, length) = match parse_fields(lines, limits)? {
        Some((fields, after)) => (Some(fields), rest.len() - after.len()),
        None => (None, rest.len()),
    };
    if length > limits.head {
        return Err(Rejection::HeadTooLarge);
    }
    Ok(fields.map(|fields| Head { method, target, version, fields, length: start + length }))
}

fn skip_empty_lines(buffer: &[u8]) -> Result<Option<usize>, Rejection> {
    let mut start = 0;
    while buffer[start..].starts_with(b"\r\n") {
        start += 2;
        if start > MAX_LEADING_CRLF * 2 {
            return Err(Rejection::RequestLine);
        }
    }
    Ok(if buffer.len() == start || &buffer[start..] == b"\r" { None } else { Some(start) })
}

/// Separa la primera línea de lo que sigue; `None` si todavía no termina.
///
/// Un LF suelto se rechaza: RFC 9112 §2.2 permite aceptarlo, y por ahí se cuela el contrabando de
/// peticiones. Un CR suelto lo rechaza quien lee la línea, porque es un control.
fn take_line(bytes: &[u8]) -> Result<Option<(&[u8], &[u8])>, Rejection> {
    let Some(end) = find(b'\n', bytes) else { return Ok(None) };
    match bytes[..end].strip_suffix(b"\r") {
        Some(line) => Ok(Some((line, &bytes[end + 1..]))),
        None => Err(Rejection::LineEnd),
    }
}

/// Rechaza pronto lo que ya no puede llegar a ser una línea de petición, por ejemplo un saludo TLS.
fn check_partial_line(line: &[u8], limits: &Limits) -> Result<(), Rejection> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.len() > limits.request_line {
        return Err(Rejection::TargetTooLong);
    }
    let method = line.split(|&byte| byte == b' ').next().unwrap_or_default();
    if !is_token(method) || has_controls(line) {
        return Err(Rejection::RequestLine);
    }
    Ok(())
}

/// `token SP target SP HTTP/d.d`, con espacios simples (RFC 9112 §3).
fn parse_request_line(line: &[u8]) -> Result<(&str, &str, Version), Rejection> {
    let line = str::from_utf8(line).map_err(|_| Rejection::Target)?;
    let is_space = |byte: u8| byte == b' ';
    let first = line.bytes().position(is_space).ok_or(Rejection::RequestLine)?;
    let last = line.bytes().rposition(is_space).ok_or(Rejection::RequestLine)?;
    let (method, version) = (&line[..first], &line[last + 1..]);
    let target = line.get(first + 1..last).unwrap_or_default();
    if !is_token(method.as_bytes()) || target.is_empty() || target.bytes().any(is_space) {
        return Err(Rejection::RequestLine);
    }
    Ok((method, target, parse_version(version)?))
}

fn parse_version(version: &str) -> Result<Version, Rejection> {
    match version.as_bytes() {
        b"HTTP/1.0" => Ok(Version::Http10),
        [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'1'..=b'9'] => Ok(Version::Http11),
        [b'H', b'T', b'T', b'P', b'/', b'2'..=b'9', b'.', b'0'..=b'9'] => Err(Rejection::Version),
        _ => Err(Rejection::RequestLine),
    }
}

/// Comprueba los campos; `None` si falta su línea vacía. Devuelve también lo que sigue.
fn parse_fields<'b>(
    lines: &'b [u8],
    limits: &Limits,
) -> Result<Option<(Fields<'b>, &'b [u8])>, Rejection> {
    let (mut rest, mut count) = (lines, 0);
    while let Some((line, after)) = take_line(rest)? {
        if line.is_empty() {
            return Ok(Some((Fields(&lines[..lines.len() - rest.len()]), after)));
        }
        count += 1;
        if count > limits.fields {
            return Err(Rejection::TooManyFields);
        }
        check_field(line)?;
        rest = after;
    }
    Ok(None)
}

/// `token ":" valor`, sin espacio delante de los dos puntos ni continuaciones de línea (§5.1, §5.2).
fn check_field(line: &[u8]) -> Result<(), Rejection> {
    let name_end = line.iter().position(|&byte| !is_token_byte(byte)).unwrap_or(0);
    let is_valid = name_end > 0 && line[name_end] == b':' && !has_controls(&line[name_end..]);
    if is_valid { Ok(()) } else { Err(Rejection::Field) }
}

/// Separa un campo ya comprobado.
fn split_field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = find(b':', line)?;
    Some((&line[..colon], line[colon + 1..].trim_ascii()))
}

/// Cuándo vale la pena volver a leer una cabeza que llega a pedacitos.
///
/// Leerla entera tras cada byte costaría el cuadrado de su tamaño: se espera a ver su línea vacía,
/// o a que haya el doble de bytes que la última vez (para rechazar pronto lo que está mal).
#[derive(Debug, Default)]
pub(crate) struct Patience {
    seen: usize,
    retry_at: usize,
}

impl Patience {
    /// Si conviene leer `buffer`, que creció desde la última vez.
    pub(crate) fn is_worth_parsing(&self, buffer: &[u8]) -> bool {
        let from = self.seen.saturating_sub(3);
        buffer.len() >= self.retry_at
            || buffer[from..].windows(2).any(|pair| pair == b"\n\n" || pair == b"\n\r")
    }

    /// Anota que `buffer` no alcanzó.
    pub(crate) fn remember(&mut self, buffer: &[u8], parsed: bool) {
        self.seen = buffer.len();
        if parsed {
            self.retry_at = buffer.len() * 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const LIMITS: Limits = Limits { request_line: 64, head: 512, fields: 40 };

    #[track_caller]
    fn rejects(input: &[u8], expected: Rejection) {
        assert_eq!(parse(input, &LIMITS).map(|_| ()), Err(expected));
    }

    #[test]
    fn lee_una_peticion_y_solo_cuando_esta_entera() {
        let input = b"\r\nPOST /a?b HTTP/1.1\r\nHost: x\r\nX-Dos:\t2 \r\n\r\nresto";
        let length = input.len() - "resto".len();
        for cut in 0..length {
            assert!(matches!(parse(&input[..cut], &LIMITS), Ok(None)), "cortada en {cut}");
        }
        let head = parse(input, &LIMITS).expect("válida").expect("entera");
        assert_eq!((head.method, head.target, head.version), ("POST", "/a?b", Version::Http11));
        assert_eq!(head.length, length);
        let fields: Vec<_> = head.fields.iter().collect();
        assert_eq!(fields, [(&b"Host"[..], &b"x"[..]), (b"X-Dos", b"2")]);
    }

    #[test]
    fn atiende_las_versiones_1_x() {
        for (text, version) in [("1.0", Version::Http10), ("1.7", Version::Http11)] {
            let input = format!("GET / HTTP/{text}\r\n\r\n");
            let head = parse(input.as_bytes(), &LIMITS).expect("válida").expect("entera");
            assert_eq!(head.version, version);
        }
        rejects(b"GET / HTTP/2.0\r\n\r\n", Rejection::Version);
        rejects(b"GET / HTTP/0.9\r\n\r\n", Rejection::RequestLine);
        rejects(b"GET / http/1.1\r\n\r\n", Rejection::RequestLine);
        rejects(b"GET /\r\n\r\n", Rejection::RequestLine);
    }

    #[test]
    fn rechaza_las_lineas_mal_escritas() {
        rejects(b"GET  / HTTP/1.1\r\n\r\n", Rejection::RequestLine);
        rejects(b"G(T / HTTP/1.1\r\n\r\n", Rejection::RequestLine);
        rejects(b"GET / HTTP/1.1\n\r\n", Rejection::LineEnd);
        rejects(b"GET / HTTP/1.1\r\nA: b\n\r\n", Rejection::LineEnd);
        rejects(b"GET / HTTP/1.1\r\nA: b\r\n\n", Rejection::LineEnd);
        rejects(b"GET / HTTP/1.1\r\n\n", Rejection::LineEnd);
        rejects(b"GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", Rejection::Field);
        rejects(b"GET / HTTP/1.1\r\nA : b\r\n\r\n", Rejection::Field);
        rejects(b"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", Rejection::Field);
        rejects(b"GET / HTTP/1.1\r\n: b\r\n\r\n", Rejection::Field);
        rejects(b"GET / HTTP/1.1\r\nA: b\0c\r\n\r\n", Rejection::Field);
    }

    #[test]
    fn rechaza_la_basura_sin_esperar_mas() {
        rejects(b"\x16\x03\x01\x02", Rejection::RequestLine);
        rejects(b"hola\r\n", Rejection::RequestLine);
        rejects(b"GET /\0", Rejection::RequestLine);
        rejects(b"\r\n\r\n\r\n\r\n\r\n", Rejection::RequestLine);
    }

    #[test]
    fn cada_limite_tiene_su_motivo() {
        let long = "a".repeat(LIMITS.request_line);
        rejects(format!("GET /{long} HTTP/1.1\r\n\r\n").as_bytes(), Rejection::TargetTooLong);
        rejects(format!("GET /{long}").as_bytes(), Rejection::TargetTooLong);
        let large = "a".repeat(LIMITS.head);
        rejects(
            format!("GET / HTTP/1.1\r\nA: {large}\r\n\r\n").as_bytes(),
            Rejection::HeadTooLarge,
        );
        rejects(format!("GET / HTTP/1.1\r\nA: {large}").as_bytes(), Rejection::HeadTooLarge);
        let lines = |count: usize| format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(count));
        assert!(matches!(parse(lines(40).as_bytes(), &LIMITS), Ok(Some(_))));
        rejects(lines(41).as_bytes(), Rejection::TooManyFields);
    }

    #[test]
    fn la_paciencia_no_lee_en_cada_byte() {
        let input = format!("GET / HTTP/1.1\r\nA: {}\r\n\r\n", "a".repeat(400));
        let (mut patience, mut parses) = (Patience::default(), 0);
        let complete = (1..=input.len()).find(|&length| {
            let buffer = &input.as_bytes()[..length];
            let worth = patience.is_worth_parsing(buffer);
            parses += usize::from(worth);
            let complete = worth && matches!(parse(buffer, &LIMITS), Ok(Some(_)));
            patience.remember(buffer, worth);
            complete
        });
        assert_eq!(complete, Some(input.len()));
        assert!(parses <= 12, "{parses} lecturas");
    }
}
