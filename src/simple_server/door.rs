//! La puerta: los sockets que escuchan, y qué se sabe de la cola de cada uno.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::event::Event;
use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Registry, Token};

/// Cuántas conexiones se aceptan seguidas antes de atenderlas.
const BATCH: usize = 64;

/// Cuánto se espera para volver a aceptar cuando el sistema no da con qué.
const PAUSE: Duration = Duration::from_millis(100);

/// Las fichas de los sockets que escuchan van hacia atrás desde esta.
const LAST_TOKEN: usize = usize::MAX - 1;

#[derive(Debug, Default)]
pub(super) struct Door {
    listeners: Vec<Listener>,
}

#[derive(Debug)]
struct Listener {
    socket: TcpListener,
    port: u16,
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
pub(super) struct Arrival {
    pub(super) socket: TcpStream,
    pub(super) remote: SocketAddr,
    pub(super) local_port: u16,
}

impl Door {
    /// Añade un socket que escucha.
    pub(super) fn add(&mut self, mut socket: TcpListener, registry: &Registry) -> io::Result<()> {
        let token = Token(LAST_TOKEN - self.listeners.len());
        registry.register(&mut socket, token, Interest::READABLE)?;
        let port = socket.local_addr()?.port();
        self.listeners.push(Listener { socket, port, queue: Queue::MayHaveMore, is_short: false });
        Ok(())
    }

    /// Anota un aviso, si es de uno de estos sockets.
    pub(super) fn notice(&mut self, event: &Event) -> bool {
        let at = LAST_TOKEN.checked_sub(event.token().0);
        let Some(listener) = at.and_then(|at| self.listeners.get_mut(at)) else { return false };
        listener.queue = Queue::MayHaveMore;
        true
    }

    /// Si ya no hay ninguno.
    pub(super) fn is_closed(&self) -> bool {
        self.listeners.is_empty()
    }

    /// Si puede haber conexiones por aceptar.
    pub(super) fn has_visitors(&self) -> bool {
        self.listeners.iter().any(|listener| listener.queue == Queue::MayHaveMore)
    }

    /// Si alguno no pudo aceptar y habrá que volver a probar.
    pub(super) fn is_starved(&self) -> bool {
        self.listeners.iter().any(|listener| matches!(listener.queue, Queue::Starved { .. }))
    }

    /// Vuelve a probar con los que no pudieron aceptar hace un rato.
    pub(super) fn retry(&mut self) {
        for listener in &mut self.listeners {
            if matches!(listener.queue, Queue::Starved { until } if Instant::now() >= until) {
                listener.queue = Queue::MayHaveMore;
            }
        }
    }

    /// Acepta una tanda. `welcome` dice si todavía cabe otra.
    pub(super) fn accept(&mut self, mut welcome: impl FnMut(Arrival) -> bool) {
        for listener in &mut self.listeners {
            let mut batch = BATCH;
            while listener.queue == Queue::MayHaveMore && batch > 0 {
                batch -= 1;
                match listener.socket.accept() {
                    Ok((socket, remote)) => {
                        listener.is_short = false;
                        if !welcome(Arrival { socket, remote, local_port: listener.port }) {
                            return;
                        }
                    }
                    Err(error) => listener.fail(&error),
                }
            }
        }
    }

    /// Deja de escuchar.
    pub(super) fn close(&mut self) {
        self.listeners.clear();
    }
}

impl Listener {
    /// Anota qué pasa con la cola después de no poder aceptar.
    fn fail(&mut self, error: &io::Error) {
        self.queue = match error.kind() {
            io::ErrorKind::WouldBlock => Queue::Empty,
            // Se fue antes de que la aceptaran.
            io::ErrorKind::Interrupted
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset => Queue::MayHaveMore,
            _ => {
                if !self.is_short {
                    log::warn!("no se pudo aceptar una conexión, y se volverá a probar: {error}");
                }
                self.is_short = true;
                Queue::Starved { until: Instant::now() + PAUSE }
            }
        };
    }
}
