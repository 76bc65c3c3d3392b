//! El servidor HTTP/1.1: de los sockets a la pasarela (`gateway`), con el mismo nombre que en `wsgiref`.
//!
//! Las estaciones, en el orden en que las recorre una petición:
//!
//! | estación | qué hace |
//! |---|---|
//! | `server` | `make_server`, `serve_forever` y quién los detiene |
//! | `signals` | Ctrl-C y las demás señales de terminar |
//! | `listen` | los sockets que escuchan, y los que llegan por ellos |
//! | `threads` | los bucles, sus hilos y el reloj |
//! | `service` | lo que comparten las conexiones, y el sitio de trabajo de cada hilo |
//! | `connection` | la máquina de estados de una conexión |
//! | `protocol` | cuál se habla |
//! | `stage` | en qué punto está cada una |
//! | `receiving`, `relayed` | recibir una petición, del cliente o de un servidor web |
//! | `decoder` | leer su cuerpo |
//! | `calling` | llamar a la aplicación |
//! | `sending` | enviar su respuesta |
//! | `envelope` | en qué va envuelta |
//! | `link` | el socket y lo pendiente de leer y de enviar |
//! | `request_environ` | de la petición al `environ` |
//! | `network`, `forwarded` | en qué proxies se confía, y lo que cuentan |
//! | `upload` | un cuerpo grande, que lee la aplicación |
//! | `incoming`, `outgoing` | los bytes recibidos y los pendientes de enviar |
//! | `demo_app` | la aplicación de muestra |

mod server;
mod config;
mod error;
mod signals;
mod listen;
mod threads;
mod service;
mod connection;
mod protocol;
mod stage;
mod receiving;
mod relayed;
mod decoder;
mod calling;
mod sending;
mod envelope;
mod link;
mod request_environ;
mod network;
mod forwarded;
mod upload;
mod incoming;
mod outgoing;
mod demo_app;

pub use config::Config;
pub use demo_app::demo_app;
pub use error::ServerError;
pub use forwarded::ProxyHeaders;
pub use listen::Listeners;
pub use network::{Network, NetworkError};
pub use server::{Server, make_server, make_server_on, make_server_with};
#[cfg(unix)]
pub use server::{make_server_unix, make_server_unix_with};
pub use threads::Handle;

pub(crate) use protocol::Protocol;
pub(crate) use request_environ::{Peers, fill as fill_environ};
#[cfg(unix)]
pub(crate) use server::make_unix;
pub(crate) use server::{make, make_tcp};
