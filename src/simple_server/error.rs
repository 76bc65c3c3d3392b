//! Por qué un servidor no pudo empezar a atender.

#[cfg(unix)]
use std::path::Path;
use std::{error, fmt, io};

/// Lo que impide crear un servidor o seguir sirviendo: una frase que dice qué se intentó y qué hacer.
///
/// Se distinguen con [`kind`](Self::kind). Dos son iguales si son de la misma clase y dicen lo mismo.
///
/// # Examples
///
/// ```
/// use pasarela::{ServerErrorKind, make_server, simple_server::demo_app};
///
/// let first = make_server("127.0.0.1", 0, demo_app)?;
/// let port = first.local_addrs()[0].port();
///
/// let second = make_server("127.0.0.1", port, demo_app).expect_err("el puerto está ocupado");
/// assert_eq!(second.kind(), ServerErrorKind::AddressInUse);
/// assert!(second.io_error().is_some_and(|error| error.raw_os_error().is_some()));
/// # Ok::<(), pasarela::Error>(())
/// ```
#[derive(Debug)]
pub struct ServerError {
    kind: ServerErrorKind,
    message: String,
    reason: Option<io::Error>,
}

/// De qué clase es un [`ServerError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ServerErrorKind {
    /// Un campo de [`Config`](crate::Config) tiene un valor con el que no se puede servir.
    InvalidConfig,
    /// El nombre no corresponde a ninguna dirección.
    UnknownHost,
    /// Otro programa escucha en esa dirección.
    AddressInUse,
    /// El sistema reserva los puertos menores que 1024 para quien lo administra.
    PermissionDenied,
    /// El sistema tiene reservado ese puerto, aunque no sea de los de abajo.
    PortReserved,
    /// El nombre existe, pero es de otra computadora.
    AddressNotAvailable,
    /// Otro programa escucha en ese socket de Unix.
    SocketInUse,
    /// En esa ruta hay otra cosa, que no se borra.
    NotASocket,
    /// No se pudo crear el socket de Unix.
    SocketNotCreated,
    /// De los sockets que ya estaban abiertos, uno no escucha.
    NotListening,
    /// El servidor ya está atendiendo en otro hilo.
    AlreadyServing,
    /// El sistema no dio lo que se le pidió.
    System,
}

use ServerErrorKind as Kind;

impl ServerError {
    /// De qué clase es.
    pub fn kind(&self) -> ServerErrorKind {
        self.kind
    }

    /// La respuesta del sistema, si la hubo. Como causa
    /// ([`source`](std::error::Error::source)) solo está cuando el mensaje no la dice con sus palabras.
    pub fn io_error(&self) -> Option<&io::Error> {
        self.reason.as_ref()
    }

    fn new(kind: Kind, message: String) -> Self {
        Self { kind, message, reason: None }
    }

    fn because(self, reason: io::Error) -> Self {
        Self { reason: Some(reason), ..self }
    }

    pub(super) fn invalid_config(message: String) -> Self {
        Self::new(Kind::InvalidConfig, message)
    }

    pub(super) fn unknown_host(host: &str) -> Self {
        let message = format!(
            "no se encuentra ninguna computadora llamada {host:?}; \
             revisa el nombre o usa \"localhost\""
        );
        Self::new(Kind::UnknownHost, message)
    }

    /// El error de escuchar en `host` y `port`.
    pub(super) fn from_bind(host: &str, port: u16, error: io::Error) -> Self {
        let (kind, message) = match error.kind() {
            io::ErrorKind::AddrInUse => (
                Kind::AddressInUse,
                format!(
                    "el puerto {port} de {host} ya está en uso; \
                     cierra el otro programa o elige otro puerto"
                ),
            ),
            io::ErrorKind::PermissionDenied if port < FIRST_FREE_PORT => (
                Kind::PermissionDenied,
                format!(
                    "no hay permiso para usar el puerto {port} de {host}; \
                     elige un puerto de {FIRST_FREE_PORT} en adelante"
                ),
            ),
            io::ErrorKind::PermissionDenied => (
                Kind::PortReserved,
                format!(
                    "no se puede usar el puerto {port} de {host} porque el sistema lo tiene \
                     reservado; elige otro puerto (en Windows, los reservados los dice \
                     `netsh int ipv4 show excludedportrange tcp`)"
                ),
            ),
            io::ErrorKind::AddrNotAvailable => (
                Kind::AddressNotAvailable,
                format!(
                    "no se puede usar el puerto {port} de {host} porque esa dirección no es de esta \
                     computadora; usa \"localhost\" o una dirección propia"
                ),
            ),
            _ => return Self::system("escuchar en la dirección pedida", error),
        };
        Self::new(kind, message).because(error)
    }

    pub(super) fn not_listening(message: String) -> Self {
        Self::new(Kind::NotListening, message)
    }

    pub(super) fn already_serving() -> Self {
        let message = "este servidor ya está atendiendo en otro hilo; crea otro servidor";
        Self::new(Kind::AlreadyServing, message.to_owned())
    }

    pub(super) fn system(attempt: &str, error: io::Error) -> Self {
        Self::new(Kind::System, format!("el sistema no permitió {attempt}")).because(error)
    }
}

/// Los de un socket de Unix.
#[cfg(unix)]
impl ServerError {
    pub(super) fn socket_in_use(path: &Path) -> Self {
        let message = format!(
            "el socket {} ya está en uso; cierra el otro programa o elige otra ruta",
            path.display()
        );
        Self::new(Kind::SocketInUse, message)
    }

    pub(super) fn not_a_socket(path: &Path) -> Self {
        let message = format!(
            "en {} hay un archivo que no es un socket; bórralo o elige otra ruta",
            path.display()
        );
        Self::new(Kind::NotASocket, message)
    }

    pub(super) fn socket_not_created(path: &Path, error: io::Error) -> Self {
        let message = format!(
            "no se pudo crear el socket {}; revisa que su carpeta exista y que puedas escribir en ella",
            path.display()
        );
        Self::new(Kind::SocketNotCreated, message).because(error)
    }
}

/// Los puertos menores son de quien administra el sistema.
const FIRST_FREE_PORT: u16 = 1024;

impl PartialEq for ServerError {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, &self.message) == (other.kind, &other.message)
    }
}

impl error::Error for ServerError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        let reason = self.reason.as_ref()?;
        matches!(self.kind, Kind::System | Kind::SocketNotCreated).then_some(reason)
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::error::Error;

    #[track_caller]
    fn check(error: &ServerError, kind: Kind, expected: &str) {
        assert_eq!((error.kind(), &*error.to_string()), (kind, expected));
    }

    #[test]
    fn cada_motivo_de_no_escuchar_dice_que_se_intento_y_que_hacer() {
        use io::ErrorKind::{AddrInUse, AddrNotAvailable, PermissionDenied};
        let from =
            |kind: io::ErrorKind, host, port| ServerError::from_bind(host, port, kind.into());
        check(
            &from(AddrInUse, "localhost", 80),
            Kind::AddressInUse,
            "el puerto 80 de localhost ya está en uso; cierra el otro programa o elige otro puerto",
        );
        check(
            &from(PermissionDenied, "localhost", 80),
            Kind::PermissionDenied,
            "no hay permiso para usar el puerto 80 de localhost; elige un puerto de 1024 en adelante",
        );
        check(
            &from(PermissionDenied, "localhost", 8000),
            Kind::PortReserved,
            "no se puede usar el puerto 8000 de localhost porque el sistema lo tiene reservado; elige \
             otro puerto (en Windows, los reservados los dice `netsh int ipv4 show excludedportrange \
             tcp`)",
        );
        check(
            &from(AddrNotAvailable, "192.0.2.1", 80),
            Kind::AddressNotAvailable,
            "no se puede usar el puerto 80 de 192.0.2.1 porque esa dirección no es de esta \
             computadora; usa \"localhost\" o una dirección propia",
        );
        check(
            &ServerError::unknown_host("nadie.invalid"),
            Kind::UnknownHost,
            "no se encuentra ninguna computadora llamada \"nadie.invalid\"; revisa el nombre o usa \
             \"localhost\"",
        );
    }

    #[cfg(unix)]
    #[test]
    fn cada_motivo_de_un_socket_de_unix_tambien() {
        let path = Path::new("/run/x");
        check(
            &ServerError::socket_in_use(path),
            Kind::SocketInUse,
            "el socket /run/x ya está en uso; cierra el otro programa o elige otra ruta",
        );
        check(
            &ServerError::not_a_socket(path),
            Kind::NotASocket,
            "en /run/x hay un archivo que no es un socket; bórralo o elige otra ruta",
        );
        check(
            &ServerError::socket_not_created(path, io::ErrorKind::NotFound.into()),
            Kind::SocketNotCreated,
            "no se pudo crear el socket /run/x; revisa que su carpeta exista y que puedas escribir en \
             ella",
        );
    }

    #[test]
    fn la_respuesta_del_sistema_se_conserva_y_se_dice_una_vez() {
        // El número con que cada sistema dice que no da permiso.
        let denied = if cfg!(windows) { 5 } else { 13 };
        let refused = || io::Error::from_raw_os_error(denied);
        let code = |error: &ServerError| error.io_error().and_then(io::Error::raw_os_error);
        let source = |error: &ServerError| error.source().map(ToString::to_string);
        let told = ServerError::from_bind("localhost", 80, refused());
        assert_eq!((code(&told), source(&told)), (Some(denied), None));
        let untold = ServerError::system("empezar un hilo", refused());
        assert_eq!((code(&untold), source(&untold)), (Some(denied), Some(refused().to_string())));
        let whole = format!("el sistema no permitió empezar un hilo: {}", refused());
        assert_eq!(crate::Error::from(untold).to_string(), whole);
    }
}
