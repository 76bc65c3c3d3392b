//! De los bytes recibidos a una línea de petición y sus campos (RFC 9112 §2 a §5).
//!
//! Nada se copia: lo que se lee queda prestado del búfer.

use super::fields::{FieldTable, Fields};
use super::{Rejection, Version, is_token, scan};

/// Cuántos CRLF se saltan antes de la línea de petición (RFC 9112 §2.2 pide al menos uno).
const MAX_LEADING_CRLF: usize = 4;

/// Los límites de la cabeza de una petición, en bytes y en campos.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) request_line: usize,
    pub(crate) head: usize,
    pub(crate) fields: usize,
}

/// 8 KiB: lo que admiten nginx y Apache sin configurarlos.
const MAX_REQUEST_LINE: usize = 8 * 1024;
/// 64 KiB: caben las *cookies* más gordas de un navegador.
const MAX_HEAD: usize = 64 * 1024;
/// Un navegador envía unos 15.
const MAX_FIELDS: usize = 100;

impl Default for Limits {
    fn default() -> Self {
        Self { request_line: MAX_REQUEST_LINE, head: MAX_HEAD, fields: MAX_FIELDS }
    }
}

/// La línea de petición y los campos, prestados del búfer.
#[derive(Debug)]
pub(crate) struct Head<'b> {
    pub(crate) method: &'b str,
    pub(crate) target: &'b str,
    pub(crate) version: Version,
    pub(crate) fields: Fields<'b>,
    /// La cabeza entera, si es UTF-8.
    pub(crate) text: Option<&'b str>,
    /// Cuántos bytes del búfer ocupa, con la línea vacía del final.
    pub(crate) length: usize,
}

/// Lee la cabeza que empieza en `buffer[0]`; `None` si todavía no está entera.
///
/// Cuando dice otra cosa que `None`, más bytes detrás no la cambian: el motivo de un rechazo no
/// depende de cómo llegó partida la petición.
pub(crate) fn parse<'b>(
    buffer: &'b [u8],
    limits: &Limits,
    table: &'b mut FieldTable,
) -> Result<Option<Head<'b>>, Rejection> {
    let Some(start) = skip_empty_lines(buffer)? else { return Ok(None) };
    let rest = &buffer[start..];
    let line_end = scan::position(rest, b'\n');
    let method_end = check_line(&rest[..line_end.unwrap_or(rest.len())], limits)?;
    let Some(line_end) = line_end else { return Ok(None) };
    let line = rest[..line_end].strip_suffix(b"\r").ok_or(Rejection::LineEnd)?;
    let line = RequestLine::parse(line, method_end)?;
    // De lo que excede el límite no se mira nada: podría no haber llegado todavía.
    let within = &rest[..rest.len().min(limits.head)];
    match table.read(within, within.len().min(line_end + 1), limits.fields)? {
        Some(length) => line.with_fields(&rest[..length], start, table).map(Some),
        None if rest.len() > limits.head => Err(Rejection::HeadTooLarge),
        None => Ok(None),
    }
}

fn skip_empty_lines(buffer: &[u8]) -> Result<Option<usize>, Rejection> {
    let mut start = 0;
    while buffer[start..].starts_with(b"\r\n") {
        start += 2;
        if start > MAX_LEADING_CRLF * 2 {
            return Err(Rejection::RequestLine);
        }
    }
    match &buffer[start..] {
        b"" | b"\r" => Ok(None),
        [b'\n', ..] => Err(Rejection::LineEnd),
        _ => Ok(Some(start)),
    }
}

/// Rechaza pronto lo que ya no puede llegar a ser una línea de petición, por ejemplo un saludo TLS,
/// y dice dónde termina su método. `line` puede estar a medias; se mira igual que si está entera.
fn check_line(line: &[u8], limits: &Limits) -> Result<usize, Rejection> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let seen = &line[..line.len().min(limits.request_line)];
    let method_end = seen.iter().position(|&byte| byte == b' ').unwrap_or(seen.len());
    if !is_token(&seen[..method_end]) {
        return Err(Rejection::RequestLine);
    }
    if line.len() > limits.request_line { Err(Rejection::TargetTooLong) } else { Ok(method_end) }
}

/// Una línea de petición ya comprobada: dónde está cada parte.
struct RequestLine {
    method_end: usize,
    target_end: usize,
    version: Version,
}

impl RequestLine {
    /// `token SP target SP HTTP/d.d`, con espacios simples (RFC 9112 §3). El `token` ya se
    /// comprobó.
    fn parse(line: &[u8], method_end: usize) -> Result<Self, Rejection> {
        let rest = line.get(method_end + 1..).unwrap_or_default();
        let target_length = scan::position(rest, b' ').ok_or(Rejection::RequestLine)?;
        let (target, version) = rest.split_at(target_length);
        if target.is_empty() {
            return Err(Rejection::RequestLine);
        }
        // RFC 3986 §2 quiere escapado lo que no es ASCII.
        if !target.is_ascii() {
            return Err(Rejection::Target);
        }
        // Si hubiera otro espacio quedaría en la versión, que no lo admite.
        let version = parse_version(&version[1..])?;
        Ok(Self { method_end, target_end: method_end + 1 + target_length, version })
    }

    /// La cabeza entera: `bytes` va de esta línea a la vacía, y en `table` están sus campos.
    fn with_fields<'b>(
        self,
        bytes: &'b [u8],
        start: usize,
        table: &'b FieldTable,
    ) -> Result<Head<'b>, Rejection> {
        // Una sola comprobación para todo; lo normal es que todo sea texto.
        let text = str::from_utf8(bytes).ok();
        let part = |from: usize, to: usize| match text {
            Some(text) => Ok(&text[from..to]),
            None => str::from_utf8(&bytes[from..to]).map_err(|_| Rejection::Target),
        };
        Ok(Head {
            method: part(0, self.method_end)?,
            target: part(self.method_end + 1, self.target_end)?,
            version: self.version,
            fields: table.fields(bytes),
            text,
            length: start + bytes.len(),
        })
    }
}

fn parse_version(version: &[u8]) -> Result<Version, Rejection> {
    match version {
        b"HTTP/1.0" => Ok(Version::Http10),
        [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'1'..=b'9'] => Ok(Version::Http11),
        [b'H', b'T', b'T', b'P', b'/', b'2'..=b'9', b'.', b'0'..=b'9'] => Err(Rejection::Version),
        _ => Err(Rejection::RequestLine),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const LIMITS: Limits = Limits { request_line: 64, head: 512, fields: 40 };

    /// Cuánto mide, si se puede leer.
    fn length_of(input: &[u8]) -> Result<Option<usize>, Rejection> {
        let table = &mut FieldTable::default();
        parse(input, &LIMITS, table).map(|head| head.map(|head| head.length))
    }

    /// La rechaza entera, y partida en cualquier sitio nunca la da por buena.
    #[track_caller]
    fn rejects(input: &[u8], expected: Rejection) {
        assert_eq!(length_of(input), Err(expected));
        for cut in 0..input.len() {
            assert!(!matches!(length_of(&input[..cut]), Ok(Some(_))), "cortada en {cut}");
        }
    }

    #[test]
    fn lee_una_peticion_y_solo_cuando_esta_entera() {
        let input = b"\r\nPOST /a?b HTTP/1.1\r\nHost: x\r\nX-Dos:\t2 \r\n\r\nresto";
        let length = input.len() - "resto".len();
        for cut in 0..length {
            assert_eq!(length_of(&input[..cut]), Ok(None), "cortada en {cut}");
        }
        let table = &mut FieldTable::default();
        let head = parse(input, &LIMITS, table).expect("válida").expect("entera");
        assert_eq!((head.method, head.target, head.version), ("POST", "/a?b", Version::Http11));
        assert_eq!(head.length, length);
        let fields: Vec<_> = head.fields.iter().map(|field| (field.name, field.value)).collect();
        assert_eq!(fields, [(&b"Host"[..], &b"x"[..]), (b"X-Dos", b"2")]);
    }

    #[test]
    fn atiende_las_versiones_1_x() {
        for (text, version) in
            [("1.0", Version::Http10), ("1.1", Version::Http11), ("1.7", Version::Http11)]
        {
            let input = format!("GET / HTTP/{text}\r\n\r\n");
            let table = &mut FieldTable::default();
            let head = parse(input.as_bytes(), &LIMITS, table).expect("válida").expect("entera");
            assert_eq!(head.version, version);
        }
        for major in ["2.0", "3.0", "9.9"] {
            rejects(format!("GET / HTTP/{major}\r\n\r\n").as_bytes(), Rejection::Version);
        }
        rejects(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Rejection::Version);
        let nonsense = [
            "HTTP/0.9",
            "http/1.1",
            "HTTP/1",
            "HTTP/1.",
            "HTTP/11",
            "HTTP/1.10",
            "HTTP/01.1",
            "HTTP/1,1",
            "HTTP/a.b",
            "HTTP/ 1.1",
            "HTTPS/1.1",
            "HTTP1.1",
            "",
            "\u{661}",
        ];
        for version in nonsense {
            rejects(format!("GET / {version}\r\n\r\n").as_bytes(), Rejection::RequestLine);
        }
        rejects(b"GET /\r\n\r\n", Rejection::RequestLine);
    }

    #[test]
    fn rechaza_las_lineas_mal_escritas() {
        let lines = [
            "GET  / HTTP/1.1",
            "GET /  HTTP/1.1",
            " GET / HTTP/1.1",
            "GET / HTTP/1.1 ",
            "GET /",
            "GET / a HTTP/1.1",
            "GET\t/ HTTP/1.1",
            "G(T / HTTP/1.1",
            "ÑU / HTTP/1.1",
            "GET",
            " ",
            " / HTTP/1.1",
            "GET HTTP/1.1",
            "HTTP/1.1",
        ];
        for line in lines {
            let input = format!("{line}\r\nHost: x\r\n\r\n");
            rejects(input.as_bytes(), Rejection::RequestLine);
        }
        rejects(b"GET /\xFF HTTP/1.1\r\n\r\n", Rejection::Target);
    }

    #[test]
    fn un_lf_suelto_se_rechaza_donde_este() {
        let input = "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n";
        for (at, _) in input.match_indices("\r\n") {
            let bare = format!("{}{}", &input[..at], &input[at + 1..]);
            rejects(bare.as_bytes(), Rejection::LineEnd);
        }
        rejects(b"\nGET / HTTP/1.1\r\n\r\n", Rejection::LineEnd);
        // Sin esperar a que llegue el resto.
        rejects(b"GET / HTTP/1.1\r\nA: b\n", Rejection::LineEnd);
    }

    #[test]
    fn ningun_control_se_acepta_en_ningun_sitio() {
        let input = b"GET /a HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n";
        let controls = (0..b' ').chain([0x7F]).filter(|&byte| byte != b'\t');
        let places = 0..input.len() - 1;
        for (control, at) in
            controls.flat_map(|control| places.clone().map(move |at| (control, at)))
        {
            let spoilt = [&input[..at], &[control], &input[at..]].concat();
            let is_read = match parse(&spoilt, &LIMITS, &mut FieldTable::default()) {
                // De un destino con controles se ocupa `Target`.
                Ok(Some(head)) => !head.target.bytes().any(|byte| byte == control),
                _ => false,
            };
            assert!(!is_read, "{control} en {at}");
        }
    }

    #[test]
    fn salta_unas_pocas_lineas_vacias_al_empezar() {
        for count in 0..=MAX_LEADING_CRLF {
            let input = "\r\n".repeat(count) + "GET / HTTP/1.1\r\n\r\n";
            assert_eq!(length_of(input.as_bytes()), Ok(Some(input.len())));
        }
        rejects(b"\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n", Rejection::RequestLine);
        rejects(b"\rGET / HTTP/1.1\r\n\r\n", Rejection::RequestLine);
    }

    #[test]
    fn rechaza_la_basura_sin_esperar_mas() {
        rejects(b"\x16\x03\x01\x02", Rejection::RequestLine);
        rejects(b"hola\r\n", Rejection::RequestLine);
        rejects(b"\r\n\r\n\r\n\r\n\r\n", Rejection::RequestLine);
    }

    #[test]
    fn el_motivo_de_un_rechazo_no_depende_de_los_cortes() {
        let large = "a".repeat(LIMITS.head);
        let inputs = [
            "\u{16}\u{3}\u{1}\n\u{f1}\r\n".into(),
            "\u{f1} / HTTP/1.1\n".into(),
            format!("{large} / HTTP/1.1\r\n\r\n"),
            format!("G(T /{large} HTTP/1.1\r\n\r\n"),
            format!("GET /{large}\u{f1} HTTP/1.1\n"),
            format!("GET / HTTP/1.1\r\nA: {large}\r\n mal\r\n\r\n"),
            format!("GET / HTTP/1.1\r\n{}mal\r\n\r\n", "A: b\r\n".repeat(41)),
        ];
        for input in inputs.map(String::into_bytes) {
            let early = (1..input.len()).find_map(|cut| length_of(&input[..cut]).err());
            rejects(&input, early.expect("se rechaza antes de llegar entera"));
        }
    }

    #[test]
    fn la_linea_de_peticion_tambien_cuenta_como_cabeza() {
        let limits = Limits { head: 10, ..LIMITS };
        let table = &mut FieldTable::default();
        let parsed = parse(b"GET / HTTP/1.1\r\n\r\n", &limits, table);
        assert_eq!(parsed.map(|_| ()), Err(Rejection::HeadTooLarge));
    }

    /// Lo que llega hasta el límite se acepta; un byte o un campo más tiene su motivo.
    #[track_caller]
    fn check_limit(make: impl Fn(usize) -> String, last: usize, expected: Rejection) {
        let input = make(last);
        assert_eq!(length_of(input.as_bytes()), Ok(Some(input.len())), "{last}");
        rejects(make(last + 1).as_bytes(), expected);
    }

    #[test]
    fn cada_limite_tiene_su_motivo() {
        let line = |length: usize| {
            let path = "a".repeat(length - "GET / HTTP/1.1".len());
            format!("GET /{path} HTTP/1.1\r\n\r\n")
        };
        check_limit(line, LIMITS.request_line, Rejection::TargetTooLong);
        let head = |length: usize| {
            let value = "a".repeat(length - "GET / HTTP/1.1\r\nA:\r\n\r\n".len());
            format!("GET / HTTP/1.1\r\nA:{value}\r\n\r\n")
        };
        check_limit(head, LIMITS.head, Rejection::HeadTooLarge);
        let fields = |count: usize| format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(count));
        check_limit(fields, LIMITS.fields, Rejection::TooManyFields);
    }

    #[test]
    fn un_limite_excedido_no_espera_el_final() {
        let long = "a".repeat(LIMITS.head);
        rejects(format!("GET /{long}").as_bytes(), Rejection::TargetTooLong);
        rejects(format!("GET / HTTP/1.1\r\nA: {long}").as_bytes(), Rejection::HeadTooLarge);
        let many = "A: b\r\n".repeat(LIMITS.fields + 1);
        rejects(format!("GET / HTTP/1.1\r\n{many}").as_bytes(), Rejection::TooManyFields);
    }
}
