//! El permiso con que un hilo espera a la red.

use std::fmt;
use std::sync::Arc;

/// Los permisos para esperar a la red, vistos por quien no sabe qué más hace la cuadrilla.
pub(crate) trait Permits: fmt::Debug + Send + Sync {
    /// Si una subida nueva tendría el suyo enseguida.
    fn is_any_free(&self) -> bool;

    /// Si a alguna subida le falta.
    fn is_any_wanted(&self) -> bool;

    /// Uno queda libre.
    fn give_back(&self);
}

/// Permiso para que un hilo espere a la red. Al soltarlo queda libre.
#[derive(Debug)]
pub(crate) struct Permit(Arc<dyn Permits>);

impl Permit {
    pub(super) fn of(permits: Arc<dyn Permits>) -> Self {
        Self(permits)
    }

    /// Si a otra subida le falta.
    pub(crate) fn is_wanted(&self) -> bool {
        self.0.is_any_wanted()
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.give_back();
    }
}
