//! Una línea del registro de accesos.

use std::fmt::Write;
use std::time::{Duration, SystemTime};

use super::format::LogFormat;
use crate::environ::Environ;

/// Lo que se sabe de una petición atendida.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) requested: Requested,
    /// Cuándo llegó.
    pub(super) time: SystemTime,
    pub(super) user: Option<String>,
    /// Las tres cifras del estado.
    pub(super) code: String,
    /// Cuántos bytes dio el cuerpo.
    pub(super) bytes: u64,
}

/// Lo que se pidió, ya escapado. Se guarda antes de llamar a la aplicación, que puede cambiarlo.
#[derive(Debug)]
pub(super) struct Requested {
    address: String,
    request: String,
    /// Los encabezados del formato combinado.
    fields: Option<[String; 2]>,
}

impl Requested {
    pub(super) fn of(environ: &Environ, format: LogFormat) -> Self {
        let field = |key| escape(environ.get_bytes(key).unwrap_or(b"-"), Place::Quoted, MAX_FIELD);
        Self {
            address: escape(environ.remote_addr().unwrap_or("-").as_bytes(), Place::Bare, MAX_WORD),
            request: request_line(environ),
            fields: match format {
                LogFormat::Common => None,
                LogFormat::Combined => Some(["HTTP_REFERER", "HTTP_USER_AGENT"].map(field)),
            },
        }
    }
}

/// `GET /ruta?consulta HTTP/1.1`, con la ruta como llegó si se sabe.
fn request_line(environ: &Environ) -> String {
    let part = |key| environ.get_bytes(key).unwrap_or_default();
    let mut target = part("REQUEST_URI").to_vec();
    if target.is_empty() {
        target = [part("SCRIPT_NAME"), part("PATH_INFO")].concat();
        if !environ.query_string().is_empty() {
            target = [&target, &b"?"[..], part("QUERY_STRING")].concat();
        }
    }
    let word = |key| escape(part(key), Place::Quoted, MAX_WORD);
    let target = escape(&target, Place::Quoted, MAX_TARGET);
    format!("{} {target} {}", word("REQUEST_METHOD"), word("SERVER_PROTOCOL"))
}

impl Line {
    /// La línea entera, con su salto.
    pub(super) fn write(&self, elapsed: Duration) -> String {
        let Requested { address, request, fields } = &self.requested;
        let user = self.user.as_deref().filter(|user| !user.is_empty()).unwrap_or("-");
        let user = escape(user.as_bytes(), Place::Bare, MAX_WORD);
        let time = log_time(self.time);
        let bytes = match self.bytes {
            0 => "-".to_owned(),
            bytes => bytes.to_string(),
        };
        let mut line = format!("{address} - {user} [{time}] \"{request}\" {} {bytes}", self.code);
        for field in fields.iter().flatten() {
            write!(line, " \"{field}\"").expect("escribir en memoria no falla");
        }
        writeln!(line, " {:.6}", elapsed.as_secs_f64()).expect("escribir en memoria no falla");
        line
    }
}

/// `06/Nov/1994:08:49:37 +0000`, con las piezas de una fecha de HTTP (RFC 9110 §5.6.7).
fn log_time(time: SystemTime) -> String {
    // Un reloj anterior a 1970 está mal puesto, y ninguna fecha sería cierta.
    let time = time.max(SystemTime::UNIX_EPOCH);
    let date = httpdate::fmt_http_date(time);
    let mut pieces = date.split(' ').skip(1);
    let mut next = || pieces.next().unwrap_or_default();
    let (day, month, year, clock) = (next(), next(), next(), next());
    format!("{day}/{month}/{year}:{clock} +0000")
}

/// Lo más largo que se anota, en bytes, de la dirección pedida, de un encabezado y de lo demás. Sin esto,
/// un cliente llenaría el disco cuatro veces más deprisa de lo que envía.
const MAX_TARGET: usize = 1024;
const MAX_FIELD: usize = 512;
const MAX_WORD: usize = 64;

/// Cuánto ocupa `\xHH`.
const ESCAPED: usize = 4;

/// Dónde va un texto: entre comillas, o suelto entre espacios.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Quoted,
    Bare,
}

/// El texto, sin nada que se confunda con lo que lo rodea, y de `max` bytes como mucho.
fn escape(text: &[u8], place: Place, max: usize) -> String {
    let mut escaped = String::with_capacity(text.len().min(max));
    for &byte in text {
        let is_safe = match byte {
            b'"' | b'\\' => false,
            b' ' => place == Place::Quoted,
            _ => byte.is_ascii_graphic(),
        };
        if escaped.len() + if is_safe { 1 } else { ESCAPED } > max {
            escaped.push('…');
            break;
        }
        match is_safe {
            true => escaped.push(char::from(byte)),
            false => write!(escaped, "\\x{byte:02X}").expect("escribir en memoria no falla"),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[track_caller]
    fn check(variables: &[(&str, &str)], format: LogFormat, user: Option<&str>, expected: &str) {
        let environ: Environ = variables.iter().copied().collect();
        let line = Line {
            requested: Requested::of(&environ, format),
            time: SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777),
            user: user.map(str::to_owned),
            code: "200".to_owned(),
            bytes: 12,
        };
        assert_eq!(line.write(Duration::from_micros(1_000_215)), format!("{expected}\n"));
    }

    const REQUEST: [(&str, &str); 6] = [
        ("REMOTE_ADDR", "::1"),
        ("REQUEST_METHOD", "GET"),
        ("REQUEST_URI", "/a%20b?c"),
        ("SERVER_PROTOCOL", "HTTP/1.1"),
        ("PATH_INFO", "/a b"),
        ("HTTP_USER_AGENT", "curl/8 (x)"),
    ];

    #[test]
    fn una_linea_de_cada_formato() {
        let common =
            r#"::1 - ada [06/Nov/1994:08:49:37 +0000] "GET /a%20b?c HTTP/1.1" 200 12 1.000215"#;
        check(&REQUEST, LogFormat::Common, Some("ada"), common);
        let combined = r#"::1 - - [06/Nov/1994:08:49:37 +0000] "GET /a%20b?c HTTP/1.1" 200 12 "-" "curl/8 (x)" 1.000215"#;
        check(&REQUEST, LogFormat::Combined, None, combined);
        check(&REQUEST, LogFormat::Combined, Some(""), combined);
    }

    #[test]
    fn nadie_escribe_lineas_de_otro() {
        let malicious = [
            ("REMOTE_ADDR", "1 - -"),
            ("REQUEST_METHOD", "GET"),
            ("REQUEST_URI", "/\" 200 1\n\\ñ\u{1b}"),
            ("SERVER_PROTOCOL", "HTTP/1.1"),
        ];
        let expected = r#"1\x20-\x20- - a\x20b [06/Nov/1994:08:49:37 +0000] "GET /\x22 200 1\x0A\x5C\xC3\xB1\x1B HTTP/1.1" 200 12 1.000215"#;
        check(&malicious, LogFormat::Common, Some("a b"), expected);
    }

    #[test]
    fn lo_largo_se_corta() {
        let (long, raw) = ("x".repeat(2000), "ñ".repeat(1000));
        let user = "u".repeat(64);
        let hostile = [
            ("REQUEST_METHOD", &*long),
            ("REQUEST_URI", &raw),
            ("SERVER_PROTOCOL", "HTTP/1.1"),
            ("HTTP_REFERER", &raw),
            ("HTTP_USER_AGENT", &long),
        ];
        let (target, referer) = (r"\xC3\xB1".repeat(128), r"\xC3\xB1".repeat(64));
        let (method, agent) = (&long[..64], &long[..512]);
        let expected = format!(
            "- - {user} [06/Nov/1994:08:49:37 +0000] \"{method}… {target}… HTTP/1.1\" 200 12 \
             \"{referer}…\" \"{agent}…\" 1.000215"
        );
        check(&hostile, LogFormat::Combined, Some(&user), &expected);
    }

    #[test]
    fn sin_la_direccion_como_llego_se_compone() {
        let composed = [
            ("REQUEST_METHOD", "GET"),
            ("SCRIPT_NAME", "/x"),
            ("PATH_INFO", "/a b"),
            ("QUERY_STRING", "c"),
            ("SERVER_PROTOCOL", "HTTP/1.0"),
        ];
        let expected =
            r#"- - - [06/Nov/1994:08:49:37 +0000] "GET /x/a b?c HTTP/1.0" 200 12 1.000215"#;
        check(&composed, LogFormat::Common, None, expected);
    }
}
