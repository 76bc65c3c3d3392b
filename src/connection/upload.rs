//! Un cuerpo de petición grande, que la aplicación lee de la conexión a su ritmo.
//!
//! Entre tanto nadie más la lee: aquí se puede esperar sin detener más que al hilo que lee. Por eso
//! hace falta un permiso ([`Permit`]), y hay menos que hilos: a quien peor lo usa se le retira cuando
//! otro lo quiere.

use std::fmt;
use std::io::{self, IoSlice, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::decoder::Decoder;
use super::incoming::{Incoming, Received};
use super::window::Window;
use super::wire::{Awaited, Source};
use crate::http::Rejection;
use crate::http::response::CONTINUE;

/// Un permiso para esperar a la red en un hilo. Al soltarlo queda para otro.
pub(crate) trait Permit: Send + 'static {
    /// Si a otra subida le falta.
    fn is_wanted(&self) -> bool;
}

/// El cuerpo que falta, compartido por la conexión y por el `wsgi.input` de la aplicación.
#[derive(Debug)]
pub(super) struct Upload<S> {
    pending: Arc<Mutex<Pending<S>>>,
    permission: Arc<Mutex<Permission>>,
}

impl<S> Clone for Upload<S> {
    fn clone(&self) -> Self {
        Self { pending: self.pending.clone(), permission: self.permission.clone() }
    }
}

struct Pending<S> {
    source: S,
    incoming: Incoming,
    decoder: Decoder,
    ready: Vec<u8>,
    taken: usize,
    total: u64,
    limits: UploadLimits,
    permission: Arc<Mutex<Permission>>,
    /// El permiso del hilo que lo lee, hasta que llegue entero.
    permit: Option<Box<dyn Permit>>,
    window: Window,
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
    /// Quien se quedó con el cuerpo ya no puede ni leer: la conexión vuelve a ser de quien la avanza.
    Withdrawn,
}

/// Lo que la conexión conserva de un cuerpo que quizá alguien siga leyendo.
#[derive(Debug)]
pub(super) struct Reader(Arc<Mutex<Permission>>);

impl Reader {
    /// Que no lea más: dos que leen de la misma conexión se quitan los bytes.
    pub(super) fn stop(&self) {
        *lock(&self.0) = Permission::Withdrawn;
    }
}

/// Cada cuánto se mira si un cuerpo llega tan despacio que su permiso es para otro.
const WINDOW: Duration = Duration::from_secs(5);

/// Cuánto contenido se decodifica de una vez, en bytes.
const BLOCK: usize = 64 * 1024;

/// Cómo quedó un cuerpo cuando va a empezar su respuesta.
pub(super) struct Settled {
    /// Lo que del permiso de enviar tiene que salir delante de ella.
    pub(super) interim: &'static [u8],
    /// Si llegó entero, lo recibido detrás de él y lo que quedó por contestar.
    pub(super) rest: Option<(Incoming, Vec<u8>)>,
}

impl<S: Source> Upload<S> {
    /// `ready` es el contenido que ya llegó, e `incoming` lo que todavía no se decodificó.
    pub(super) fn new(
        source: S,
        incoming: Incoming,
        decoder: Decoder,
        ready: Vec<u8>,
        limits: UploadLimits,
        permission: Permission,
    ) -> Self {
        let (total, permission) = (ready.len() as u64, Arc::new(Mutex::new(permission)));
        let pending = Pending {
            source,
            incoming,
            decoder,
            ready,
            taken: 0,
            total,
            limits,
            permission: permission.clone(),
            permit: None,
            window: Window::default(),
        };
        Self { pending: Arc::new(Mutex::new(pending)), permission }
    }

    /// Le da el permiso con que puede esperar a la red.
    pub(super) fn grant(&self, permit: Box<dyn Permit>) {
        self.lock().permit = Some(permit);
    }

    /// Va a empezar la respuesta: desde aquí ya no saldrá nada del permiso de enviar.
    ///
    /// Si salió una parte de él, falta la otra. Y si la aplicación se quedó con el cuerpo, lo leerá
    /// mientras responde: entonces es ahora o nunca.
    pub(super) fn settle(&self) -> Settled {
        // Si otro hilo de la aplicación sigue leyendo, no llegó entero, y no se le espera.
        let rest = self.pending.try_lock().ok().filter(|pending| pending.decoder.is_done()).map(
            |mut pending| (std::mem::take(&mut pending.incoming), pending.decoder.take_replies()),
        );
        let will_read = rest.is_none() && Arc::strong_count(&self.pending) > 1;
        let mut permission = lock(&self.permission);
        let interim = match std::mem::replace(&mut *permission, Permission::NotNeeded) {
            Permission::Awaited { sent } if sent > 0 || will_read => &CONTINUE[sent..],
            _ => b"",
        };
        Settled { interim, rest }
    }

    /// Quien se quede con el cuerpo.
    pub(super) fn reader(&self) -> Reader {
        Reader(self.permission.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Pending<S>> {
        lock(&self.pending)
    }
}

/// Un pánico con el cerrojo en la mano no deja nada a medias.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: Source> Read for Upload<S> {
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

impl<S: Source> Pending<S> {
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
        let received = self.patiently(|pending| pending.source.receive(&mut buf[..length]))?;
        if received == 0 {
            return Err(Rejection::BodyCut.into());
        }
        self.decoder.skip(received as u64);
        self.count(received);
        Ok(received)
    }

    fn advance(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.taken = 0;
        if self.incoming.is_empty() {
            self.receive()?;
        }
        let pending = self.incoming.pending();
        let consumed =
            self.decoder.decode(pending, &mut self.ready, BLOCK).map_err(io::Error::from)?;
        self.incoming.consume(consumed);
        if self.decoder.aborted().is_some() {
            return Err(Rejection::Aborted.into());
        }
        self.count(self.ready.len());
        if self.total > self.limits.max_body {
            return Err(Rejection::BodyTooLarge.into());
        }
        Ok(())
    }

    fn count(&mut self, received: usize) {
        self.total += received as u64;
        self.window.count(received);
    }

    fn receive(&mut self) -> io::Result<()> {
        let received = self.patiently(|pending| {
            let source = &pending.source;
            match pending.incoming.receive(|room| source.receive(room))? {
                Received::Nothing => Err(io::ErrorKind::WouldBlock.into()),
                received => Ok(received),
            }
        })?;
        if received == Received::End { Err(Rejection::BodyCut.into()) } else { Ok(()) }
    }

    /// Lee, esperando lo que haga falta hasta el plazo. El permiso de enviar se da cuando hay que
    /// esperar, y no antes: a quien ya envía no le hace falta.
    fn patiently<T>(&mut self, mut read: impl FnMut(&mut Self) -> io::Result<T>) -> io::Result<T> {
        let mut waited = Duration::ZERO;
        loop {
            match self.read_if_allowed(&mut read) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let awaited = self.give_permission()?;
                    waited += self.wait(awaited, self.limits.timeout.saturating_sub(waited))?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {
                    return Err(Rejection::BodyCut.into());
                }
                other => return other,
            }
        }
    }

    /// Lee sin esperar, si la conexión sigue siendo de quien lee.
    fn read_if_allowed<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> io::Result<T>,
    ) -> io::Result<T> {
        let permission = self.permission.clone();
        let permission = lock(&permission);
        if *permission == Permission::Withdrawn {
            Err(Rejection::BodyCut.into())
        } else {
            read(self)
        }
    }

    /// Da el permiso de enviar si se espera, o lo que de él quepa.
    fn give_permission(&self) -> io::Result<Awaited> {
        let mut permission = lock(&self.permission);
        while let Permission::Awaited { sent } = *permission {
            match self.source.send(&[IoSlice::new(&CONTINUE[sent..])]) {
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

    /// Espera a que pase algo, `left` como mucho; dice cuánto esperó. A quien envía con cuentagotas se
    /// le deja de esperar en cuanto otro quiere su permiso.
    fn wait(&mut self, awaited: Awaited, left: Duration) -> io::Result<Duration> {
        if left.is_zero() {
            return Err(Rejection::Timeout.into());
        }
        let window = WINDOW.min(self.limits.timeout);
        let glance = self.window.left(window).max(Duration::from_millis(1));
        let waited = self.source.wait(awaited, left.min(glance))?;
        let is_slow = self.window.is_slow_after(waited, window);
        match &self.permit {
            Some(permit) if is_slow && permit.is_wanted() => Err(Rejection::Timeout.into()),
            _ => Ok(waited),
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for Pending<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upload({} bytes recibidos de {:?})", self.total, self.source)
    }
}

#[cfg(test)]
mod tests;
