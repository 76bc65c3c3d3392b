//! El servidor HTTP/1.1: de los sockets a [`crate::gateway`], con el mismo nombre que en `wsgiref`.
//!
//! Las estaciones, en el orden en que las recorre una petición:
//!
//! | estación | qué hace |
//! |---|---|
//! | `server` | `make_server`, `serve_forever` y quién los detiene |
//! | `listener` | del nombre y el puerto a los sockets que escuchan |
//! | `event_loop` | quien lidera saca una conexión lista, la atiende y la devuelve |
//! | `house` | cuáles conexiones esperan y cuáles tienen algo que hacer |
//! | `relay` | cómo pasa el liderazgo cuando la aplicación se detiene |
//! | `connection` | la máquina de estados de una conexión |
//! | `exchange` | una petición y su respuesta |
//! | `link` | el socket y lo pendiente de leer y de enviar |
//! | `request_environ` | de la petición al `environ` |
//! | `forwarded` | lo que cuenta un proxy de confianza |
//! | `upload` | un cuerpo grande, que lee la aplicación |
//! | `incoming`, `outgoing` | los bytes recibidos y los pendientes de enviar |

mod server;
mod config;
mod error;
mod listener;
mod event_loop;
mod house;
mod relay;
mod service;
mod connection;
mod exchange;
mod link;
mod request_environ;
mod forwarded;
mod upload;
mod incoming;
mod outgoing;

pub use config::Config;
pub use error::ServerError;
pub use server::{Handle, Server, make_server, make_server_with};
