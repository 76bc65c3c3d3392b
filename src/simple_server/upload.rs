//! Un cuerpo de petición grande, que la aplicación lee del socket a su ritmo.
//!
//! La conexión está fuera del bucle mientras tanto: aquí se puede esperar sin detener a nadie más
//! que al hilo que lee.

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mio::net::TcpStream;
use socket2::SockRef;

use super::incoming::{Incoming, Received};
use crate::http::response::CONTINUE;
use crate::http::{BodyDecoder, Rejection};

/// El cuerpo que falta, compartido por la conexión y por el `wsgi.input` de la aplicación.
#[derive(Debug, Clone)]
pub(super) struct Upload(Arc<Mutex<Pending>>);

#[derive(Debug)]
struct Pending {
    socket: Arc<TcpStream>,
    incoming: Incoming,
    decoder: BodyDecoder,
    ready: Vec<u8>,
    taken: usize,
    total: u64,
    limits: UploadLimits,
    permission: Permission,
}

/// Hasta dónde se espera un cuerpo.
#[derive(Debug, Clone, Copy)]
pub(super) struct UploadLimits {
    /// Bytes de contenido.
    pub(super) max_body: u64,
    /// Espera sin que llegue nada.
    pub(super) timeout: Duration,
}

/// Si el cliente espera un `100 Continue` para enviar (RFC 9110 §10.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Permission {
    NotNeeded,
    Awaited,
}

/// Cuánto contenido se decodifica de una vez, en bytes.
const BLOCK: usize = 64 * 1024;

impl Upload {
    /// `ready` es el contenido que ya llegó, e `incoming` lo que todavía no se decodificó.
    pub(super) fn new(
        socket: Arc<TcpStream>,
        incoming: Incoming,
        decoder: BodyDecoder,
        ready: Vec<u8>,
        limits: UploadLimits,
        permission: Permission,
    ) -> Self {
        let total = ready.len() as u64;
        let pending =
            Pending { socket, incoming, decoder, ready, taken: 0, total, limits, permission };
        Self(Arc::new(Mutex::new(pending)))
    }

    /// Si el cuerpo llegó entero: entonces devuelve lo recibido detrás de él.
    pub(super) fn recover(&self) -> Option<Incoming> {
        let mut pending = self.lock();
        pending.decoder.is_done().then(|| std::mem::take(&mut pending.incoming))
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read for Upload {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.lock().read(buf)
    }
}

impl Pending {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.ready.len() && !self.decoder.is_done() && !buf.is_empty() {
            self.advance()?;
        }
        let length = buf.len().min(self.ready.len() - self.taken);
        buf[..length].copy_from_slice(&self.ready[self.taken..self.taken + length]);
        self.taken += length;
        Ok(length)
    }

    fn advance(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.taken = 0;
        if self.incoming.is_empty() {
            self.receive()?;
        }
        let pending = self.incoming.pending();
        let consumed = self.decoder.decode(pending, &mut self.ready, BLOCK).map_err(invalid)?;
        self.incoming.consume(consumed);
        self.total += self.ready.len() as u64;
        if self.total > self.limits.max_body {
            return Err(invalid(Rejection::BodyTooLarge));
        }
        Ok(())
    }

    fn receive(&mut self) -> io::Result<()> {
        if self.permission == Permission::Awaited {
            self.permission = Permission::NotNeeded;
            blocking(&self.socket, self.limits.timeout, || (&*self.socket).write_all(CONTINUE))?;
        }
        let mut received = self.incoming.receive(&*self.socket)?;
        if received == Received::Nothing {
            let incoming = &mut self.incoming;
            received =
                blocking(&self.socket, self.limits.timeout, || incoming.receive(&*self.socket))?;
        }
        match received {
            Received::Bytes | Received::LastBytes => Ok(()),
            Received::Nothing => Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "el cliente dejó de enviar el cuerpo de la petición",
            )),
            Received::End => Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "el cliente cortó el cuerpo de la petición",
            )),
        }
    }
}

fn invalid(rejection: Rejection) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, rejection)
}

/// Usa el socket en modo de espera, con plazo, y lo deja como estaba.
fn blocking<T>(
    socket: &TcpStream,
    timeout: Duration,
    operation: impl FnOnce() -> io::Result<T>,
) -> io::Result<T> {
    let socket = SockRef::from(socket);
    socket.set_read_timeout(Some(timeout))?;
    socket.set_write_timeout(Some(timeout))?;
    socket.set_nonblocking(false)?;
    let result = operation();
    socket.set_nonblocking(true)?;
    result
}
