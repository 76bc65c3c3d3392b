//! Solución del capítulo 13.

use std::io::{self, Read};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// Lo que se lee y se tira, como mucho, en bytes.
pub const MAX_LEFT: u64 = 8 * 1024 * 1024;

/// Lo que se espera a que llegue algo más.
pub const PATIENCE: Duration = Duration::from_millis(500);

pub fn farewell(stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    // Un plazo vencido, o un corte, también es un final.
    let _ = io::copy(&mut stream.take(MAX_LEFT), &mut io::sink());
    Ok(())
}
