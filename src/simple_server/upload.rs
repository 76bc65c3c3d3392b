//! Un cuerpo de petición grande, que la aplicación lee del socket a su ritmo.
//!
//! La conexión está fuera del bucle mientras tanto: aquí se puede esperar sin detener a nadie más
//! que al hilo que lee.

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::decoder::Decoder;
use super::incoming::{Incoming, Received};
use super::listen::Socket;
use super::threads::Permit;
use crate::http::Rejection;
use crate::http::response::CONTINUE;

/// El cuerpo que falta, compartido por la conexión y por el `wsgi.input` de la aplicación.
#[derive(Debug, Clone)]
pub(super) struct Upload(Arc<Mutex<Pending>>);

#[derive(Debug)]
struct Pending {
    socket: Arc<Socket>,
    incoming: Incoming,
    decoder: Decoder,
    ready: Vec<u8>,
    taken: usize,
    total: u64,
    limits: UploadLimits,
    permission: Permission,
    /// El permiso del hilo que lo lee, hasta que llegue entero.
    permit: Option<Permit>,
    /// Cuánto se le ha esperado, en total.
    waited: Duration,
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
    /// Ya se respondió sin pedirlo: enviarlo ahora estropearía la respuesta.
    TooLate,
}

/// Lo que se espera como poco cada segundo, en bytes, si otros quieren el permiso: menos que la peor
/// de las redes.
const MIN_RATE: u64 = 1024;

/// Cuánto contenido se decodifica de una vez, en bytes.
const BLOCK: usize = 64 * 1024;

impl Upload {
    /// `ready` es el contenido que ya llegó, e `incoming` lo que todavía no se decodificó.
    pub(super) fn new(
        socket: Arc<Socket>,
        incoming: Incoming,
        decoder: Decoder,
        ready: Vec<u8>,
        limits: UploadLimits,
        permission: Permission,
    ) -> Self {
        let total = ready.len() as u64;
        let pending = Pending {
            socket,
            incoming,
            decoder,
            ready,
            taken: 0,
            total,
            limits,
            permission,
            permit: None,
            waited: Duration::ZERO,
        };
        Self(Arc::new(Mutex::new(pending)))
    }

    /// Le da el permiso con que puede esperar a la red.
    pub(super) fn grant(&self, permit: Permit) {
        self.lock().permit = Some(permit);
    }

    /// Si el cuerpo llegó entero: entonces devuelve lo recibido detrás de él, y lo que quedó por
    /// contestar.
    pub(super) fn recover(&self) -> Option<(Incoming, Vec<u8>)> {
        // Si otro hilo de la aplicación sigue leyendo, no llegó entero, y no se le espera.
        let mut pending = self.0.try_lock().ok()?;
        if pending.permission == Permission::Awaited {
            pending.permission = Permission::TooLate;
        }
        pending
            .decoder
            .is_done()
            .then(|| (std::mem::take(&mut pending.incoming), pending.decoder.take_replies()))
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read for Upload {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut pending = self.lock();
        let read = pending.read(buf);
        if pending.decoder.is_done() {
            // Ya no espera a nadie, aunque la aplicación tarde.
            pending.permit = None;
        }
        read
    }
}

impl Pending {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.ready.len() && !self.decoder.is_done() && !buf.is_empty() {
            match self.decoder.remaining() {
                // Con longitud conocida y nada a medias, de la red al sitio de quien lee.
                Some(left) if self.incoming.is_empty() => return self.read_directly(buf, left),
                _ => self.advance()?,
            }
        }
        let length = buf.len().min(self.ready.len() - self.taken);
        buf[..length].copy_from_slice(&self.ready[self.taken..self.taken + length]);
        self.taken += length;
        Ok(length)
    }

    fn read_directly(&mut self, buf: &mut [u8], left: u64) -> io::Result<usize> {
        let length = buf.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let received = self.patiently(|pending| (&*pending.socket).read(&mut buf[..length]))?;
        if received == 0 {
            return Err(cut_short());
        }
        self.decoder.skip(received as u64);
        self.total += received as u64;
        Ok(received)
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
        if self.decoder.is_aborted() {
            return Err(invalid(Rejection::Aborted));
        }
        self.total += self.ready.len() as u64;
        if self.total > self.limits.max_body {
            return Err(invalid(Rejection::BodyTooLarge));
        }
        Ok(())
    }

    fn receive(&mut self) -> io::Result<()> {
        let received =
            self.patiently(|pending| match pending.incoming.receive(&*pending.socket)? {
                Received::Nothing => Err(io::ErrorKind::WouldBlock.into()),
                received => Ok(received),
            })?;
        if received == Received::End { Err(cut_short()) } else { Ok(()) }
    }

    /// Lee, esperando lo que haga falta hasta el plazo.
    fn patiently<T>(&mut self, mut read: impl FnMut(&mut Self) -> io::Result<T>) -> io::Result<T> {
        if self.permission == Permission::TooLate {
            return Err(cut_short());
        }
        if self.permission == Permission::Awaited {
            self.permission = Permission::NotNeeded;
            // No queda nada por enviar delante, así que estos pocos bytes siempre caben.
            (&*self.socket).write_all(CONTINUE)?;
        }
        loop {
            match read(self) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.wait()?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }

    /// Espera a que llegue algo, hasta el plazo. Quien envía con cuentagotas tiene el suyo cuando otros
    /// esperan el permiso.
    fn wait(&mut self) -> io::Result<()> {
        let start = Instant::now();
        wait_readable(&self.socket, self.limits.timeout)?;
        self.waited += start.elapsed();
        let earned = Duration::from_secs(self.total / MIN_RATE);
        let is_slow = self.waited > self.limits.timeout.saturating_add(earned);
        match &self.permit {
            Some(permit) if is_slow && permit.is_wanted() => Err(too_slow()),
            _ => Ok(()),
        }
    }
}

fn invalid(rejection: Rejection) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, rejection)
}

fn cut_short() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "el cliente cortó el cuerpo de la petición")
}

fn too_slow() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, Rejection::Timeout)
}

/// Espera a que haya algo que leer.
#[cfg(unix)]
fn wait_readable(socket: &Socket, timeout: Duration) -> io::Result<()> {
    use nix::errno::Errno;
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use std::os::fd::AsFd;
    let timeout = PollTimeout::try_from(timeout).unwrap_or(PollTimeout::MAX);
    match poll(&mut [PollFd::new(socket.as_fd(), PollFlags::POLLIN)], timeout) {
        Ok(0) => Err(too_slow()),
        Ok(_) | Err(Errno::EINTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Espera a que haya algo que leer: donde no hay `poll`, mirando sin llevárselo en modo de espera.
#[cfg(not(unix))]
fn wait_readable(socket: &Socket, timeout: Duration) -> io::Result<()> {
    let waiting = socket2::SockRef::from(socket);
    waiting.set_read_timeout(Some(timeout.min(super::config::FAR_AWAY)))?;
    waiting.set_nonblocking(false)?;
    let Socket::Tcp(stream) = socket;
    let seen = stream.peek(&mut [0]);
    waiting.set_nonblocking(true)?;
    match seen {
        Err(error) if error.kind() == io::ErrorKind::TimedOut => Err(too_slow()),
        other => other.map(drop),
    }
}
