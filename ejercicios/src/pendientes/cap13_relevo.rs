//! Ejercicio del capítulo 13: despídete sin cortar a nadie.
//!
//! El servidor ya respondió, y va a cerrar. Si todavía queda algo por leer, el sistema no cierra: corta, y el
//! corte puede llevarse la respuesta antes de que el cliente la lea. Antes de cerrar:
//!
//! 1. di que no enviarás más: `shutdown(Shutdown::Write)`;
//! 2. lee y tira lo que llegue, hasta que el cliente cuelgue;
//! 3. pero no para siempre: ni más de `MAX_LEFT` bytes, ni más de `PATIENCE` sin que llegue nada.
//!
//! Que el cliente calle, o corte mientras lees, no es un error: ya se terminó con él.
//!
//! Pruébalo con `cargo test -p ejercicios cap13`.

use std::io;
use std::net::TcpStream;
use std::time::Duration;

/// Lo que se lee y se tira, como mucho, en bytes.
pub const MAX_LEFT: u64 = 8 * 1024 * 1024;

/// Lo que se espera a que llegue algo más.
pub const PATIENCE: Duration = Duration::from_millis(500);

pub fn farewell(stream: &TcpStream) -> io::Result<()> {
    // Cambia esta línea.
    let _ = stream;

    todo!("despídete antes de cerrar")
}
