//! El destino de una petición: ruta, consulta y servidor (RFC 9112 §3.2, RFC 3986).

use std::borrow::Cow;
use std::net::Ipv6Addr;

use percent_encoding::percent_decode;

use super::{ESCAPED_REG_NAME, REG_NAME, Rejection, scan};

/// El destino, según su forma.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target<'b> {
    /// `/ruta?consulta` (§3.2.1).
    Origin(PathAndQuery<'b>),
    /// `http://servidor/ruta?consulta` (§3.2.2): su servidor manda sobre `Host`.
    Absolute { authority: &'b str, rest: PathAndQuery<'b> },
    /// `*`, solo con `OPTIONS` (§3.2.4).
    Asterisk,
}

/// La ruta y la consulta, sin decodificar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PathAndQuery<'b> {
    pub(crate) path: &'b str,
    pub(crate) query: &'b str,
    has_escapes: bool,
}

impl<'b> Target<'b> {
    /// Lee el destino de una petición con ese método.
    pub(crate) fn parse(method: &str, target: &'b str) -> Result<Self, Rejection> {
        if method == "CONNECT" {
            return Err(Rejection::Connect);
        }
        if !is_written(target) {
            return Err(Rejection::Target);
        }
        if target.starts_with('/') {
            return Ok(Self::Origin(PathAndQuery::split(target)?));
        }
        if target == "*" && method == "OPTIONS" {
            return Ok(Self::Asterisk);
        }
        Self::absolute(target)
    }

    fn absolute(target: &'b str) -> Result<Self, Rejection> {
        let Some((scheme, rest)) = target.split_once("://") else {
            return Err(Rejection::Target);
        };
        if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return Err(Rejection::Target);
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        if !is_authority(authority.as_bytes()) {
            return Err(Rejection::Target);
        }
        let mut rest = PathAndQuery::split(rest)?;
        if rest.path.is_empty() {
            rest.path = "/";
        }
        Ok(Self::Absolute { authority, rest })
    }

    /// La ruta y la consulta; la ruta de `*` es vacía.
    pub(crate) fn path_and_query(&self) -> PathAndQuery<'b> {
        match *self {
            Self::Origin(rest) | Self::Absolute { rest, .. } => rest,
            Self::Asterisk => PathAndQuery { path: "", query: "", has_escapes: false },
        }
    }
}

impl<'b> PathAndQuery<'b> {
    fn split(text: &'b str) -> Result<Self, Rejection> {
        // Lo normal es que no haya ni una cosa ni la otra.
        let Some(at) = text.bytes().position(|byte| matches!(byte, b'?' | b'%')) else {
            return Ok(Self { path: text, query: "", has_escapes: false });
        };
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let has_escapes = at < path.len();
        if has_escapes && !escapes_are_valid(path.as_bytes()) {
            return Err(Rejection::Target);
        }
        Ok(Self { path, query, has_escapes })
    }

    /// La ruta con sus escapes resueltos, una sola vez. Los puntos y las barras dobles quedan como
    /// llegaron: decidir sobre ellos es cosa de la aplicación.
    pub(crate) fn decoded_path(&self) -> Cow<'b, [u8]> {
        percent_decode(self.path.as_bytes()).into()
    }

    /// Si en la ruta no hay nada que decodificar.
    pub(crate) fn path_is_plain(&self) -> bool {
        !self.has_escapes
    }
}

/// Si en `text` no hay `#` ni bytes fuera de ASCII imprimible: RFC 3986 §2 los quiere escapados.
pub(crate) fn is_written(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#')
}

fn escapes_are_valid(text: &[u8]) -> bool {
    text.split(|&byte| byte == b'%').skip(1).all(|rest| match rest {
        [high, low, ..] => high.is_ascii_hexdigit() && low.is_ascii_hexdigit(),
        _ => false,
    })
}

/// Si en una ruta decodificada hay algo que unos servidores resuelven y otros no: un tramo `.` o `..`
/// (RFC 3986 §5.2.4), o uno vacío que no es el último.
pub(crate) fn is_ambiguous(path: &[u8]) -> bool {
    path.windows(2).any(|pair| pair == b"//")
        || path.split(|&byte| byte == b'/').any(|segment| matches!(segment, b"." | b".."))
}

/// Si `text` es `uri-host [ ":" port ]` (RFC 9110 §7.2, RFC 3986 §3.2.2). Sin nombre no hay servidor
/// (RFC 9110 §4.2.1).
pub(crate) fn is_authority(text: &[u8]) -> bool {
    let end = match text {
        [b'[', ..] => text.iter().position(|&byte| byte == b']').map_or(0, |at| at + 1),
        _ => scan::position(text, b':').unwrap_or(text.len()),
    };
    let (host, port) = text.split_at(end);
    let host_is_valid = match host {
        [b'[', address @ .., b']'] => is_ipv6(address),
        _ => is_reg_name(host),
    };
    host_is_valid
        && !host.is_empty()
        && (port.is_empty() || port.strip_prefix(b":").is_some_and(is_port))
}

/// Un servidor y su puerto, si lo lleva. Los corchetes de una dirección IPv6 se quedan.
pub(crate) fn split_port(host: &str) -> (&str, Option<&str>) {
    let name_end = host.rfind(']').map_or(0, |at| at + 1);
    match host[name_end..].rfind(':') {
        Some(at) => (&host[..name_end + at], Some(&host[name_end + at + 1..])),
        None => (host, None),
    }
}

fn is_ipv6(address: &[u8]) -> bool {
    str::from_utf8(address).is_ok_and(|text| text.parse::<Ipv6Addr>().is_ok())
}

fn is_reg_name(name: &[u8]) -> bool {
    REG_NAME.has_all(name) || (ESCAPED_REG_NAME.has_all(name) && escapes_are_valid(name))
}

/// Si es vacío o cabe en 16 bits. Los ceros de delante no cuentan.
fn is_port(port: &[u8]) -> bool {
    let value = port.iter().try_fold(0, |value, byte| {
        let digit = byte.wrapping_sub(b'0');
        let value = value * 10 + u32::from(digit);
        (digit <= 9 && value <= u16::MAX.into()).then_some(value)
    });
    value.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[track_caller]
    fn check(method: &str, target: &str, expected: Result<(&str, &str), Rejection>) {
        let parsed = Target::parse(method, target).map(|target| {
            let PathAndQuery { path, query, .. } = target.path_and_query();
            (path, query)
        });
        assert_eq!(parsed, expected);
    }

    #[test]
    fn separa_la_ruta_de_la_consulta() {
        check("GET", "/", Ok(("/", "")));
        check("GET", "/a/b?c=d?e", Ok(("/a/b", "c=d?e")));
        check("GET", "/?", Ok(("/", "")));
        check("GET", "/*", Ok(("/*", "")));
        check("GET", "/a?%zz%", Ok(("/a", "%zz%")));
    }

    #[test]
    fn los_puntos_y_las_barras_quedan_como_llegaron() {
        check("GET", "//a/../b//./c", Ok(("//a/../b//./c", "")));
        check("GET", "/%2e%2E/%2f", Ok(("/%2e%2E/%2f", "")));
    }

    #[test]
    fn una_ruta_es_dudosa_si_otro_servidor_la_resolveria() {
        for path in ["//", "/a//b", "//a", "/.", "/..", "/a/../b", "/./", "/a/..", "/a/b//"] {
            assert!(is_ambiguous(path.as_bytes()), "{path}");
        }
        for path in ["", "/", "/a", "/a/", "/a/b/", "/...", "/.a", "/a..", "/a/..b/", "/..;"] {
            assert!(!is_ambiguous(path.as_bytes()), "{path}");
        }
    }

    #[test]
    fn entiende_la_forma_absoluta() {
        check("GET", "http://x:80/a?b", Ok(("/a", "b")));
        check("GET", "HTTP://x", Ok(("/", "")));
        check("GET", "https://x?b", Ok(("/", "b")));
        check("GET", "http://[::1]:80/a", Ok(("/a", "")));
        let bad = [
            "http://",
            "http:///a",
            "http://:80/",
            "http://?a",
            "http://u@x/",
            "http://u:c@x/",
            "http:x",
            "http:/x",
            "ftp://x/",
            "://x/",
            "http://x:a/",
            "http://x:1:2/",
            "http://[::1/",
            "http://x\\y/",
        ];
        for bad in bad {
            check("GET", bad, Err(Rejection::Target));
        }
    }

    #[test]
    fn el_asterisco_es_de_options_y_connect_no_se_atiende() {
        check("OPTIONS", "*", Ok(("", "")));
        for method in ["GET", "POST", "options"] {
            check(method, "*", Err(Rejection::Target));
        }
        check("OPTIONS", "**", Err(Rejection::Target));
        for target in ["x:443", "/", "*", "http://x/", "%"] {
            check("CONNECT", target, Err(Rejection::Connect));
        }
        check("GET", "x:443", Err(Rejection::Target));
    }

    #[test]
    fn rechaza_los_destinos_mal_escritos() {
        let targets =
            ["", "a", "?a", "/#", "/?#", "/ñ", "/?ñ", "/ ", "/\t", "/\0", "/\u{7f}", "/a\r"];
        for target in targets {
            check("GET", target, Err(Rejection::Target));
        }
        for escape in ["/%", "/%4", "/%zz", "/%4g", "/%%41", "/%+1", "/a%", "http://x/%"] {
            check("GET", escape, Err(Rejection::Target));
        }
    }

    #[test]
    fn decodifica_la_ruta_una_sola_vez() {
        let Ok(target) = Target::parse("GET", "/a%20b%2Fc%2525%FF") else { panic!("destino") };
        assert_eq!(&*target.path_and_query().decoded_path(), b"/a b/c%25\xFF");
    }

    #[test]
    fn conoce_la_sintaxis_de_host() {
        let good = [
            "x",
            "x:",
            "x:80",
            "127.0.0.1:8000",
            "[::1]",
            "[::1]:80",
            "a%20b",
            "x:65535",
            "x:00000000000000080",
            "a_b",
        ];
        for good in good {
            assert!(is_authority(good.as_bytes()), "{good:?}");
        }
    }

    #[test]
    fn rechaza_los_host_mal_escritos() {
        let bad = [
            "",
            ":",
            ":80",
            "u@x",
            "x:1:2",
            "[::1",
            "::1]",
            "[]",
            "[::1]x",
            "[::1]:80:80",
            "::1",
            "x/",
            "x?",
            "x#",
            "x\\",
            "x y",
            " ",
            "x:a",
            "x:-1",
            "x:65536",
            "x:99999999999",
            "[x]",
            "x]",
            "x%",
            "x%zz",
            "ñ",
            "x\u{7f}",
            "x\t",
            "<x>",
            "a\"",
            "x,y z",
        ];
        for bad in bad {
            assert!(!is_authority(bad.as_bytes()), "{bad:?}");
        }
    }
}
