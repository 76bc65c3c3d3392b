//! El cable de una conversación: el de memoria, con interrupciones, y con un mundo que sigue mientras
//! alguien espera.

use std::fs::File;
use std::io::{self, IoSlice};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::{Duration, SystemTime};

use super::random::Random;
use crate::connection::{
    Awaited, Client, Event, FileSent, MemoryWire, Moment, Readiness, Source, System, Wire,
};
use crate::environ::Presence;

/// El reloj de un mundo.
#[derive(Debug, Default)]
pub(super) struct Clock(AtomicU64);

impl Clock {
    pub(super) fn now(&self) -> Moment {
        Duration::from_nanos(self.0.load(SeqCst))
    }

    pub(super) fn pass(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).expect("ningún plazo dura siglos");
        self.0.fetch_add(nanos, SeqCst);
    }

    /// Que ya sea ese momento, si todavía no lo era.
    pub(super) fn reach(&self, moment: Moment) {
        self.pass(moment.saturating_sub(self.now()));
    }
}

/// El cliente de una conversación, y lo que pasa sin que nadie mire.
#[derive(Debug)]
pub(super) struct Network {
    pub(super) client: Client,
    clock: Arc<Clock>,
    unseen: Mutex<Unseen>,
}

#[derive(Debug)]
struct Unseen {
    random: Random,
    news: Readiness,
    /// Si el cliente ya no hará nada más por su cuenta.
    is_quiet: bool,
}

impl Network {
    pub(super) fn new(
        script: Vec<Event>,
        system: System,
        clock: &Arc<Clock>,
        random: Random,
    ) -> (SimulatedWire, Arc<Self>) {
        let (inner, client) = MemoryWire::new(script, system);
        let unseen = Unseen { random, news: Readiness::default(), is_quiet: false };
        let network = Self { client, clock: clock.clone(), unseen: Mutex::new(unseen) };
        let network = Arc::new(network);
        (SimulatedWire { inner, network: network.clone() }, network)
    }

    /// Pasa lo siguiente; `false` si ya no pasa nada.
    pub(super) fn happen(&self) -> bool {
        let news = self.client.next();
        let mut unseen = self.unseen();
        match news {
            Some(news) => unseen.news.add(news),
            None => unseen.is_quiet = true,
        }
        news.is_some()
    }

    /// El cliente toma hasta `count` bytes; `false` si no había ninguno.
    pub(super) fn take(&self, count: usize) -> bool {
        let news = self.client.does(Event::Take(count));
        self.unseen().news.add(news);
        news.writable
    }

    /// Lo que el sistema avisaría, y que nadie ha visto.
    pub(super) fn take_news(&self) -> Readiness {
        std::mem::take(&mut self.unseen().news)
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.unseen().is_quiet
    }

    /// Si el cliente ya tomó todo lo que se le envió.
    pub(super) fn is_all_taken(&self) -> bool {
        self.client.has_taken_all()
    }

    fn is_interrupted(&self) -> bool {
        self.unseen().random.one_in(16)
    }

    fn unseen(&self) -> MutexGuard<'_, Unseen> {
        self.unseen.lock().expect("nadie entra en pánico con la red en la mano")
    }
}

/// El extremo del servidor.
#[derive(Debug)]
pub(super) struct SimulatedWire {
    inner: MemoryWire,
    network: Arc<Network>,
}

impl SimulatedWire {
    fn interrupt(&self) -> io::Result<()> {
        match self.network.is_interrupted() {
            true => Err(io::ErrorKind::Interrupted.into()),
            false => Ok(()),
        }
    }
}

impl Wire for SimulatedWire {
    type Source = SimulatedSource;

    const SHORT_READ_DRAINS: bool = MemoryWire::SHORT_READ_DRAINS;

    fn receive(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.interrupt()?;
        self.inner.receive(room)
    }

    fn send(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        self.interrupt()?;
        self.inner.send(pieces)
    }

    fn send_file(&mut self, file: &File, length: u64) -> io::Result<FileSent> {
        self.inner.send_file(file, length)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.inner.finish()
    }

    fn abort_when_closed(&mut self, aborts: bool) -> io::Result<()> {
        self.inner.abort_when_closed(aborts)
    }

    fn has_sent_all(&mut self) -> io::Result<bool> {
        self.inner.has_sent_all()
    }

    fn source(&mut self) -> SimulatedSource {
        SimulatedSource { inner: Box::new(self.inner.source()), network: self.network.clone() }
    }

    fn presence(&mut self) -> Option<Weak<dyn Presence>> {
        self.inner.presence()
    }
}

/// De donde lee la aplicación. Mientras espera, el mundo sigue.
#[derive(Debug)]
pub(super) struct SimulatedSource {
    inner: Box<<MemoryWire as Wire>::Source>,
    network: Arc<Network>,
}

impl Source for SimulatedSource {
    fn receive(&self, room: &mut [u8]) -> io::Result<usize> {
        if self.network.is_interrupted() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        self.inner.receive(room)
    }

    fn send(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        self.inner.send(pieces)
    }

    fn abort_when_closed(&self, aborts: bool) -> io::Result<()> {
        self.inner.abort_when_closed(aborts)
    }

    fn wait(&self, awaited: Awaited, timeout: Duration) -> io::Result<Duration> {
        if awaited != Awaited::Bytes || self.network.is_interrupted() {
            let has_room = self.network.take(100);
            if has_room && awaited == Awaited::Room {
                return Ok(Duration::ZERO);
            }
        }
        if self.network.happen() {
            return Ok(Duration::ZERO);
        }
        self.network.clock.pass(timeout);
        Ok(timeout)
    }

    fn calendar(&self) -> SystemTime {
        self.inner.calendar()
    }
}
