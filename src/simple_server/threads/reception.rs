//! Quién entra en un bucle, quién sale y quién deja su sitio a otro.

use super::event_loop::EventLoop;
use super::placement::choose;
use super::poller::Poller;
use super::runtime::Runtime;
use crate::connection::CloseReason;
use crate::gateway::Peers;
use crate::guarded::catch;
use crate::simple_server::listen::Newcomer;
use crate::simple_server::wire::{Connection, SocketWire};

/// La entrada de un bucle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reception<'e> {
    pub(super) runtime: &'e Runtime,
    pub(super) here: &'e EventLoop,
    pub(super) index: usize,
    /// Si todas las que lleguen son de este bucle.
    pub(super) keeps_all: bool,
}

impl<'e> Reception<'e> {
    /// Acepta las que esperan, mientras haya sitio.
    pub(super) fn accept(self, poller: &mut Poller) {
        let Runtime { service, capacity, .. } = self.runtime;
        while poller.acceptor.may_accept() && (capacity.has_room() || self.idlest().is_some()) {
            let now = self.runtime.now();
            let is_given = poller.acceptor.accept(|Newcomer { socket, remote, local_port }| {
                // Nadie deja su sitio hasta que de verdad llega otro.
                let _ = capacity.has_room() || self.make_room();
                capacity.enter();
                let peers = Peers::new(&service.name, local_port, remote);
                self.place(Box::new(Connection::new(SocketWire::new(socket), peers, now)));
                capacity.has_room()
            });
            if !is_given {
                capacity.shrink();
            }
            if capacity.has_room() {
                // El resto, después de atender a estas.
                return;
            }
        }
    }

    /// Cierra las conexiones que llevan más tiempo sin hacer nada; `true` si había alguna.
    pub(super) fn make_room(self) -> bool {
        let Some(event_loop) = self.idlest() else { return false };
        let idle = event_loop.connections().take_idlest().into_iter();
        let let_go = |(key, idle)| self.let_go(event_loop, key, idle, CloseReason::MadeRoom);
        idle.map(let_go).count() > 0
    }

    /// El bucle de la conexión que lleva más tiempo sin hacer nada.
    fn idlest(self) -> Option<&'e EventLoop> {
        let since =
            |event_loop: &'e EventLoop| Some((event_loop.connections().idle_since()?, event_loop));
        let idle = self.runtime.loops.iter().filter_map(since);
        idle.min_by_key(|(since, _)| *since).map(|(_, event_loop)| event_loop)
    }

    /// Lleva una conexión nueva a uno de los bucles.
    fn place(self, connection: Box<Connection>) {
        let home = self.lightest();
        let refused = match home.admit(connection) {
            Ok(()) if std::ptr::eq(home, self.here) => return,
            Ok(()) => return home.wake(),
            // Ya terminó; este, que está aceptando, no.
            Err(connection) => self.here.admit(connection),
        };
        refused.expect("un bucle no termina mientras acepta");
    }

    /// El bucle que debe atender una conexión nueva.
    fn lightest(self) -> &'e EventLoop {
        if self.keeps_all {
            return self.here;
        }
        let loops = &self.runtime.loops;
        let mut loads = loops.iter().map(|other| other.counters.load());
        &loops[choose(self.index, &mut loads)]
    }

    /// Suelta una conexión de `event_loop`.
    pub(super) fn let_go(
        self,
        event_loop: &EventLoop,
        key: usize,
        connection: Box<Connection>,
        reason: CloseReason,
    ) {
        if !reason.is_usual() {
            log::debug!("conexión {key} cerrada: {reason:?}");
        }
        if catch(|| drop(connection)).is_err() {
            log::error!("un pánico al soltar lo que quedaba de la conexión {key}");
        }
        event_loop.counters.leave();
        self.runtime.capacity.leave();
    }
}
