//! La lectura de los encabezados de un proxy. Lo que el cliente escribió está a la izquierda, y no
//! puede cambiar cómo se lee lo de la derecha.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use crate::environ::Environ;
use crate::http::is_token;
use crate::http::target::is_authority;

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
        let is_valid = !host.is_empty() && !host.starts_with(':') && is_authority(host.as_bytes());
        is_valid.then_some(host)
    }

    pub(super) fn port(&self) -> Option<u16> {
        self.port.parse().ok().filter(|port| *port != 0)
    }
}

/// Los saltos que cuentan `X-Forwarded-*`, del más cercano al más alejado.
pub(super) fn x_forwarded(environ: &Environ) -> impl Iterator<Item = Hop<'_>> {
    let mut schemes = lasting(list(environ, "HTTP_X_FORWARDED_PROTO"));
    let mut hosts = lasting(list(environ, "HTTP_X_FORWARDED_HOST"));
    let mut ports = lasting(list(environ, "HTTP_X_FORWARDED_PORT"));
    list(environ, "HTTP_X_FORWARDED_FOR").map(move |node| Hop {
        node: node.into(),
        scheme: schemes().into(),
        host: hosts().into(),
        port: ports().into(),
    })
}

/// Los valores de una lista, de derecha a izquierda; uno vacío si no está.
fn list<'e>(environ: &'e Environ, key: &str) -> impl Iterator<Item = &'e str> {
    environ.get(key).unwrap_or_default().rsplit(',').map(str::trim)
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
pub(super) fn forwarded(environ: &Environ) -> impl Iterator<Item = Hop<'_>> {
    let value = environ.get("HTTP_FORWARDED").unwrap_or_default();
    elements(value).map(|element| parse_element(element).unwrap_or_default())
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
    if let Ok(socket) = text.parse::<SocketAddr>() {
        let address = socket.ip().to_canonical();
        return Some(Node { address, port: Some(socket.port()) });
    }
    // Con un puerto inventado, la dirección sigue valiendo.
    let (address, port) = text.rsplit_once(':')?;
    port.starts_with('_').then(|| parse_address(address)).flatten()
}

/// Una dirección sin puerto; si es IPv6, con corchetes o sin ellos.
fn parse_address(text: &str) -> Option<Node> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address: IpAddr = bare.parse().ok()?;
    Some(Node { address: address.to_canonical(), port: None })
}
