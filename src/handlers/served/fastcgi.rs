//! FastCGI: el protocolo de nginx (`fastcgi_pass`) y Apache (`mod_proxy_fcgi`) en que una conexión sirve
//! para muchas peticiones (<https://fastcgi-archives.github.io/FastCGI_Specification.html>).
//!
//! Se atiende el papel de responder (§6.2), una petición a la vez en cada conexión, y la conexión sigue
//! si el servidor web lo pide. El motor es el de `simple_server`, con los mismos límites, plazos, hilos
//! y manera de detenerse: `max_head` mide las variables, y `max_chunk_overhead`, lo que un cuerpo gasta
//! en registros. Lo que la aplicación escribe en `wsgi.errors` va a la salida de errores de este proceso.
//!
//! Detrás de un `ProxyPass` de Apache, la aplicación va en un [`mount`](crate::handlers::mount).
//!
//! # Examples
//!
//! ```
//! use pasarela::{Body, Environ, Result, StartResponse, handlers::fastcgi};
//!
//! fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
//!     start_response("200 OK", &[("Content-type", "text/plain; charset=utf-8")])?;
//!     Ok(Body::from("Hola por FastCGI"))
//! }
//!
//! let server = fastcgi::make_server("127.0.0.1", 0, application)?;
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

/// Crea un servidor de FastCGI que escucha en todas las direcciones de `host`, como
/// [`simple_server::make_server`](crate::simple_server::make_server).
///
/// Pon una dirección a la que solo llegue el servidor web: a quien habla FastCGI se le cree todo lo
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
    make_tcp(Protocol::FastCgi, host, port, application, config)
}

/// Crea un servidor de FastCGI que escucha en el socket de Unix `path`, como
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
    make_unix(Protocol::FastCgi, path.as_ref(), application, config)
}

/// Crea un servidor de FastCGI que atiende en unos sockets que ya escuchan.
///
/// # Errors
///
/// [`ServerError::System`] si el sistema no deja prepararlo.
pub fn make_server_on(
    listeners: Listeners,
    application: impl Application,
    config: Config,
) -> Result<Server, ServerError> {
    make(Protocol::FastCgi, listeners, application, config)
}
