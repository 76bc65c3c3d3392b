//! Lo que un proxy cuenta de la petición que reenvía: quién la hizo y a qué dirección.
//!
//! Cualquiera puede mandar estos encabezados, así que solo se cree a los proxies que `Config`
//! nombra, y de ellos solo los encabezados que se dice que escriben. De otro modo bastaría mandar
//! el encabezado que el proxy no toca para hacerse pasar por otro.
//!
//! Las direcciones se leen de derecha a izquierda: cada proxy añade al final la de quien le habló.
//! Mientras quien habló sea un proxy de confianza, vale lo que dijo; la primera dirección que no lo
//! sea es la del cliente, y lo que está más a la izquierda lo escribió él.

mod fields;
mod network;

use std::net::IpAddr;

use self::fields::{Hop, Node};
pub use self::network::{Network, NetworkError};
use crate::environ::Environ;
use crate::http::target::split_port;

/// Con qué encabezados cuentan los proxies de confianza la petición que reenvían.
///
/// Los proxies tienen que ponerlos o quitarlos siempre: los demás del mismo grupo que dejen pasar
/// también se creen.
///
/// # Examples
///
/// ```
/// use pasarela::{Config, ProxyHeaders, make_server_with, simple_server::demo_app};
/// use std::io::{Read, Write};
/// use std::net::TcpStream;
///
/// let config = Config {
///     trusted_proxies: vec!["127.0.0.1".parse()?],
///     proxy_headers: ProxyHeaders::Forwarded,
///     ..Config::default()
/// };
/// let server = make_server_with("127.0.0.1", 0, demo_app, config)?;
///
/// let mut proxy = TcpStream::connect(&server.local_addrs()[..])?;
/// proxy.write_all(b"GET / HTTP/1.0\r\nForwarded: for=192.0.2.7\r\n\r\n")?;
/// server.handle_request()?;
///
/// let mut response = String::new();
/// proxy.read_to_string(&mut response)?;
/// assert!(response.contains("REMOTE_ADDR = \"192.0.2.7\""));
/// # Ok::<(), pasarela::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ProxyHeaders {
    /// `X-Forwarded-For`, `X-Forwarded-Proto`, `X-Forwarded-Host` y `X-Forwarded-Port`: los de casi
    /// todos.
    #[default]
    XForwarded,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// Si quien habla es un proxy de confianza, cambia `environ` por el que habría si el navegador
/// hablara directamente: `REMOTE_ADDR`, `REMOTE_PORT`, `wsgi.url_scheme`, `HTTP_HOST`,
/// `SERVER_NAME` y `SERVER_PORT`. Los encabezados del proxy siguen en `HTTP_*`.
///
/// Lo que está mal escrito es como si no estuviera.
pub(crate) fn apply(environ: &mut Environ, trusted: &[Network], headers: ProxyHeaders) {
    if trusted.is_empty() {
        return;
    }
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let is_trusted_peer = match environ.remote_addr() {
        // Así lo llama nginx, si a él también le llegó de ese modo.
        None | Some("unix:") => trusted.iter().any(Network::is_unix),
        Some(address) => address.parse().is_ok_and(is_trusted),
    };
    if !is_trusted_peer {
        return;
    }
    let journey = match headers {
        ProxyHeaders::XForwarded => Journey::follow(fields::x_forwarded(environ), is_trusted),
        ProxyHeaders::Forwarded => Journey::follow(fields::forwarded(environ), is_trusted),
    };
    if let Some(client) = journey.client {
        set_client(environ, client);
    }
    set_address(environ, &journey.entrance);
}

/// El camino de la petición, hasta donde se puede creer.
#[derive(Debug, Default)]
struct Journey {
    /// El último de quien se conoce la dirección.
    client: Option<Node>,
    /// La que pidió el navegador, según el proxy de confianza más alejado: al que él llegó.
    entrance: Address,
}

/// A dónde se pidió, con lo que se sepa.
#[derive(Debug, Default)]
struct Address {
    scheme: Option<&'static str>,
    host: Option<String>,
    port: Option<u16>,
}

impl Journey {
    /// `hops` va del más cercano al más alejado.
    fn follow<'e>(
        hops: impl Iterator<Item = Hop<'e>>,
        is_trusted: impl Fn(IpAddr) -> bool,
    ) -> Self {
        let (mut client, mut entrance) = (None, Hop::default());
        for hop in hops {
            let node = hop.node();
            entrance = hop;
            let Some(node) = node else { break };
            client = Some(node);
            if !is_trusted(node.address) {
                break;
            }
        }
        Self { client, entrance: Address::told_by(&entrance) }
    }
}

impl Address {
    fn told_by(hop: &Hop<'_>) -> Self {
        Self { scheme: hop.scheme(), host: hop.host().map(str::to_owned), port: hop.port() }
    }
}

fn set_client(environ: &mut Environ, client: Node) {
    environ.insert("REMOTE_ADDR", client.address.to_string());
    match client.port {
        Some(port) => environ.insert("REMOTE_PORT", port.to_string()),
        // El que hay es el del proxy.
        None => drop(environ.remove("REMOTE_PORT")),
    }
}

fn set_address(environ: &mut Environ, told: &Address) {
    let Address { scheme, host, port } = told;
    if scheme.is_none() && host.is_none() && port.is_none() {
        return;
    }
    if let Some(scheme) = scheme {
        environ.insert("wsgi.url_scheme", scheme);
    }
    let usual_port = if environ.url_scheme() == "https" { 443 } else { 80 };
    let host = host.as_deref().or(environ.get("HTTP_HOST")).unwrap_or_default().to_owned();
    let (name, own_port) = split_port(&host);
    let own_port = own_port.and_then(|port| port.parse().ok());
    let known_port = own_port.or(*port).unwrap_or(usual_port);
    if told.host.is_some() {
        environ.insert("SERVER_NAME", name);
    }
    environ.insert("SERVER_PORT", known_port.to_string());
    if own_port.is_none() && known_port != usual_port && !name.is_empty() {
        environ.insert("HTTP_HOST", format!("{name}:{known_port}"));
    } else if told.host.is_some() {
        environ.insert("HTTP_HOST", &host);
    }
}

#[cfg(test)]
mod tests;
