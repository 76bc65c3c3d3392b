//! Lo que comparten los bucles y los hilos de un servidor.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use super::berths::Berths;
use super::pace::Paces;
use crate::application::Application;
use crate::connection::{Context, Moment, Scratch, Service};

pub(super) struct Shared {
    pub(super) service: Service,
    pub(super) application: Box<dyn Application>,
    pub(super) paces: Paces,
    pub(super) berths: Arc<Berths>,
    /// Cuántas conexiones hay abiertas.
    pub(super) connections: AtomicUsize,
    epoch: Instant,
}

impl Shared {
    pub(super) fn new(service: Service, application: Box<dyn Application>) -> Self {
        Self {
            paces: Paces::default(),
            berths: Berths::new(service.config.uploads()),
            connections: AtomicUsize::new(0),
            epoch: Instant::now(),
            service,
            application,
        }
    }

    /// Cuánto ha pasado desde que empezó el servidor.
    pub(super) fn now(&self) -> Moment {
        self.epoch.elapsed()
    }

    /// Lo que necesita una conexión para avanzar en este hilo.
    pub(super) fn context<'a, H>(
        &'a self,
        scratch: &'a mut Scratch,
        host: &'a mut H,
    ) -> Context<'a, H> {
        Context { service: &self.service, application: &*self.application, scratch, host }
    }

    /// Si cabe otra conexión.
    pub(super) fn has_room(&self) -> bool {
        self.connections.load(Relaxed) < self.service.config.max_connections
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("service", &self.service).finish_non_exhaustive()
    }
}
