//! Un cable de memoria: el cliente, la red y sus caprichos, sin red.
//!
//! Hace lo que un socket de TCP: lo enviado espera en un búfer a que el cliente lo tome, un cierre con
//! bytes sin leer es un corte, y un corte se come lo que el cliente todavía no tomó. Lo que le pasa
//! está escrito de antemano ([`Event`]), y ocurre cuando lo dice quien hace de mundo o cuando alguien
//! espera.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, IoSlice, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::link::Readiness;
use super::wire::{Awaited, FileSent, Source, Wire};
use crate::environ::Presence;

/// Cuándo pasa todo, en segundos desde 1970.
const TODAY: u64 = 1_795_509_600;

/// El extremo del servidor.
#[derive(Debug)]
pub(crate) struct MemoryWire(Arc<Mutex<Net>>);

/// El del cliente, y lo que hay en medio.
#[derive(Debug, Clone)]
pub(crate) struct Client(Arc<Mutex<Net>>);

/// El de quien lee un cuerpo grande.
#[derive(Debug)]
pub(crate) struct MemorySource(Weak<Mutex<Net>>);

/// Algo que le pasa a una conexión.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(test), allow(dead_code, reason = "el cliente de `testing` no corta de golpe"))]
pub(crate) enum Event {
    /// El cliente envía unos bytes.
    Send(Vec<u8>),
    /// Toma lo que haya en camino, hasta tantos bytes.
    Take(usize),
    /// No enviará nada más.
    Finish,
    /// Corta de golpe.
    Reset,
}

/// Lo que puede el sistema que hay en medio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct System {
    /// Cuántos bytes caben en camino.
    pub(crate) capacity: usize,
    /// Si envía archivos sin que pasen por el programa.
    pub(crate) sends_files: bool,
}

/// Cómo terminó la conexión, según el cliente.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Open,
    /// Un final corriente.
    Finished,
    /// Un corte.
    Aborted,
}

#[derive(Debug)]
struct Net {
    script: VecDeque<Event>,
    /// Lo que envió el cliente y el servidor no ha leído.
    arriving: VecDeque<u8>,
    /// Lo que envió el servidor y el cliente no ha tomado.
    leaving: VecDeque<u8>,
    /// Lo que tomó el cliente.
    taken: Vec<u8>,
    system: System,
    is_finished: bool,
    is_reset: bool,
    aborts: bool,
    /// Si el servidor ya soltó su extremo.
    is_closed: bool,
    ending: Ending,
}

impl MemoryWire {
    /// Una conexión con un cliente al que le pasará `script`.
    pub(crate) fn new(script: impl IntoIterator<Item = Event>, system: System) -> (Self, Client) {
        let net = Net {
            script: script.into_iter().collect(),
            arriving: VecDeque::new(),
            leaving: VecDeque::new(),
            taken: Vec::new(),
            system,
            is_finished: false,
            is_reset: false,
            aborts: false,
            is_closed: false,
            ending: Ending::Open,
        };
        let net = Arc::new(Mutex::new(net));
        (Self(net.clone()), Client(net))
    }

    fn net(&self) -> MutexGuard<'_, Net> {
        lock(&self.0)
    }
}

impl Client {
    /// Hace que pase lo siguiente; dice lo que el sistema avisaría, o `None` si ya no pasa nada.
    pub(crate) fn next(&self) -> Option<Readiness> {
        lock(&self.0).happen()
    }

    /// Hace que pase esto ahora.
    pub(crate) fn does(&self, event: Event) -> Readiness {
        lock(&self.0).do_now(event)
    }

    /// Lo que el cliente tomó desde la última vez.
    pub(crate) fn take_seen(&self) -> Vec<u8> {
        std::mem::take(&mut lock(&self.0).taken)
    }

    /// Si ya tomó todo lo que estaba en camino.
    #[cfg(test)]
    pub(crate) fn has_taken_all(&self) -> bool {
        lock(&self.0).leaving.is_empty()
    }

    /// Si dijo que no enviará nada más.
    #[cfg(test)]
    pub(crate) fn has_finished(&self) -> bool {
        lock(&self.0).is_finished
    }

    /// Si todavía hará algo por su cuenta.
    #[cfg(test)]
    pub(crate) fn has_plans(&self) -> bool {
        !lock(&self.0).script.is_empty()
    }

    /// Lo que el cliente tomó hasta ahora, y cómo terminó la conexión para él.
    #[cfg(test)]
    pub(crate) fn seen(&self) -> (Vec<u8>, Ending) {
        let net = lock(&self.0);
        (net.taken.clone(), net.ending)
    }
}

fn lock(net: &Mutex<Net>) -> MutexGuard<'_, Net> {
    // Son bytes y marcas: a medio cambiar siguen valiendo.
    net.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Net {
    fn happen(&mut self) -> Option<Readiness> {
        let event = self.script.pop_front()?;
        Some(self.do_now(event))
    }

    fn do_now(&mut self, event: Event) -> Readiness {
        let mut news = Readiness::default();
        match event {
            // Lo que llega a quien ya cerró se responde con un corte.
            Event::Send(_) if self.is_closed => self.abort(),
            Event::Send(bytes) if !self.is_reset => {
                self.arriving.extend(bytes);
                news.readable = true;
            }
            Event::Take(count) => {
                let count = count.min(self.leaving.len());
                self.taken.extend(self.leaving.drain(..count));
                news.writable = count > 0;
            }
            Event::Finish => {
                self.is_finished = true;
                (news.readable, news.read_closed) = (true, true);
            }
            Event::Reset => {
                self.is_reset = true;
                news = Readiness { readable: true, writable: true, read_closed: true };
            }
            Event::Send(_) => {}
        }
        news
    }

    fn receive(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.is_closed {
            return Ok(0);
        }
        // La cola está en dos tramos, y se lee de uno cada vez; quien lee de menos vio el final.
        let first = self.arriving.read(room)?;
        match first + self.arriving.read(&mut room[first..])? {
            0 if self.is_reset => Err(io::ErrorKind::ConnectionReset.into()),
            0 if !self.is_finished => Err(io::ErrorKind::WouldBlock.into()),
            length => Ok(length),
        }
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_reset || self.is_closed {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let length = bytes.len().min(self.room());
        self.leaving.extend(&bytes[..length]);
        if length == 0 { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(length) }
    }

    fn send_all(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut sent = 0;
        for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
            match self.send(piece) {
                Ok(length) => sent += length,
                Err(error) if sent == 0 => return Err(error),
                Err(_) => break,
            }
        }
        Ok(sent)
    }

    /// Cuánto cabe todavía en camino.
    fn room(&self) -> usize {
        self.system.capacity.saturating_sub(self.leaving.len())
    }

    /// Lo que hace el sistema al cerrar un socket.
    fn close(&mut self) {
        self.is_closed = true;
        if self.aborts || self.is_reset || !self.arriving.is_empty() {
            self.abort();
        } else {
            self.finish();
        }
    }

    /// Un corte se come lo que el cliente todavía no tomó.
    fn abort(&mut self) {
        self.leaving.clear();
        self.ending = Ending::Aborted;
    }

    /// El final se ve detrás de todo lo enviado, que nadie detiene ya.
    fn finish(&mut self) {
        if self.ending == Ending::Open {
            self.ending = Ending::Finished;
        }
    }
}

impl Drop for MemoryWire {
    fn drop(&mut self) {
        self.net().close();
    }
}

impl Wire for MemoryWire {
    type Source = MemorySource;

    const SHORT_READ_DRAINS: bool = true;

    fn receive(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.net().receive(room)
    }

    fn send(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        self.net().send_all(pieces)
    }

    fn send_file(&mut self, mut file: &File, length: u64) -> io::Result<FileSent> {
        let mut net = self.net();
        let room = net.room() as u64;
        if !net.system.sends_files {
            return Ok(FileSent::NotThisWay);
        }
        if room == 0 {
            return Ok(FileSent::Blocked);
        }
        let mut bytes = vec![0; usize::try_from(room.min(length)).unwrap_or(usize::MAX)];
        match file.read(&mut bytes)? {
            0 => Ok(FileSent::NotThisWay),
            count => net.send(&bytes[..count]).map(|sent| FileSent::Bytes(sent as u64)),
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        self.net().finish();
        Ok(())
    }

    fn abort_when_closed(&mut self, aborts: bool) -> io::Result<()> {
        self.net().aborts = aborts;
        Ok(())
    }

    fn has_sent_all(&mut self) -> io::Result<bool> {
        Ok(self.net().leaving.is_empty())
    }

    fn source(&mut self) -> MemorySource {
        MemorySource(Arc::downgrade(&self.0))
    }

    fn presence(&mut self) -> Option<Weak<dyn Presence>> {
        let presence: Weak<dyn Presence> = Arc::downgrade(&self.0) as _;
        Some(presence)
    }
}

impl Presence for Mutex<Net> {
    fn glance(&self, room: &mut [u8]) -> io::Result<usize> {
        let net = &mut *lock(self);
        let seen = net.arriving.clone();
        let length = net.receive(room);
        net.arriving = seen;
        length
    }
}

impl MemorySource {
    fn with_net<T>(&self, gone: T, act: impl FnOnce(&mut Net) -> T) -> T {
        self.0.upgrade().map_or(gone, |net| act(&mut lock(&net)))
    }
}

impl Source for MemorySource {
    fn receive(&self, room: &mut [u8]) -> io::Result<usize> {
        self.with_net(Ok(0), |net| net.receive(room))
    }

    fn send(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        self.with_net(Err(io::ErrorKind::BrokenPipe.into()), |net| net.send_all(pieces))
    }

    fn abort_when_closed(&self, aborts: bool) -> io::Result<()> {
        self.with_net((), |net| net.aborts = aborts);
        Ok(())
    }

    /// Pasa lo siguiente, o el tiempo entero si ya no pasa nada.
    fn wait(&self, _awaited: Awaited, timeout: Duration) -> io::Result<Duration> {
        let has_happened = self.with_net(false, |net| net.happen().is_some());
        Ok(if has_happened { Duration::ZERO } else { timeout })
    }

    /// Siempre la misma.
    fn calendar(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(TODAY)
    }
}

#[cfg(test)]
mod tests;
