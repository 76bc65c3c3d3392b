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

use crate::application::Application;
use crate::connection::{Config, Protocol};
use crate::simple_server::{Server, ServerError, make_server_with};

/// Crea un servidor de SCGI que escucha en todas las direcciones de `host`, como
/// [`simple_server::make_server`](crate::simple_server::make_server).
///
/// Para otros límites u otros sockets, [`Config::protocol`](crate::Config::protocol) en
/// [`make_server_with`](crate::simple_server::make_server_with) o
/// [`make_server_on`](crate::simple_server::make_server_on).
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
    let config = Config { protocol: Protocol::Scgi, ..Config::default() };
    make_server_with(host, port, application, config)
}
