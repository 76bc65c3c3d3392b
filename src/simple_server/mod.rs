//! El servidor HTTP/1.1: de los sockets a la pasarela (`gateway`), con el mismo nombre que en `wsgiref`.
//!
//! Las estaciones, en el orden en que las recorre una petición:
//!
//! | estación | qué hace |
//! |---|---|
//! | `server` | `make_server`, `serve_forever` y quién los detiene |
//! | `listeners` | los sockets que escuchan, vengan de donde vengan |
//! | `inherited`, `tcp`, `unix` | los que abrió otro, y de un nombre o de una ruta a uno propio |
//! | `signals` | Ctrl-C y las demás señales de terminar |
//! | `engine` | los bucles, sus hilos y el reloj |
//! | `event_loop` | quien lidera saca una conexión lista, la atiende y la devuelve |
//! | `poller` | espera los avisos del sistema y los reparte |
//! | `door` | los sockets que escuchan |
//! | `placement` | qué bucle atiende una conexión nueva |
//! | `house` | cuáles conexiones esperan y cuáles tienen algo que hacer |
//! | `crew`, `berths` | los hilos, y el trabajo que espera a uno; cuántos esperan a la red |
//! | `relay` | cómo pasa el liderazgo cuando la aplicación se detiene |
//! | `pace` | cuáles peticiones suelen tardar |
//! | `socket` | de red o de Unix |
//! | `demo_app` | la aplicación de muestra |

mod server;
mod error;
mod listeners;
mod inherited;
mod tcp;
#[cfg(unix)]
mod unix;
mod signals;
mod engine;
mod event_loop;
mod poller;
mod door;
mod placement;
mod house;
mod crew;
mod berths;
mod relay;
mod pace;
mod shared;
mod host;
mod wire;
mod socket;
mod demo_app;

pub use demo_app::demo_app;
pub use engine::Handle;
pub use error::ServerError;
pub use listeners::Listeners;
pub use server::{Server, make_server, make_server_on, make_server_with};
#[cfg(unix)]
pub use server::{make_server_unix, make_server_unix_with};

pub use crate::connection::Config;
pub use crate::proxies::{Network, NetworkError, ProxyHeaders};

#[cfg(unix)]
pub(crate) use server::make_unix;
pub(crate) use server::{make, make_tcp};
