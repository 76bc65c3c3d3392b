//! El sondeo: la espera de avisos del sistema, y su reparto. Solo lo toca quien lidera.

use std::io;
use std::time::Duration;

use mio::event::Event;
use mio::{Events, Poll, Registry, Token, Waker};

use super::ready::Connections;
use crate::connection::Readiness;
use crate::simple_server::listen::Acceptor;

/// Cuántos avisos se recogen de una vez.
const EVENTS: usize = 1024;

/// La ficha del despertador.
const WAKER: Token = Token(usize::MAX);

#[derive(Debug)]
pub(super) struct Poller {
    poll: Poll,
    events: Events,
    pub(super) acceptor: Acceptor,
    /// Si ya se avisó a las conexiones de que hay que terminar.
    pub(super) is_stopping: bool,
}

impl Poller {
    pub(super) fn new() -> io::Result<Self> {
        let (poll, events) = (Poll::new()?, Events::with_capacity(EVENTS));
        Ok(Self { poll, events, acceptor: Acceptor::default(), is_stopping: false })
    }

    /// Donde se pide que avise de algo.
    pub(super) fn registry(&self) -> io::Result<Registry> {
        self.poll.registry().try_clone()
    }

    /// Lo que interrumpe la espera desde otro hilo.
    pub(super) fn waker(&self) -> io::Result<Waker> {
        Waker::new(self.poll.registry(), WAKER)
    }

    /// Espera avisos.
    pub(super) fn wait(&mut self, timeout: Option<Duration>) {
        match self.poll.poll(&mut self.events, timeout) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                log::error!("no se pudieron recoger los avisos del sistema: {error}");
            }
            _ => {}
        }
    }

    /// Reparte los avisos entre los sockets que escuchan y las conexiones.
    pub(super) fn hand_out<C>(&mut self, connections: &mut Connections<C>) {
        for event in &self.events {
            if event.token() != WAKER && !self.acceptor.notice(event) {
                connections.notice(event.token().0, readiness(event));
            }
        }
    }
}

fn readiness(event: &Event) -> Readiness {
    let failed = event.is_error();
    Readiness {
        readable: event.is_readable() || event.is_read_closed() || failed,
        writable: event.is_writable() || event.is_write_closed() || failed,
        read_closed: event.is_read_closed() || failed,
    }
}
