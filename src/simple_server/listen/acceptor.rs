//! Quien acepta: los sockets que escuchan, y qué se sabe de la cola de cada uno.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::event::Event;
use mio::{Registry, Token};

use super::listener::Listener;
use super::socket::Socket;

/// Cuántas conexiones se aceptan seguidas antes de atenderlas.
const BATCH: usize = 64;

/// Cuánto se espera para volver a aceptar cuando el sistema no da con qué.
const PAUSE: Duration = Duration::from_millis(100);

/// Las fichas de los sockets que escuchan van hacia atrás desde esta.
const LAST_TOKEN: usize = usize::MAX - 1;

#[derive(Debug, Default)]
pub(crate) struct Acceptor {
    sources: Vec<Source>,
}

/// Un socket que escucha, y lo que se sabe de él.
#[derive(Debug)]
struct Source {
    listener: Listener,
    token: Token,
    queue: Queue,
    /// Si lo último que se supo es que no se podía aceptar: se dice una vez, no en cada intento.
    is_short: bool,
}

/// Lo que se sabe de la cola de un socket que escucha.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Queue {
    Empty,
    MayHaveMore,
    /// El sistema no dio con qué aceptar; se vuelve a probar más tarde, sin dar vueltas en vano.
    Starved {
        until: Instant,
    },
}

/// Una conexión recién aceptada.
#[derive(Debug)]
pub(crate) struct Newcomer {
    pub(crate) socket: Socket,
    /// Desde dónde, si llegó por la red.
    pub(crate) remote: Option<SocketAddr>,
    pub(crate) local_port: u16,
}

impl Acceptor {
    /// Añade un socket que escucha.
    pub(crate) fn add(&mut self, mut listener: Listener, registry: &Registry) -> io::Result<()> {
        let token = Token(LAST_TOKEN - self.sources.len());
        listener.register(registry, token)?;
        let queue = Queue::MayHaveMore;
        self.sources.push(Source { listener, token, queue, is_short: false });
        Ok(())
    }

    /// Anota un aviso, si es de uno de estos sockets.
    pub(crate) fn notice(&mut self, event: &Event) -> bool {
        let mut sources = self.sources.iter_mut();
        let Some(source) = sources.find(|source| source.token == event.token()) else {
            return false;
        };
        source.queue = Queue::MayHaveMore;
        true
    }

    /// Si ya no hay ninguno.
    pub(crate) fn is_closed(&self) -> bool {
        self.sources.is_empty()
    }

    /// Si puede haber conexiones por aceptar.
    pub(crate) fn may_accept(&self) -> bool {
        self.sources.iter().any(|source| source.queue == Queue::MayHaveMore)
    }

    /// Si alguno no pudo aceptar y habrá que volver a probar.
    pub(crate) fn is_starved(&self) -> bool {
        self.sources.iter().any(Source::is_starved)
    }

    /// Vuelve a probar con los que no pudieron aceptar hace un rato.
    pub(crate) fn retry(&mut self) {
        for source in &mut self.sources {
            if matches!(source.queue, Queue::Starved { until } if Instant::now() >= until) {
                source.queue = Queue::MayHaveMore;
            }
        }
    }

    /// Acepta una tanda. `welcome` dice si todavía cabe otra. Devuelve `false` si el sistema no da con
    /// qué.
    pub(crate) fn accept(&mut self, mut welcome: impl FnMut(Newcomer) -> bool) -> bool {
        let mut is_given = true;
        for source in &mut self.sources {
            let mut batch = BATCH;
            while source.queue == Queue::MayHaveMore && batch > 0 {
                batch -= 1;
                match source.listener.accept() {
                    Ok((socket, remote)) => {
                        source.is_short = false;
                        let local_port = source.listener.port;
                        if !welcome(Newcomer { socket, remote, local_port }) {
                            return is_given;
                        }
                    }
                    Err(error) => {
                        source.fail(&error);
                        is_given &= !source.is_starved();
                    }
                }
            }
        }
        is_given
    }

    /// Que no llegue nadie más. Lo que ya espera en una cola compartida es de quien siga con ella.
    pub(crate) fn stop_inviting(&mut self, registry: &Registry) {
        self.sources.retain_mut(|source| source.listener.stop_inviting(registry));
        for source in &mut self.sources {
            // De quien acaba de llegar todavía no se avisó.
            source.queue = Queue::MayHaveMore;
        }
    }

    /// Deja de escuchar.
    pub(crate) fn close(&mut self) {
        self.sources.clear();
    }
}

impl Source {
    fn is_starved(&self) -> bool {
        matches!(self.queue, Queue::Starved { .. })
    }

    /// Anota qué pasa con la cola después de no poder aceptar.
    fn fail(&mut self, error: &io::Error) {
        self.queue = match error.kind() {
            io::ErrorKind::WouldBlock => Queue::Empty,
            // Se fue antes de que la aceptaran.
            io::ErrorKind::Interrupted
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset => Queue::MayHaveMore,
            _ => {
                // La primera vez se dice; las demás, a quien quiera verlo todo.
                let level = if self.is_short { log::Level::Trace } else { log::Level::Warn };
                log::log!(level, "no se pudo aceptar una conexión, y se volverá a probar: {error}");
                self.is_short = true;
                Queue::Starved { until: Instant::now() + PAUSE }
            }
        };
    }
}
