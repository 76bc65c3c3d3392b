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

use crate::application::Application;
use crate::connection::{Config, Protocol};
use crate::simple_server::{Server, ServerError, make_server_with};

/// Crea un servidor de FastCGI que escucha en todas las direcciones de `host`, como
/// [`simple_server::make_server`](crate::simple_server::make_server).
///
/// Para otros límites u otros sockets, [`Config::protocol`](crate::Config::protocol) en
/// [`make_server_with`](crate::simple_server::make_server_with) o
/// [`make_server_on`](crate::simple_server::make_server_on).
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
    let config = Config { protocol: Protocol::FastCgi, ..Config::default() };
    make_server_with(host, port, application, config)
}
