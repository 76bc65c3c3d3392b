//! Un bucle de eventos: sus conexiones, los avisos del sistema sobre ellas y quién lo lidera.
//!
//! Hay uno por núcleo, y cada uno escucha por su cuenta en el mismo puerto: una conexión se queda
//! en el núcleo que recibe sus paquetes.
//!
//! Dos cerrojos, nunca tomados mientras corre la aplicación: el del sondeo, que solo usa el líder,
//! y el de las conexiones.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mio::{Registry, Token, Waker};

use super::placement::Counters;
use super::poller::Poller;
use super::ready::Connections;
use super::relay::Relay;

use crate::simple_server::listen::Listener;
use crate::simple_server::wire::Connection;

#[derive(Debug)]
pub(super) struct EventLoop {
    poller: Mutex<Poller>,
    connections: Mutex<Connections<Box<Connection>>>,
    pub(super) counters: Counters,
    pub(super) registry: Registry,
    waker: Waker,
    pub(super) relay: Relay,
    /// Si el reloj avisó de que toca buscar plazos vencidos.
    is_sweep_due: AtomicBool,
    is_done: AtomicBool,
}

impl EventLoop {
    pub(super) fn new() -> io::Result<Self> {
        let poller = Poller::new()?;
        let (registry, waker) = (poller.registry()?, poller.waker()?);
        Ok(Self {
            poller: Mutex::new(poller),
            connections: Mutex::default(),
            counters: Counters::default(),
            registry,
            waker,
            relay: Relay::default(),
            is_sweep_due: AtomicBool::new(false),
            is_done: AtomicBool::new(false),
        })
    }

    /// Añade un socket que escucha.
    pub(super) fn listen(&self, listener: Listener) -> io::Result<()> {
        self.poller().acceptor.add(listener, &self.registry)?;
        self.counters.start_listening();
        Ok(())
    }

    /// Si ya se detuvo y no queda ninguna conexión.
    pub(super) fn is_done(&self) -> bool {
        self.is_done.load(SeqCst)
    }

    /// Que quien lidera lo deje, aunque queden conexiones, y se deje de escuchar.
    pub(super) fn finish(&self) {
        self.mark_done();
        self.wake();
        self.poller().acceptor.close();
    }

    /// Ya no hay nada que hacer aquí.
    pub(super) fn mark_done(&self) {
        self.is_done.store(true, SeqCst);
    }

    /// Interrumpe la espera de avisos.
    pub(super) fn wake(&self) {
        if let Err(error) = self.waker.wake() {
            log::error!("no se pudo despertar al bucle de eventos: {error}");
        }
    }

    /// Pasó otro medio segundo, con `calls` llamadas: que quien lidera busque los plazos vencidos. Lo
    /// pide el reloj, para que esperar avisos no cueste un plazo del sistema cada vez.
    pub(super) fn sweep_soon(&self, calls: usize) {
        self.counters.turn_page(calls);
        if !self.counters.is_empty() {
            self.is_sweep_due.store(true, SeqCst);
            self.wake();
        }
    }

    /// Si toca buscar los plazos vencidos. Se pregunta una vez.
    pub(super) fn take_sweep(&self) -> bool {
        self.is_sweep_due.swap(false, SeqCst)
    }

    /// Admite una conexión nueva. La devuelve si este bucle ya terminó.
    pub(super) fn admit(&self, connection: Box<Connection>) -> Result<(), Box<Connection>> {
        // Antes de que otro hilo pueda despedirla y descontarla.
        self.counters.arrive();
        let admitted = self.connections().admit(connection);
        if admitted.is_err() {
            self.counters.leave();
        }
        admitted
    }

    /// Pide avisos sobre una conexión, si no se le habían pedido.
    pub(super) fn watch(&self, key: usize, connection: &mut Connection) -> io::Result<()> {
        connection.wire().watch(&self.registry, Token(key))
    }

    pub(super) fn poller(&self) -> MutexGuard<'_, Poller> {
        self.poller.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ningún código ajeno se ejecuta con este cerrojo: si se envenenó, lo que guarda sigue entero.
    pub(super) fn connections(&self) -> MutexGuard<'_, Connections<Box<Connection>>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
