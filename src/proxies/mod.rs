//! Lo que un proxy cuenta de la petición que reenvía: quién la hizo y a qué dirección.
//!
//! Cualquiera puede mandar estos encabezados, así que solo se cree a los proxies que `Config`
//! nombra, y de ellos solo los encabezados que se dice que ponen, uno por uno. De otro modo bastaría
//! mandar el que el proxy no toca para hacerse pasar por otro.
//!
//! Las direcciones se leen de derecha a izquierda: cada proxy añade al final la de quien le habló.
//! Mientras quien habló sea un proxy de confianza, vale lo que dijo; la primera dirección que no lo
//! sea es la del cliente, y lo que está más a la izquierda lo escribió él.
//!
//! `HTTP_HOST` no se cambia nunca: es lo que llegó en `Host`. Un proxy que lo conserva no necesita
//! contarlo de otra manera. Lo que cuente otro va a `SERVER_NAME` y `SERVER_PORT`, y a `pasarela.host`,
//! con que se compone la dirección pedida: PEP 3333 la compone con `HTTP_HOST` si está, y ahí estaría el
//! nombre de dentro.

mod header;
mod network;
mod fields;

use std::net::IpAddr;

use self::fields::{Hop, Node};
pub use self::header::{ProxyHeader, Unbelieved};
pub use self::network::{Network, NetworkError};
use crate::environ::Environ;
use crate::http::target::split_port;
use crate::util::TOLD_HOST;

/// A quién se cree, y qué.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trust<'c> {
    pub(crate) proxies: &'c [Network],
    /// Los encabezados que ponen.
    pub(crate) headers: &'c [ProxyHeader],
    pub(crate) unbelieved: Unbelieved,
}

/// Si quien habla es un proxy de confianza, cambia `environ` por el que habría si el navegador
/// hablara directamente: `REMOTE_ADDR`, `REMOTE_PORT`, `wsgi.url_scheme`, `SERVER_NAME`,
/// `SERVER_PORT` y `SCRIPT_NAME`. Los encabezados que se creen siguen en `HTTP_*`; los demás se quitan,
/// si se dice.
///
/// Lo que está mal escrito es como si no estuviera.
pub(crate) fn apply(environ: &mut Environ, trust: Trust<'_>) {
    if trust.proxies.is_empty() {
        return;
    }
    let is_trusted = trust.includes_peer(environ);
    if trust.unbelieved == Unbelieved::Dropped {
        environ.retain(|variable| !is_told(variable) || (is_trusted && trust.lets_in(variable)));
    }
    if is_trusted {
        believe(environ, trust);
    }
}

/// Si es lo que un proxy cuenta, alguno o cualquiera: los hay que también dicen quién es el usuario.
fn is_told(variable: &str) -> bool {
    variable == ProxyHeader::Forwarded.variable() || variable.starts_with("HTTP_X_FORWARDED_")
}

impl Trust<'_> {
    fn includes(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|network| network.contains(address))
    }

    fn includes_peer(&self, environ: &Environ) -> bool {
        match environ.remote_addr() {
            // Así lo llama nginx, si a él también le llegó de ese modo.
            None | Some("unix:") => self.proxies.iter().any(Network::is_unix),
            Some(address) => address.parse().is_ok_and(|address| self.includes(address)),
        }
    }

    /// Si de un proxy de confianza llega esa variable: los encabezados que no se conocen los pone él.
    fn lets_in(&self, variable: &str) -> bool {
        ProxyHeader::of(variable).is_none_or(|header| self.headers.contains(&header))
    }

    /// Lo que dice un encabezado, si se cree.
    fn told<'e>(&self, environ: &'e Environ, header: ProxyHeader) -> &'e str {
        match self.headers.contains(&header) {
            true => environ.get(header.variable()).unwrap_or_default(),
            false => "",
        }
    }
}

fn believe(environ: &mut Environ, trust: Trust<'_>) {
    let journey = Journey::told_in(environ, trust);
    let prefix = fields::prefix(trust.told(environ, ProxyHeader::XForwardedPrefix));
    if let Some(client) = journey.client {
        set_client(environ, client);
    }
    set_address(environ, &journey.entrance);
    if let Some(mut script_name) = prefix {
        script_name.extend(environ.get_bytes("SCRIPT_NAME").unwrap_or_default());
        environ.insert_bytes("SCRIPT_NAME", &script_name);
    }
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
    fn told_in(environ: &Environ, trust: Trust<'_>) -> Self {
        let told = |header| trust.told(environ, header);
        let is_trusted = |address| trust.includes(address);
        match trust.headers.contains(&ProxyHeader::Forwarded) {
            true => Self::follow(fields::forwarded(told(ProxyHeader::Forwarded)), is_trusted),
            false => Self::follow(fields::x_forwarded(told), is_trusted),
        }
    }

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

    fn is_unknown(&self) -> bool {
        self.scheme.is_none() && self.host.is_none() && self.port.is_none()
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
    if told.is_unknown() {
        return;
    }
    if let Some(scheme) = told.scheme {
        environ.insert("wsgi.url_scheme", scheme);
    }
    let usual_port = if environ.url_scheme() == "https" { 443 } else { 80 };
    let asked = told.host.as_deref().or(environ.get("HTTP_HOST")).unwrap_or_default().to_owned();
    let (name, own_port) = split_port(&asked);
    let own_port = own_port.and_then(|port| port.parse().ok());
    // El de `Host` lo escribe el cliente: vale menos que el que diga el proxy.
    let port = match told.host {
        Some(_) => own_port.or(told.port),
        None => told.port.or(own_port),
    };
    let port = port.unwrap_or(usual_port);
    environ.insert("SERVER_PORT", port.to_string());
    if told.host.is_some() {
        environ.insert("SERVER_NAME", name);
    }
    if (told.host.is_some() || told.port.is_some()) && !name.is_empty() {
        let is_usual = port == usual_port;
        let host = if is_usual { name.to_owned() } else { format!("{name}:{port}") };
        environ.insert(TOLD_HOST, host);
    }
}

#[cfg(test)]
mod tests;
