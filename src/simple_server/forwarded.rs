//! Lo que un proxy de confianza cuenta de la petición que recibió (RFC 7239, y los `X-Forwarded-*`
//! de antes).
//!
//! Cualquiera puede escribir esos encabezados: solo se creen si quien los envía está en la lista de
//! confianza. Para los demás son encabezados como otro cualquiera. El proxy tiene que poner, o
//! quitar, cada uno de los que se creen.

#![cfg_attr(not(test), expect(dead_code, reason = "pendiente: lo llamará `exchange`"))]

use std::net::{IpAddr, SocketAddr};

use crate::environ::Environ;
use crate::http::target::is_authority;

/// Lo que se sabe del cliente original.
#[derive(Debug, Default, PartialEq, Eq)]
struct Claims<'e> {
    client: Option<Node>,
    scheme: Option<&'e str>,
    host: Option<&'e str>,
    port: Option<u16>,
}

/// Una dirección, con su puerto si lo dijeron.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Node {
    address: IpAddr,
    port: Option<u16>,
}

/// Corrige `environ` con lo que dice el proxy, si está entre los de confianza.
pub(super) fn believe(environ: &mut Environ, trusted: &[IpAddr]) {
    let peer = environ.remote_addr().and_then(parse_node);
    if !peer.is_some_and(|peer| trusted.contains(&peer.address)) {
        return;
    }
    // Casi todos los proxies ponen la forma antigua y dejan pasar la otra, que pudo escribir el
    // cliente: si están las dos, cuenta la antigua.
    let forms = (environ.header("x-forwarded-for"), environ.header("forwarded"));
    let Claims { client, scheme, host, port } = match forms {
        (None, Some(list)) => from_forwarded(list, trusted),
        _ => from_x_forwarded(environ, trusted),
    };
    let scheme = scheme.and_then(known_scheme);
    let host = host.filter(|host| !host.is_empty() && is_authority(host.as_bytes()));
    let host = host.map(str::to_owned);
    if let Some(client) = client {
        environ.insert("REMOTE_ADDR", client.address.to_string());
        // El puerto que había era el del proxy.
        match client.port {
            Some(port) => environ.insert("REMOTE_PORT", port.to_string()),
            None => _ = environ.remove("REMOTE_PORT"),
        }
    }
    if let Some(scheme) = scheme {
        environ.insert("wsgi.url_scheme", scheme);
    }
    if let Some(host) = host {
        environ.insert("HTTP_HOST", host);
    }
    if let Some(port) = port {
        environ.insert("SERVER_PORT", port.to_string());
    }
}

/// `for=192.0.2.1;proto=https;host=ejemplo.org, for=…`: cada proxy añade su elemento al final.
fn from_forwarded<'e>(list: &'e str, trusted: &[IpAddr]) -> Claims<'e> {
    let mut claims = Claims::default();
    for element in list.rsplit(',') {
        claims = Claims::default();
        for (name, value) in element.split(';').filter_map(|pair| pair.split_once('=')) {
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "for" => claims.client = parse_node(value),
                "proto" => claims.scheme = Some(value),
                "host" => claims.host = Some(value),
                _ => {}
            }
        }
        // Detrás de un proxy de confianza, lo que dijo el anterior.
        if !claims.client.is_some_and(|client| trusted.contains(&client.address)) {
            break;
        }
    }
    claims
}

fn from_x_forwarded<'e>(environ: &'e Environ, trusted: &[IpAddr]) -> Claims<'e> {
    let last = |name: &str| Some(environ.header(name)?.rsplit(',').next()?.trim());
    let mut client = None;
    for text in environ.header("x-forwarded-for").into_iter().flat_map(|list| list.rsplit(',')) {
        let Some(node) = parse_node(text) else { break };
        client = Some(node);
        if !trusted.contains(&node.address) {
            break;
        }
    }
    Claims {
        client,
        scheme: last("x-forwarded-proto"),
        host: last("x-forwarded-host"),
        port: last("x-forwarded-port").and_then(|port| port.parse().ok()),
    }
}

fn known_scheme(scheme: &str) -> Option<&'static str> {
    ["http", "https"].into_iter().find(|known| scheme.eq_ignore_ascii_case(known))
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` o `[2001:db8::1]:80`.
fn parse_node(text: &str) -> Option<Node> {
    let text = text.trim();
    if let Ok(socket) = text.parse::<SocketAddr>() {
        return Some(Node { address: socket.ip().to_canonical(), port: Some(socket.port()) });
    }
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address: IpAddr = bare.parse().ok()?;
    Some(Node { address: address.to_canonical(), port: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    /// La dirección y el puerto del cliente, el esquema, el servidor y su puerto, cuando el proxy
    /// 10.0.0.1 manda esos encabezados.
    #[track_caller]
    fn check(headers: &[(&str, &str)], expected: [&str; 5]) {
        check_trusting(&["10.0.0.1", "10.0.0.2", "fd00::1"], headers, expected);
    }

    #[track_caller]
    fn check_trusting(trusted: &[&str], headers: &[(&str, &str)], expected: [&str; 5]) {
        let mut environ = Environ::new();
        let keys = ["REMOTE_ADDR", "REMOTE_PORT", "wsgi.url_scheme", "HTTP_HOST", "SERVER_PORT"];
        for (key, value) in keys.iter().zip(UNTOUCHED) {
            environ.insert(key, value);
        }
        for (name, value) in headers {
            environ.insert(format!("HTTP_{}", name.to_uppercase().replace('-', "_")), value);
        }
        let trusted: Vec<IpAddr> =
            trusted.iter().map(|text| text.parse().expect("una dirección")).collect();
        believe(&mut environ, &trusted);
        assert_eq!(keys.map(|key| environ.get(key).unwrap_or("-")), expected);
    }

    const UNTOUCHED: [&str; 5] = ["10.0.0.1", "5000", "http", "interno", "8000"];

    #[test]
    fn a_quien_no_es_de_confianza_no_se_le_cree() {
        let headers = [("X-Forwarded-For", "9.9.9.9"), ("Forwarded", "for=9.9.9.9;proto=https")];
        check_trusting(&[], &headers, UNTOUCHED);
        check_trusting(&["10.0.0.2"], &headers, UNTOUCHED);
        check(&[], UNTOUCHED);
    }

    #[test]
    fn a_un_proxy_de_confianza_se_le_cree() {
        let old = [
            ("X-Forwarded-For", "9.9.9.9"),
            ("X-Forwarded-Proto", "HTTPS"),
            ("X-Forwarded-Host", "ejemplo.org"),
            ("X-Forwarded-Port", "443"),
        ];
        check(&old, ["9.9.9.9", "-", "https", "ejemplo.org", "443"]);
        let new = [("Forwarded", "For=\"[2001:db8::9]:77\";Proto=https; host=\"ejemplo.org:1\"")];
        check(&new, ["2001:db8::9", "77", "https", "ejemplo.org:1", "8000"]);
    }

    #[test]
    fn de_una_cadena_cuenta_el_ultimo_que_no_es_de_confianza() {
        // El cliente pudo escribir lo de la izquierda.
        let forged = "1.1.1.1, 9.9.9.9:77, [fd00::1], 10.0.0.2";
        check(&[("X-Forwarded-For", forged)], ["9.9.9.9", "77", "http", "interno", "8000"]);
        let forged = "for=1.1.1.1;host=malo, for=9.9.9.9;proto=https, for=10.0.0.2;proto=http";
        check(&[("Forwarded", forged)], ["9.9.9.9", "-", "https", "interno", "8000"]);
        let both = [("Forwarded", "for=1.1.1.1"), ("X-Forwarded-For", "9.9.9.9")];
        check(&both, ["9.9.9.9", "-", "http", "interno", "8000"]);
        let inside = "10.0.0.2, 10.0.0.1";
        check(&[("X-Forwarded-For", inside)], ["10.0.0.2", "-", "http", "interno", "8000"]);
    }

    #[test]
    fn lo_que_no_se_entiende_no_cambia_nada() {
        for value in ["", "nadie", ",", "for", "for=unknown", "for=_oculto;proto=ftp;host=a/b"] {
            check(&[("Forwarded", value)], UNTOUCHED);
        }
        check(
            &[
                ("X-Forwarded-For", "nadie"),
                ("X-Forwarded-Proto", "javascript"),
                ("X-Forwarded-Host", "u@x"),
                ("X-Forwarded-Port", "99999"),
            ],
            UNTOUCHED,
        );
    }
}
