//! uwsgi: el protocolo del servidor uWSGI, con una conexión por petición: nginx (`uwsgi_pass`) y Apache
//! (`mod_proxy_uwsgi`) (<https://uwsgi-docs.readthedocs.io/en/latest/Protocol.html>).
//!
//! El motor es el de `simple_server`, con los mismos límites, plazos, hilos y manera de detenerse;
//! `max_head` mide las variables, que en este protocolo no pasan de 64 KiB.
//!
//! Un cuerpo de longitud desconocida termina en el cierre. Si se corta, el cierre es brusco para que
//! se note; pero un socket de Unix no tiene cierres bruscos, y a Apache le dan igual: ahí solo se nota
//! con `Content-Length`.
//!
//! # Examples
//!
//! ```
//! use pasarela::{Body, Environ, Result, StartResponse, handlers::uwsgi};
//!
//! fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
//!     start_response("200 OK", &[("Content-type", "text/plain; charset=utf-8")])?;
//!     Ok(Body::from("Hola por uwsgi"))
//! }
//!
//! let server = uwsgi::make_server("127.0.0.1", 0, application)?;
//! # server.handle().shutdown();
//! server.serve_forever()?;
//! # Ok::<(), pasarela::Error>(())
//! ```

use crate::application::Application;
use crate::connection::{Config, Protocol};
use crate::simple_server::{Server, ServerError, make_server_with};

/// Crea un servidor de uwsgi que escucha en todas las direcciones de `host`, como
/// [`simple_server::make_server`](crate::simple_server::make_server).
///
/// Para otros límites u otros sockets, [`Config::protocol`](crate::Config::protocol) en
/// [`make_server_with`](crate::simple_server::make_server_with) o
/// [`make_server_on`](crate::simple_server::make_server_on).
///
/// Pon una dirección a la que solo llegue el servidor web: a quien habla uwsgi se le cree todo lo
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
    let config = Config { protocol: Protocol::Uwsgi, ..Config::default() };
    make_server_with(host, port, application, config)
}
