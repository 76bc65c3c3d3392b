//! Solución del capítulo 12.

use std::io::{self, Read, Write};

use crate::server::{answer, refuse, take, understand};

pub fn serve(stream: &mut (impl Read + Write)) -> io::Result<()> {
    let mut received = Vec::new();
    let mut bytes = [0; 4096];
    loop {
        match take(&mut received) {
            Err(status) => return refuse(status, stream),
            Ok(Some(head)) => {
                let request = understand(&head);
                answer(request, stream)?;
                if request.closes {
                    return Ok(());
                }
            }
            // Solo se lee cuando en lo recibido ya no queda ninguna entera.
            Ok(None) => match stream.read(&mut bytes)? {
                0 => return Ok(()),
                count => received.extend_from_slice(&bytes[..count]),
            },
        }
    }
}
