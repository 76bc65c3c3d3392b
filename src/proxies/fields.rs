//! La lectura de los encabezados de un proxy. Lo que el cliente escribió está a la izquierda, y no
//! puede cambiar cómo se lee lo de la derecha.

use std::borrow::Cow;
use std::net::IpAddr;

use super::header::ProxyHeader;
use crate::cgi::address::parse_ip;
use crate::http::Target;
use crate::http::is_token;
use crate::http::target::{is_ambiguous, is_authority};

/// Lo que contó un proxy, todavía sin leer: solo hace falta leer entero lo del último que cuenta.
#[derive(Debug, Clone, Default)]
pub(super) struct Hop<'e> {
    node: Cow<'e, str>,
    scheme: Cow<'e, str>,
    host: Cow<'e, str>,
    port: Cow<'e, str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) address: IpAddr,
    pub(super) port: Option<u16>,
}

impl Hop<'_> {
    /// Quién le habló, si dijo una dirección.
    pub(super) fn node(&self) -> Option<Node> {
        parse_node(&self.node)
    }

    /// `http` o `https`.
    pub(super) fn scheme(&self) -> Option<&'static str> {
        ["http", "https"].into_iter().find(|known| self.scheme.eq_ignore_ascii_case(known))
    }

    /// El servidor que pidió el navegador, con su puerto si lo llevaba.
    pub(super) fn host(&self) -> Option<&str> {
        let host = &*self.host;
        is_authority(host.as_bytes()).then_some(host)
    }

    pub(super) fn port(&self) -> Option<u16> {
        self.port.parse().ok().filter(|port| *port != 0)
    }
}

/// Los saltos que cuentan `X-Forwarded-*`, del más cercano al más alejado. `told` da lo que dice cada
/// encabezado.
pub(super) fn x_forwarded<'e>(
    told: impl Fn(ProxyHeader) -> &'e str,
) -> impl Iterator<Item = Hop<'e>> {
    let list = |header| told(header).rsplit(',').map(str::trim);
    let mut schemes = lasting(list(ProxyHeader::XForwardedProto));
    let mut hosts = lasting(list(ProxyHeader::XForwardedHost));
    let mut ports = lasting(list(ProxyHeader::XForwardedPort));
    list(ProxyHeader::XForwardedFor).map(move |node| Hop {
        node: node.into(),
        scheme: schemes().into(),
        host: hosts().into(),
        port: ports().into(),
    })
}

/// El valor que puso cada proxy: o añadió el suyo a la lista, o hay uno que ninguno cambia.
fn lasting<'e>(mut values: impl Iterator<Item = &'e str>) -> impl FnMut() -> &'e str {
    let mut last = "";
    move || {
        last = values.next().unwrap_or(last);
        last
    }
}

/// Los saltos que cuenta `Forwarded` (RFC 7239 §4), del más cercano al más alejado.
pub(super) fn forwarded(value: &str) -> impl Iterator<Item = Hop<'_>> {
    elements(value).map(|element| parse_element(element).unwrap_or_default())
}

/// El principio de la ruta que quitó el proxy, decodificado, si está bien escrito. Como empieza por una
/// sola barra, un enlace que empiece con él no lleva a otro servidor.
pub(super) fn prefix(value: &str) -> Option<Vec<u8>> {
    let text = value.strip_suffix('/').unwrap_or(value);
    let Ok(Target::Origin(target)) = Target::parse("GET", text) else { return None };
    let path = target.decoded_path().into_owned();
    let is_plain = text == target.path
        && !is_ambiguous(&path)
        && !path.ends_with(b"/")
        && !path.iter().any(|byte| byte.is_ascii_control() || *byte == b'\\');
    is_plain.then_some(path)
}

/// Los elementos de la lista que no son vacíos, de derecha a izquierda. Una coma entre comillas no
/// separa; las comillas se cuentan desde la derecha, para que unas que el cliente dejó abiertas no
/// se traguen lo que añadió el proxy.
fn elements(value: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(value);
    let elements = std::iter::from_fn(move || {
        let whole = rest?;
        let comma = last_comma(whole.as_bytes());
        rest = comma.map(|at| &whole[..at]);
        Some(whole[comma.map_or(0, |at| at + 1)..].trim())
    });
    elements.filter(|element| !element.is_empty())
}

/// La última coma que separa.
fn last_comma(bytes: &[u8]) -> Option<usize> {
    let mut is_quoted = false;
    (0..bytes.len()).rev().find(|&at| {
        is_quoted ^= bytes[at] == b'"' && !is_escaped(bytes, at);
        bytes[at] == b',' && !is_quoted
    })
}

fn is_escaped(bytes: &[u8], at: usize) -> bool {
    bytes[..at].iter().rev().take_while(|&&byte| byte == b'\\').count() % 2 == 1
}

/// Cuántos parámetros puede tener un elemento; la RFC define cuatro.
const MAX_PARAMETERS: usize = 16;

/// `for=…;proto=…;host=…`; `None` si está mal escrito o repite un parámetro.
fn parse_element(element: &str) -> Option<Hop<'_>> {
    let mut hop = Hop::default();
    let mut seen: Vec<&str> = Vec::new();
    let mut rest = element;
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let (value, after) = parse_value(after)?;
        let is_repeated = seen.iter().any(|known| known.eq_ignore_ascii_case(name));
        if !is_token(name.as_bytes()) || is_repeated || seen.len() == MAX_PARAMETERS {
            return None;
        }
        seen.push(name);
        let known = [("for", &mut hop.node), ("proto", &mut hop.scheme), ("host", &mut hop.host)];
        if let Some((_, place)) = known.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)) {
            *place = value;
        }
        rest = match after {
            "" => "",
            after => after.strip_prefix(';')?.trim_start(),
        };
    }
    Some(hop)
}

/// Un `token` o un texto entre comillas (RFC 9110 §5.6.4), y lo que le sigue.
fn parse_value(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, after) = text.split_at(text.find(';').unwrap_or(text.len()));
        let value = value.trim_end();
        return is_token(value.as_bytes()).then_some((value.into(), after));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value.into(), quoted[at + 1..].trim_start())),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

/// Una dirección, con su puerto o sin él (RFC 7239 §6). Un nombre inventado (`_abc`) o `unknown`
/// no es ninguna.
fn parse_node(text: &str) -> Option<Node> {
    if let Some(node) = parse_address(text) {
        return Some(node);
    }
    let (address, port) = text.rsplit_once(':')?;
    // Una IPv6 con puerto lleva corchetes.
    let node =
        parse_address(address).filter(|_| address.ends_with(']') || !address.contains(':'))?;
    match port.strip_prefix('_') {
        // Con un puerto inventado, la dirección sigue valiendo.
        Some(_) => Some(node),
        None if !port.bytes().all(|byte| byte.is_ascii_digit()) => None,
        None => Some(Node { port: Some(port.parse().ok()?), ..node }),
    }
}

/// Una dirección sin puerto; si es IPv6, con corchetes o sin ellos.
fn parse_address(text: &str) -> Option<Node> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    Some(Node { address: parse_ip(bare)?, port: None })
}
