//! El servidor HTTP/1.1: de los sockets a la pasarela (`gateway`), con el mismo nombre que en `wsgiref`.
//!
//! Aquí están los sockets, los hilos y las señales, y nada más: lo que se hace con una conexión lo sabe
//! `connection`. Las estaciones, en el orden en que las recorre una petición:
//!
//! | estación | qué hace |
//! |---|---|
//! | `server` | `make_server`, `serve_forever` y quién los detiene |
//! | `signals` | Ctrl-C y las demás señales de terminar |
//! | `listen` | los sockets que escuchan, y los que llegan por ellos |
//! | `threads` | los bucles, sus hilos y el reloj |
//! | `wire` | un socket, como lo ve la máquina de su conexión |
//! | `demo_app` | la aplicación de muestra |

mod server;
mod error;
mod signals;
mod listen;
mod threads;
mod wire;
mod demo_app;

pub use demo_app::demo_app;
pub use error::{ServerError, ServerErrorKind};
pub use listen::Listeners;
pub use server::{Server, make_server, make_server_on, make_server_with};
pub use threads::Handle;

pub use crate::connection::{AmbiguousPaths, BatchWrapper, Config, Protocol, ThreadWrapper};
pub use crate::gateway::HeaderText;
pub use crate::proxies::{Network, NetworkError, ProxyHeader, Unbelieved};
