//! Dónde se escucha: de un nombre, de una ruta o de otro programa a unas conexiones aceptadas.
//!
//! | archivo | qué hace |
//! |---|---|
//! | `listeners` | dónde escuchar: lo que se pide al crear un servidor |
//! | `listener` | un socket que escucha, venga de donde venga |
//! | `inherited` | los que abrió quien empezó este programa |
//! | `tcp`, `unix` | de un nombre y un puerto, o de una ruta, a uno propio |
//! | `socket` | el de una conexión: de red, o de Unix |
//! | `acceptor` | qué se sabe de la cola de cada uno, y cuándo se acepta |
//!
//! No sabe qué se hace con una conexión, ni en qué hilo.

mod listeners;
mod listener;
mod inherited;
mod tcp;
#[cfg(unix)]
mod unix;
mod socket;
mod acceptor;

pub(super) use acceptor::{Acceptor, Newcomer};
pub(super) use listener::Listener;
pub use listeners::Listeners;
pub(super) use listeners::Opened;
pub(super) use socket::Socket;
pub(super) use tcp::listen_again;
