//! Las direcciones de los dos extremos de una conexión, como se escriben en `environ`.
//!
//! Se escriben de una sola manera: una regla que compara `REMOTE_ADDR` con una lista no tendría que
//! saber por qué clase de socket llegó quien pide.

use std::borrow::Cow;
use std::net::IpAddr;

/// Lee una dirección IP. La que es IPv4 escrita como IPv6 (`::ffff:192.0.2.7`), que es como la ve un
/// socket que atiende las dos, es la de IPv4. La zona (`%eth0`) no se conserva: dice por qué cable se
/// llega a ella desde esta computadora (RFC 4007 §11), y `REMOTE_ADDR` no la admite (RFC 3875 §4.1.8).
pub(crate) fn parse_ip(text: &str) -> Option<IpAddr> {
    let (bare, zone) = text.split_once('%').unwrap_or((text, "-"));
    let address: IpAddr = bare.parse().ok()?;
    let is_valid = !zone.is_empty() && (address.is_ipv6() || bare == text);
    is_valid.then(|| address.to_canonical())
}

/// `SERVER_NAME`: una dirección IPv6 va entre corchetes (RFC 3875 §4.1.14).
pub(crate) fn server_name(name: &str) -> Cow<'_, str> {
    // Ningún otro nombre tiene dos puntos.
    if !name.contains(':') || name.starts_with('[') {
        return name.into();
    }
    match parse_ip(name) {
        Some(IpAddr::V6(address)) => format!("[{address}]").into(),
        Some(IpAddr::V4(address)) => address.to_string().into(),
        None => name.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn una_direccion_se_escribe_de_una_sola_manera() {
        for (text, expected) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("::FFFF:C000:207", "192.0.2.7"),
            ("2001:DB8:0:0::1", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
            ("::ffff:192.0.2.7%1", "192.0.2.7"),
        ] {
            assert_eq!(parse_ip(text).map(|ip| ip.to_string()).as_deref(), Some(expected));
        }
        for text in ["", "x", "192.0.2.7%eth0", "fe80::1%", "[::1]", "192.0.2.7:80", "%eth0"] {
            assert_eq!(parse_ip(text), None, "{text}");
        }
    }

    #[test]
    fn el_nombre_de_un_servidor_ipv6_va_entre_corchetes() {
        for (name, expected) in [
            ("::1", "[::1]"),
            ("[::1]", "[::1]"),
            ("fe80::1%eth0", "[fe80::1]"),
            ("::ffff:127.0.0.1", "127.0.0.1"),
            ("127.0.0.1", "127.0.0.1"),
            ("localhost", "localhost"),
            ("a:b", "a:b"),
        ] {
            assert_eq!(server_name(name), expected);
        }
    }
}
