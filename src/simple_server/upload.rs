//! Un cuerpo de petición grande, que la aplicación lee del socket a su ritmo.
//!
//! La conexión está fuera del bucle mientras tanto: aquí se puede esperar sin detener a nadie más
//! que al hilo que lee.

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::berths::Berth;
use super::decoder::Decoder;
use super::incoming::{Incoming, Received};
use super::socket::Socket;
use crate::http::Rejection;
use crate::http::response::CONTINUE;

/// El cuerpo que falta, compartido por la conexión y por el `wsgi.input` de la aplicación.
#[derive(Debug, Clone)]
pub(super) struct Upload {
    pending: Arc<Mutex<Pending>>,
    permission: Arc<Mutex<Permission>>,
}

#[derive(Debug)]
struct Pending {
    socket: Weak<Socket>,
    incoming: Incoming,
    decoder: Decoder,
    ready: Vec<u8>,
    taken: usize,
    total: u64,
    limits: UploadLimits,
    permission: Arc<Mutex<Permission>>,
    /// El amarre del hilo que lo lee, hasta que llegue entero.
    berth: Option<Berth>,
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
///
/// Lo puede escribir un hilo de la aplicación que lee el cuerpo, mientras otro empieza a enviar la
/// respuesta: por eso tiene su propio cerrojo, que nadie retiene mientras espera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Permission {
    /// No lo espera, ya lo tiene, o ya es tarde: en medio de la respuesta la estropearía.
    NotNeeded,
    /// Lo espera; `sent` bytes de él ya salieron.
    Awaited { sent: usize },
}

/// Qué se espera de la red.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaited {
    Bytes,
    /// Bytes, o sitio para terminar de dar el permiso.
    BytesOrRoom,
}

/// Lo que se espera como poco cada segundo, en bytes, si otros quieren el amarre: menos que la peor
/// de las redes.
const MIN_RATE: u64 = 1024;

/// Cuánto contenido se decodifica de una vez, en bytes.
const BLOCK: usize = 64 * 1024;

impl Upload {
    /// `ready` es el contenido que ya llegó, e `incoming` lo que todavía no se decodificó.
    pub(super) fn new(
        socket: Weak<Socket>,
        incoming: Incoming,
        decoder: Decoder,
        ready: Vec<u8>,
        limits: UploadLimits,
        permission: Permission,
    ) -> Self {
        let (total, permission) = (ready.len() as u64, Arc::new(Mutex::new(permission)));
        let pending = Pending {
            socket,
            incoming,
            decoder,
            ready,
            taken: 0,
            total,
            limits,
            permission: permission.clone(),
            berth: None,
            waited: Duration::ZERO,
        };
        Self { pending: Arc::new(Mutex::new(pending)), permission }
    }

    /// Le da el amarre con que puede esperar a la red.
    pub(super) fn moor(&self, berth: Berth) {
        self.lock().berth = Some(berth);
    }

    /// Si el cuerpo llegó entero: entonces devuelve lo recibido detrás de él, y lo que quedó por
    /// contestar.
    pub(super) fn recover(&self) -> Option<(Incoming, Vec<u8>)> {
        // Si otro hilo de la aplicación sigue leyendo, no llegó entero, y no se le espera.
        let mut pending = self.pending.try_lock().ok()?;
        pending
            .decoder
            .is_done()
            .then(|| (std::mem::take(&mut pending.incoming), pending.decoder.take_replies()))
    }

    /// Va a empezar la respuesta: lo que del permiso tiene que salir delante de ella, y desde aquí ya
    /// no saldrá nada más.
    ///
    /// Si salió una parte, es la otra. Y si la aplicación se quedó con el cuerpo lo leerá mientras
    /// responde: entonces es ahora o nunca.
    pub(super) fn settle_permission(&self) -> &'static [u8] {
        let keeps_reading = Arc::strong_count(&self.pending) > 1;
        let mut permission = self.permission.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *permission, Permission::NotNeeded) {
            Permission::Awaited { sent } if sent > 0 || keeps_reading => &CONTINUE[sent..],
            _ => b"",
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read for Upload {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut pending = self.lock();
        let read = pending.read(buf);
        if pending.decoder.is_done() {
            // Ya no espera a nadie, aunque la aplicación tarde.
            pending.berth = None;
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
        let received = self.patiently(|_, mut socket| socket.read(&mut buf[..length]))?;
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
            self.patiently(|pending, socket| match pending.incoming.receive(socket)? {
                Received::Nothing => Err(io::ErrorKind::WouldBlock.into()),
                received => Ok(received),
            })?;
        if received == Received::End { Err(cut_short()) } else { Ok(()) }
    }

    /// Lee, esperando lo que haga falta hasta el plazo. El permiso se da cuando hay que esperar, y no
    /// antes: a quien ya envía no le hace falta.
    fn patiently<T>(
        &mut self,
        mut read: impl FnMut(&mut Self, &Socket) -> io::Result<T>,
    ) -> io::Result<T> {
        // Si la conexión ya se cerró, no queda de dónde leer.
        let socket = self.socket.upgrade().ok_or_else(cut_short)?;
        let mut start = None;
        loop {
            match read(self, &socket) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let awaited = self.permit(&socket)?;
                    self.wait(&socket, awaited, *start.get_or_insert_with(Instant::now))?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }

    /// Da el permiso si se espera, o lo que de él quepa en el socket.
    fn permit(&self, mut socket: &Socket) -> io::Result<Awaited> {
        let mut permission = self.permission.lock().unwrap_or_else(PoisonError::into_inner);
        while let Permission::Awaited { sent } = *permission {
            match socket.write(&CONTINUE[sent..]) {
                Ok(more) if sent + more >= CONTINUE.len() => *permission = Permission::NotNeeded,
                Ok(more) => *permission = Permission::Awaited { sent: sent + more },
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Ok(Awaited::BytesOrRoom);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Awaited::Bytes)
    }

    /// Espera a que pase algo, hasta el plazo, que cuenta desde `start`. Quien envía con cuentagotas
    /// tiene el suyo cuando otros esperan el amarre.
    fn wait(&mut self, socket: &Socket, awaited: Awaited, start: Instant) -> io::Result<()> {
        let before = start.elapsed();
        let left = self.limits.timeout.saturating_sub(before);
        if left.is_zero() {
            return Err(too_slow());
        }
        wait(socket, awaited, left)?;
        self.waited += start.elapsed().saturating_sub(before);
        let earned = Duration::from_secs(self.total / MIN_RATE);
        let is_slow = self.waited > self.limits.timeout.saturating_add(earned);
        match &self.berth {
            Some(berth) if is_slow && berth.is_wanted() => Err(too_slow()),
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

/// Espera a que pase lo que se espera, o al plazo.
#[cfg(unix)]
fn wait(socket: &Socket, awaited: Awaited, timeout: Duration) -> io::Result<()> {
    use nix::errno::Errno;
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use std::os::fd::AsFd;
    let timeout = PollTimeout::try_from(timeout).unwrap_or(PollTimeout::MAX);
    let flags = match awaited {
        Awaited::Bytes => PollFlags::POLLIN,
        Awaited::BytesOrRoom => PollFlags::POLLIN | PollFlags::POLLOUT,
    };
    match poll(&mut [PollFd::new(socket.as_fd(), flags)], timeout) {
        Ok(0) => Err(too_slow()),
        Ok(_) | Err(Errno::EINTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Cada cuánto se mira si cabe el resto del permiso, donde no se puede esperar a dos cosas.
#[cfg(not(unix))]
const GLANCE: Duration = Duration::from_millis(10);

/// Espera a que pase lo que se espera, o al plazo: donde no hay `poll`, mirando sin llevárselo en modo
/// de espera.
#[cfg(not(unix))]
fn wait(socket: &Socket, awaited: Awaited, timeout: Duration) -> io::Result<()> {
    if awaited == Awaited::BytesOrRoom {
        std::thread::sleep(timeout.min(GLANCE));
        return Ok(());
    }
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
