//! SCGI: un protocolo sencillo, con una conexión por petición: nginx (`scgi_pass`) y Apache
//! (`mod_proxy_scgi`) (<https://python.ca/scgi/protocol.txt>).
//!
//! El motor es el de `simple_server`, con los mismos límites, plazos, hilos y manera de detenerse;
//! `max_head` mide las variables.
//!
//! Detrás de un `ProxyPass` de Apache, la aplicación va en un [`mount`](crate::handlers::mount).
//!
//! Un cuerpo de longitud desconocida termina en el cierre. Si se corta, el cierre es brusco para que
//! se note; pero un socket de Unix no tiene cierres bruscos: ahí solo se nota con `Content-Length`.
//!
//! # Examples
//!
//! ```
//! use pasarela::{Body, Environ, Result, StartResponse, handlers::scgi};
//!
//! fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
//!     start_response("200 OK", &[("Content-type", "text/plain; charset=utf-8")])?;
//!     Ok(Body::from("Hola por SCGI"))
//! }
//!
//! let server = scgi::make_server("127.0.0.1", 0, application)?;
//! # server.handle().shutdown();
//! server.serve_forever()?;
//! # Ok::<(), pasarela::Error>(())
//! ```

#[cfg(unix)]
use std::path::Path;

use crate::application::Application;
use crate::connection::{Config, Protocol};
#[cfg(unix)]
use crate::simple_server::make_unix;
use crate::simple_server::{Listeners, Server, ServerError, make, make_tcp};

/// Crea un servidor de SCGI que escucha en todas las direcciones de `host`, como
/// [`simple_server::make_server`](crate::simple_server::make_server).
///
/// Pon una dirección a la que solo llegue el servidor web: a quien habla SCGI se le cree todo lo
/// que dice de la petición.
///
/// # Errors
///
/// Los mismos que [`simple_server::make_server`](crate::simple_server::make_server).
pub fn make_server(
    host: &str,
    port: u16,
    application: impl Application,
) -> Result<Server, ServerError> {
    make_server_with(host, port, application, Config::default())
}

/// Como [`make_server`], con otros límites, plazos o hilos.
///
/// # Errors
///
/// Los mismos que [`make_server`].
pub fn make_server_with(
    host: &str,
    port: u16,
    application: impl Application,
    config: Config,
) -> Result<Server, ServerError> {
    make_tcp(Protocol::Scgi, host, port, application, config)
}

/// Crea un servidor de SCGI que escucha en el socket de Unix `path`, como
/// [`simple_server::make_server_unix`](crate::simple_server::make_server_unix). Solo en Unix.
///
/// # Errors
///
/// Los mismos que [`simple_server::make_server_unix`](crate::simple_server::make_server_unix).
#[cfg(unix)]
pub fn make_server_unix(
    path: impl AsRef<Path>,
    application: impl Application,
) -> Result<Server, ServerError> {
    make_server_unix_with(path, application, Config::default())
}

/// Como [`make_server_unix`], con otros límites, plazos, hilos o permisos ([`Config::unix_mode`]).
///
/// # Errors
///
/// Los mismos que [`make_server_unix`].
#[cfg(unix)]
pub fn make_server_unix_with(
    path: impl AsRef<Path>,
    application: impl Application,
    config: Config,
) -> Result<Server, ServerError> {
    make_unix(Protocol::Scgi, path.as_ref(), application, config)
}

/// Crea un servidor de SCGI que atiende en unos sockets que ya escuchan.
///
/// # Errors
///
/// [`ServerError::System`] si el sistema no deja prepararlo.
pub fn make_server_on(
    listeners: Listeners,
    application: impl Application,
    config: Config,
) -> Result<Server, ServerError> {
    make(Protocol::Scgi, listeners, application, config)
}
