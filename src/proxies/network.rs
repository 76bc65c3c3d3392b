//! Una red de direcciones IP, para decir en qué proxies se confía.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Una dirección IP, o todas las que comparten su principio (RFC 4632 §3.1, RFC 4291 §2.3). También
/// `unix:`, que son los procesos de la misma computadora que llegan por un socket de Unix.
///
/// # Examples
///
/// ```
/// use pasarela::simple_server::Network;
///
/// let network: Network = "10.0.0.0/8".parse()?;
/// assert!(network.contains("10.1.2.3".parse()?));
/// assert!(!network.contains("11.1.2.3".parse()?));
///
/// let one: Network = "::1".parse()?;
/// assert_eq!(one.to_string(), "::1/128");
/// # Ok::<(), pasarela::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Ip { address: IpAddr, prefix: u8 },
    Unix,
}

/// Como se escribe la de los sockets de Unix; nginx la escribe igual.
const UNIX: &str = "unix:";

impl Network {
    /// Si `address` es de esta red. Una dirección IPv4 escrita como IPv6 (`::ffff:10.0.0.1`) cuenta
    /// como IPv4.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::Network;
    /// use std::net::Ipv4Addr;
    ///
    /// let network: Network = "10.0.0.0/8".parse()?;
    /// let address = Ipv4Addr::new(10, 0, 0, 1);
    /// assert!(network.contains(address.into()));
    /// assert!(network.contains(address.to_ipv6_mapped().into()));
    /// # Ok::<(), pasarela::Error>(())
    /// ```
    pub fn contains(&self, address: IpAddr) -> bool {
        let Kind::Ip { address: first, prefix } = self.0 else { return false };
        let address = address.to_canonical();
        address.is_ipv4() == first.is_ipv4() && start(address, prefix) == first
    }

    /// Si es la de los que llegan por un socket de Unix.
    pub(super) fn is_unix(&self) -> bool {
        self.0 == Kind::Unix
    }
}

/// La primera dirección de la red de `address`.
fn start(address: IpAddr, prefix: u8) -> IpAddr {
    let host_bits = width(address) - u32::from(prefix);
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(host_bits).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(host_bits).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

/// Cuántos bits tiene una dirección.
fn width(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(_) => u32::BITS,
        IpAddr::V6(_) => u128::BITS,
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let prefix = if address.is_ipv4() { 32 } else { 128 };
        Self(Kind::Ip { address, prefix })
    }
}

/// Lee `10.0.0.0/8`, `fd00::/8`, una dirección sola o `unix:`.
impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        if text == UNIX {
            return Ok(Self(Kind::Unix));
        }
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr =
            address.parse().map_err(|_| NetworkError::Address { text: text.to_owned() })?;
        let Some(prefix) = prefix else { return Ok(address.into()) };
        let max = width(address);
        let prefix = parse_prefix(prefix, max)
            .ok_or_else(|| NetworkError::Prefix { text: text.to_owned(), max })?;
        let (address, prefix) = canonical(address, prefix)
            .ok_or_else(|| NetworkError::Mixed { text: text.to_owned() })?;
        let first = start(address, prefix);
        let network = Self(Kind::Ip { address: first, prefix });
        match first == address {
            true => Ok(network),
            false => Err(NetworkError::HostBits { text: text.to_owned(), network }),
        }
    }
}

fn parse_prefix(text: &str, max: u32) -> Option<u8> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|prefix| is_number && u32::from(*prefix) <= max)
}

/// Cuántos bits de una dirección IPv4 escrita como IPv6 son siempre los mismos (RFC 4291 §2.5.5.2).
const MAPPED_BITS: u8 = 96;

/// La misma red, como IPv4 si es de direcciones IPv4 escritas como IPv6. `None` si solo algunas lo son.
fn canonical(address: IpAddr, prefix: u8) -> Option<(IpAddr, u8)> {
    let canonical = address.to_canonical();
    match canonical.is_ipv4() == address.is_ipv4() {
        true => Some((address, prefix)),
        false => Some((canonical, prefix.checked_sub(MAPPED_BITS)?)),
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Ip { address, prefix } => write!(f, "{address}/{prefix}"),
            Kind::Unix => f.write_str(UNIX),
        }
    }
}

/// Por qué un texto no es una red.
///
/// # Examples
///
/// ```
/// use pasarela::Network;
/// use pasarela::simple_server::NetworkError;
///
/// let text = "10.1.2.3/8".to_owned();
/// let network: Network = "10.0.0.0/8".parse()?;
/// let error = text.parse::<Network>();
/// assert_eq!(error, Err(NetworkError::HostBits { text, network }));
/// # Ok::<(), pasarela::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetworkError {
    /// Lo que va antes de la barra no es una dirección IP.
    Address {
        /// El texto, como llegó.
        text: String,
    },
    /// Lo que va después de la barra no es un número de bits.
    Prefix {
        /// El texto, como llegó.
        text: String,
        /// Cuántos bits puede haber.
        max: u32,
    },
    /// Está escrita como una red de direcciones IPv4 dentro de IPv6, pero tiene también otras.
    Mixed {
        /// El texto, como llegó.
        text: String,
    },
    /// La dirección no es la primera de su red, y quizá se quiso decir otra.
    HostBits {
        /// El texto, como llegó.
        text: String,
        /// La red a la que pertenece.
        network: Network,
    },
}

impl std::error::Error for NetworkError {}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address { text } => write!(
                f,
                "{text:?} no es una red; escribe una dirección IP, como \"127.0.0.1\" o \"::1\", o \
                 una red, como \"10.0.0.0/8\""
            ),
            Self::Prefix { text, max } => write!(
                f,
                "{text:?} no es una red; después de la barra va un número de bits de 0 a {max}"
            ),
            Self::Mixed { text } => write!(
                f,
                "{text:?} no es una red: mezcla direcciones IPv4 con otras; en las que empiezan por \
                 \"::ffff:\", después de la barra va un número de {MAPPED_BITS} a 128"
            ),
            Self::HostBits { text, network } => write!(
                f,
                "{text:?} no es una red, sino una dirección de \"{network}\"; escribe esa red, o la \
                 dirección sin la barra"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[track_caller]
    fn check(network: &str, inside: &[&str], outside: &[&str]) {
        let parsed: Network = network.parse().expect("es una red");
        for (addresses, expected) in [(inside, true), (outside, false)] {
            for address in addresses {
                let address = address.parse().expect("es una dirección");
                assert_eq!(parsed.contains(address), expected, "{network} {address}");
            }
        }
    }

    #[test]
    fn una_red_sabe_quienes_son_suyos() {
        check(
            "10.0.0.0/8",
            &["10.0.0.0", "10.255.255.255", "::ffff:10.1.1.1"],
            &["11.0.0.0", "::"],
        );
        check("127.0.0.1", &["127.0.0.1"], &["127.0.0.2"]);
        check("192.168.1.128/25", &["192.168.1.200"], &["192.168.1.127"]);
        check("0.0.0.0/0", &["8.8.8.8"], &["::1"]);
        check("::1", &["::1"], &["::2", "127.0.0.1"]);
        check("fd00::/8", &["fdff::1"], &["fe80::1"]);
        check("::/0", &["::1", "2001:db8::1"], &["8.8.8.8"]);
        check("::ffff:10.0.0.1", &["10.0.0.1"], &["10.0.0.2"]);
    }

    #[test]
    fn una_red_ipv4_escrita_como_ipv6_es_la_misma() {
        for (mapped, plain) in [
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:0.0.0.0/96", "0.0.0.0/0"),
            ("::ffff:a00:1/128", "10.0.0.1/32"),
            ("::ffff:192.168.1.128/121", "192.168.1.128/25"),
        ] {
            assert_eq!(mapped.parse::<Network>(), plain.parse(), "{mapped}");
        }
        check("::ffff:10.0.0.0/104", &["10.1.1.1", "::ffff:10.1.1.1"], &["11.0.0.0", "::"]);
        fails(
            "::ffff:10.0.0.1/104",
            "\"::ffff:10.0.0.1/104\" no es una red, sino una dirección de \"10.0.0.0/8\"; escribe \
             esa red, o la dirección sin la barra",
        );
        for text in ["::ffff:0.0.0.0/95", "::ffff:10.0.0.0/80", "::ffff:0.0.0.0/0"] {
            fails(
                text,
                &format!(
                    "{text:?} no es una red: mezcla direcciones IPv4 con otras; en las que empiezan \
                     por \"::ffff:\", después de la barra va un número de 96 a 128"
                ),
            );
        }
    }

    #[track_caller]
    fn fails(text: &str, expected: &str) {
        let parsed: Result<Network, _> = text.parse();
        assert_eq!(parsed.map_err(|error| error.to_string()), Err(expected.to_owned()));
    }

    #[test]
    fn lo_que_no_es_una_red_se_explica() {
        let wrong = [
            "",
            " ",
            "localhost",
            "10.0.0/8",
            "10.0.0.1:80",
            " ::1",
            "/8",
            "10.0.0.0 /8",
            "[::1]",
            "fe80::1%eth0",
            "unix:/srv/a.sock",
        ];
        for text in wrong {
            fails(
                text,
                &format!(
                    "{text:?} no es una red; escribe una dirección IP, como \"127.0.0.1\" o \
                     \"::1\", o una red, como \"10.0.0.0/8\""
                ),
            );
        }
        let bits = "después de la barra va un número de bits de 0 a";
        for text in [
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0.0/8/8",
            "10.0.0.0/999",
            "10.0.0.0/8 ",
        ] {
            fails(text, &format!("{text:?} no es una red; {bits} 32"));
        }
        fails("::/129", &format!("\"::/129\" no es una red; {bits} 128"));
        fails(
            "10.0.0.1/8",
            "\"10.0.0.1/8\" no es una red, sino una dirección de \"10.0.0.0/8\"; escribe esa red, o \
             la dirección sin la barra",
        );
    }
}
