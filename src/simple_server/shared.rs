//! Lo que comparten los bucles y los hilos de un servidor.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use super::berths::Berths;
use super::pace::Paces;
use crate::connection::{Moment, Service};

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) service: Service,
    pub(super) paces: Paces,
    pub(super) berths: Arc<Berths>,
    /// Cuántas conexiones hay abiertas.
    pub(super) connections: AtomicUsize,
    epoch: Instant,
}

impl Shared {
    pub(super) fn new(service: Service) -> Self {
        Self {
            paces: Paces::default(),
            berths: Berths::new(service.config.uploads()),
            connections: AtomicUsize::new(0),
            epoch: Instant::now(),
            service,
        }
    }

    /// Cuánto ha pasado desde que empezó el servidor.
    pub(super) fn now(&self) -> Moment {
        self.epoch.elapsed()
    }

    /// Si cabe otra conexión.
    pub(super) fn has_room(&self) -> bool {
        self.connections.load(Relaxed) < self.service.config.max_connections
    }
}
