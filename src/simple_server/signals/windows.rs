//! Ctrl-C en Windows, y lo que allí se le parece: cerrar la ventana o la sesión.

use std::io;

use super::insistence::INTERRUPT;

/// Llama a `notice` con cada Ctrl-C, en otro hilo.
pub(super) fn receive(notice: fn(i32)) -> io::Result<()> {
    ctrlc::set_handler(move || notice(INTERRUPT)).map_err(io::Error::other)
}
