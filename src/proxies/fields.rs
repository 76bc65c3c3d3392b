//! La lectura de los encabezados de un proxy. Lo que el cliente escribió está a la izquierda, y no
//! puede cambiar cómo se lee lo de la derecha.

use std::net::{IpAddr, SocketAddr};

use crate::environ::Environ;
use crate::http::is_token;
use crate::http::target::is_authority;

/// Lo que contó un proxy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Hop {
    /// Quién le habló, si dijo una dirección.
    pub(super) node: Option<Node>,
    /// `http` o `https`.
    pub(super) scheme: Option<&'static str>,
    /// El servidor que pidió el navegador, con su puerto si lo llevaba.
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) address: IpAddr,
    pub(super) port: Option<u16>,
}

/// Los saltos que cuentan `X-Forwarded-*`, del más cercano al más alejado.
pub(super) fn x_forwarded(environ: &Environ) -> Vec<Hop> {
    let nodes = list(environ, "HTTP_X_FORWARDED_FOR");
    let schemes = list(environ, "HTTP_X_FORWARDED_PROTO");
    let hosts = list(environ, "HTTP_X_FORWARDED_HOST");
    let ports = list(environ, "HTTP_X_FORWARDED_PORT");
    let hop = |hop| Hop {
        node: nodes.get(hop).copied().and_then(parse_node),
        scheme: pick(&schemes, hop).and_then(parse_scheme),
        host: pick(&hosts, hop).and_then(parse_host),
        port: pick(&ports, hop).and_then(parse_port),
    };
    (0..nodes.len().max(1)).map(hop).collect()
}

/// Los valores de una lista, de derecha a izquierda.
fn list<'e>(environ: &'e Environ, key: &str) -> Vec<&'e str> {
    environ.get(key).map_or(Vec::new(), |value| value.rsplit(',').map(str::trim).collect())
}

/// El valor que puso un proxy: cada uno añade el suyo a la lista, o hay uno solo que nadie cambia.
fn pick<'e>(list: &[&'e str], hop: usize) -> Option<&'e str> {
    list.get(hop).or(list.last()).copied()
}

/// Los saltos que cuenta `Forwarded` (RFC 7239 §4), del más cercano al más alejado.
pub(super) fn forwarded(environ: &Environ) -> Vec<Hop> {
    let value = environ.get("HTTP_FORWARDED").unwrap_or_default();
    split_elements(value)
        .into_iter()
        .map(|element| parse_element(element).unwrap_or_default())
        .collect()
}

/// Los elementos de la lista, de derecha a izquierda. Una coma entre comillas no separa; las
/// comillas se cuentan desde la derecha, para que unas que el cliente dejó abiertas no se traguen
/// lo que añadió el proxy.
fn split_elements(value: &str) -> Vec<&str> {
    let bytes = value.as_bytes();
    let (mut elements, mut end, mut is_quoted) = (Vec::new(), bytes.len(), false);
    for at in (0..bytes.len()).rev() {
        match bytes[at] {
            b'"' if !is_escaped(bytes, at) => is_quoted = !is_quoted,
            b',' if !is_quoted => {
                elements.push(value[at + 1..end].trim());
                end = at;
            }
            _ => {}
        }
    }
    elements.push(value[..end].trim());
    elements.retain(|element| !element.is_empty());
    elements
}

fn is_escaped(bytes: &[u8], at: usize) -> bool {
    bytes[..at].iter().rev().take_while(|&&byte| byte == b'\\').count() % 2 == 1
}

/// Cuántos parámetros puede tener un elemento; la RFC define cuatro.
const MAX_PARAMETERS: usize = 16;

/// `for=…;proto=…;host=…`; `None` si está mal escrito o repite un parámetro.
fn parse_element(element: &str) -> Option<Hop> {
    let mut hop = Hop::default();
    let mut seen: Vec<String> = Vec::new();
    let mut rest = element;
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let (value, after) = parse_value(after)?;
        let name = name.to_ascii_lowercase();
        if !is_token(name.as_bytes()) || seen.contains(&name) || seen.len() == MAX_PARAMETERS {
            return None;
        }
        match name.as_str() {
            "for" => hop.node = parse_node(&value),
            "proto" => hop.scheme = parse_scheme(&value),
            "host" => hop.host = parse_host(&value),
            _ => {}
        }
        seen.push(name);
        rest = match after {
            "" => "",
            after => after.strip_prefix(';')?.trim_start(),
        };
    }
    Some(hop)
}

/// Un `token` o un texto entre comillas (RFC 9110 §5.6.4), y lo que le sigue.
fn parse_value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, after) = text.split_at(text.find(';').unwrap_or(text.len()));
        let value = value.trim_end();
        return is_token(value.as_bytes()).then(|| (value.to_owned(), after));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, quoted[at + 1..].trim_start())),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

/// Una dirección, con su puerto o sin él (RFC 7239 §6). Un nombre inventado (`_abc`) o `unknown`
/// no es ninguna.
fn parse_node(text: &str) -> Option<Node> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Some(Node { address: address.to_canonical(), port: None });
    }
    if let Ok(socket) = text.parse::<SocketAddr>() {
        let address = socket.ip().to_canonical();
        return Some(Node { address, port: Some(socket.port()) });
    }
    // Con un puerto inventado, la dirección sigue valiendo.
    let (address, port) = text.rsplit_once(':')?;
    port.starts_with('_').then(|| parse_node(address)).flatten()
}

fn parse_scheme(text: &str) -> Option<&'static str> {
    ["http", "https"].into_iter().find(|known| text.eq_ignore_ascii_case(known))
}

fn parse_port(text: &str) -> Option<u16> {
    text.parse().ok().filter(|port| *port != 0)
}

fn parse_host(text: &str) -> Option<String> {
    let is_valid = !text.is_empty() && !text.starts_with(':') && is_authority(text.as_bytes());
    is_valid.then(|| text.to_owned())
}
