//! Dónde se escucha: de un nombre, de una ruta o de otro programa a unas conexiones aceptadas.
//!
//! | archivo | qué hace |
//! |---|---|
//! | `listeners` | los sockets que escuchan, vengan de donde vengan |
//! | `inherited` | los que abrió quien empezó este programa |
//! | `tcp`, `unix` | de un nombre y un puerto, o de una ruta, a uno propio |
//! | `socket` | el de una conexión: de red, o de Unix |
//! | `acceptor` | qué se sabe de la cola de cada uno, y cuándo se acepta |
//!
//! No sabe qué se hace con una conexión, ni en qué hilo.

mod listeners;
mod inherited;
mod tcp;
#[cfg(unix)]
mod unix;
mod socket;
mod acceptor;

pub(super) use acceptor::{Acceptor, Newcomer};
pub(super) use listeners::Listener;
pub use listeners::Listeners;
pub(super) use socket::Socket;
pub(super) use tcp::listen_again;
