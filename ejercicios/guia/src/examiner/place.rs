//! Dónde escucha lo que se examina: siempre en esta computadora.
//!
//! El examinador manda bytes mal escritos y ocupa conexiones: a una máquina ajena no se le hace eso.

// <!-- permite: host -->

use std::fmt;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

/// Dónde escuchan los programas del libro.
const USUAL: &str = "localhost:8000";

/// Un sitio de esta computadora, con las direcciones que tiene su nombre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    name: String,
    addresses: Vec<SocketAddr>,
}

/// Por qué un sitio no se examina.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceError {
    /// No tiene la forma `host:puerto`.
    Malformed(String),
    /// El nombre no lleva a ninguna dirección.
    Unknown(String),
    /// Es de otra computadora, o de todas.
    Elsewhere(String, IpAddr),
}

impl Place {
    /// El de los programas del libro.
    ///
    /// # Errors
    /// `localhost` no lleva a esta computadora.
    pub fn usual() -> Result<Self, PlaceError> {
        Self::named(USUAL)
    }

    /// El que alguien nombra: `localhost:8000`, `127.0.0.1:8000`, `[::1]:8000` o solo el puerto.
    ///
    /// # Errors
    /// No tiene esa forma, no se sabe dónde está, o no es de esta computadora.
    pub fn named(asked: &str) -> Result<Self, PlaceError> {
        let name = match asked.parse::<u16>() {
            Ok(port) => format!("localhost:{port}"),
            Err(_) => asked.to_owned(),
        };
        let is_whole = name.rsplit_once(':').is_some_and(|(host, port)| {
            !host.is_empty() && port.parse().is_ok_and(|port: u16| port > 0)
        });
        if !is_whole {
            return Err(PlaceError::Malformed(asked.to_owned()));
        }
        let found = name.to_socket_addrs().map_err(|_| PlaceError::Unknown(name.clone()))?;
        Self::at(name, found.collect())
    }

    fn at(name: String, addresses: Vec<SocketAddr>) -> Result<Self, PlaceError> {
        // Una sola dirección de fuera basta para no empezar: no se elige entre las de un nombre dudoso.
        match addresses.iter().find(|address| !address.ip().to_canonical().is_loopback()) {
            Some(address) => Err(PlaceError::Elsewhere(name, address.ip())),
            None if addresses.is_empty() => Err(PlaceError::Unknown(name)),
            None => Ok(Self { name, addresses }),
        }
    }

    /// Como se escribe en `Host`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }
}

impl fmt::Display for PlaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(asked) => write!(
                f,
                "«{asked}» no dice dónde escucha el servidor; se escribe host:puerto, como localhost:8000"
            ),
            Self::Unknown(name) => write!(
                f,
                "{name} no lleva a ninguna dirección; si el servidor está en esta computadora, usa localhost"
            ),
            Self::Elsewhere(name, ip) => write!(
                f,
                "{name} no está en esta computadora (es {ip}), y el examinador solo prueba lo que escucha \
                 en ella; usa localhost con el puerto de tu servidor"
            ),
        }
    }
}

impl std::error::Error for PlaceError {}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn un_sitio_se_nombra_de_varias_maneras() {
        for (asked, name) in [
            ("127.0.0.1:8000", "127.0.0.1:8000"),
            ("[::1]:8001", "[::1]:8001"),
            ("127.9.9.9:1", "127.9.9.9:1"),
            ("[::ffff:127.0.0.1]:80", "[::ffff:127.0.0.1]:80"),
        ] {
            assert_eq!(Place::named(asked).expect(asked).name(), name);
        }
        assert_eq!(Place::named("8000"), Place::usual());
    }

    #[test]
    fn lo_que_no_es_un_sitio_se_dice() {
        for asked in ["", "localhost", ":8000", "localhost:", "localhost:0", "localhost:70000", "0"]
        {
            assert_eq!(Place::named(asked), Err(PlaceError::Malformed(asked.into())));
        }
    }

    #[test]
    fn fuera_de_esta_computadora_no_se_examina_nada() {
        for asked in ["192.0.2.7:80", "0.0.0.0:8000", "[::]:8000", "[2001:db8::1]:80", "10.0.0.1:1"]
        {
            let error = Place::named(asked).expect_err(asked);
            assert!(matches!(error, PlaceError::Elsewhere(..)), "{error}");
        }
    }

    #[test]
    fn un_nombre_que_lleva_fuera_se_rechaza_aunque_tambien_lleve_aqui() {
        let addresses = ["127.0.0.1:80", "198.51.100.3:80"];
        let addresses = addresses.map(|text| text.parse().expect("es una dirección")).to_vec();
        let error = Place::at("tienda.example:80".into(), addresses).expect_err("lleva fuera");
        assert_eq!(
            error.to_string(),
            "tienda.example:80 no está en esta computadora (es 198.51.100.3), y el examinador solo prueba \
             lo que escucha en ella; usa localhost con el puerto de tu servidor"
        );
    }
}
