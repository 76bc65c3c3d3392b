//! Por qué un servidor no pudo empezar a atender.

use std::path::PathBuf;
use std::{fmt, io};

/// Lo que impide crear un servidor o seguir sirviendo.
///
/// # Examples
///
/// ```
/// use pasarela::{ServerError, make_server, simple_server::demo_app};
///
/// let first = make_server("127.0.0.1", 0, demo_app)?;
/// let port = first.local_addrs()[0].port();
///
/// let second = make_server("127.0.0.1", port, demo_app);
/// let host = "127.0.0.1".to_owned();
/// assert_eq!(second.err(), Some(ServerError::AddressInUse { host, port }));
/// # Ok::<(), pasarela::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerError {
    /// El nombre no corresponde a ninguna dirección.
    UnknownHost {
        /// El nombre pedido.
        host: String,
    },
    /// Otro programa escucha en esa dirección.
    AddressInUse {
        /// El nombre pedido.
        host: String,
        /// El puerto pedido.
        port: u16,
    },
    /// El sistema reserva ese puerto para quien lo administra.
    PermissionDenied {
        /// El nombre pedido.
        host: String,
        /// El puerto pedido.
        port: u16,
    },
    /// El nombre existe, pero es de otra computadora.
    AddressNotAvailable {
        /// El nombre pedido.
        host: String,
        /// El puerto pedido.
        port: u16,
    },
    /// Otro programa escucha en ese socket de Unix.
    SocketInUse {
        /// La ruta pedida.
        path: PathBuf,
    },
    /// En esa ruta hay otra cosa, que no se borra.
    NotASocket {
        /// La ruta pedida.
        path: PathBuf,
    },
    /// No se pudo crear el socket de Unix.
    SocketNotCreated {
        /// La ruta pedida.
        path: PathBuf,
        /// La respuesta del sistema.
        reason: String,
    },
    /// El servidor ya está atendiendo en otro hilo.
    AlreadyServing,
    /// El sistema no dio lo que se le pidió.
    System {
        /// Qué se intentaba.
        attempt: &'static str,
        /// La respuesta del sistema.
        reason: String,
    },
}

impl ServerError {
    pub(super) fn system(attempt: &'static str, error: &io::Error) -> Self {
        Self::System { attempt, reason: error.to_string() }
    }

    /// El error de escuchar en `host` y `port`.
    pub(super) fn from_bind(host: &str, port: u16, error: &io::Error) -> Self {
        let host = host.to_owned();
        match error.kind() {
            io::ErrorKind::AddrInUse => Self::AddressInUse { host, port },
            io::ErrorKind::PermissionDenied => Self::PermissionDenied { host, port },
            io::ErrorKind::AddrNotAvailable => Self::AddressNotAvailable { host, port },
            _ => Self::system("escuchar en la dirección pedida", error),
        }
    }
}

impl std::error::Error for ServerError {}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownHost { host } => write!(
                f,
                "no se encuentra ninguna computadora llamada {host:?}; \
                 revisa el nombre o usa \"localhost\""
            ),
            Self::AddressInUse { host, port } => write!(
                f,
                "el puerto {port} de {host} ya está en uso; \
                 cierra el otro programa o elige otro puerto"
            ),
            Self::PermissionDenied { host, port } => write!(
                f,
                "no hay permiso para usar el puerto {port} de {host}; \
                 elige un puerto de 1024 en adelante"
            ),
            Self::AddressNotAvailable { host, port } => write!(
                f,
                "no se puede usar el puerto {port} de {host} porque esa dirección no es de esta \
                 computadora; usa \"localhost\" o una dirección propia"
            ),
            Self::SocketInUse { path } => write!(
                f,
                "el socket {} ya está en uso; cierra el otro programa o elige otra ruta",
                path.display()
            ),
            Self::NotASocket { path } => write!(
                f,
                "en {} hay un archivo que no es un socket; bórralo o elige otra ruta",
                path.display()
            ),
            Self::SocketNotCreated { path, reason } => write!(
                f,
                "no se pudo crear el socket {}: {reason}; revisa que su carpeta exista y que puedas \
                 escribir en ella",
                path.display()
            ),
            Self::AlreadyServing => {
                f.write_str("este servidor ya está atendiendo en otro hilo; crea otro servidor")
            }
            Self::System { attempt, reason } => {
                write!(f, "el sistema no permitió {attempt}: {reason}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[track_caller]
    fn check(kind: io::ErrorKind, host: &str, expected: &str) {
        let error = ServerError::from_bind(host, 80, &kind.into());
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn cada_motivo_dice_que_se_intento_y_que_hacer() {
        use io::ErrorKind::{AddrInUse, AddrNotAvailable, PermissionDenied};
        check(
            AddrInUse,
            "localhost",
            "el puerto 80 de localhost ya está en uso; cierra el otro programa o elige otro puerto",
        );
        check(
            PermissionDenied,
            "localhost",
            "no hay permiso para usar el puerto 80 de localhost; elige un puerto de 1024 en adelante",
        );
        check(
            AddrNotAvailable,
            "192.0.2.1",
            "no se puede usar el puerto 80 de 192.0.2.1 porque esa dirección no es de esta \
             computadora; usa \"localhost\" o una dirección propia",
        );
        let path = std::path::PathBuf::from("/run/x");
        assert_eq!(
            ServerError::SocketInUse { path: path.clone() }.to_string(),
            "el socket /run/x ya está en uso; cierra el otro programa o elige otra ruta"
        );
        assert_eq!(
            ServerError::NotASocket { path }.to_string(),
            "en /run/x hay un archivo que no es un socket; bórralo o elige otra ruta"
        );
        let unknown = ServerError::UnknownHost { host: "nadie.invalid".to_owned() };
        assert_eq!(
            unknown.to_string(),
            "no se encuentra ninguna computadora llamada \"nadie.invalid\"; revisa el nombre o usa \
             \"localhost\""
        );
    }
}
