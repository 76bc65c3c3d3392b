//! Los amarres: cuántas subidas pueden retener un hilo mientras esperan a la red.
//!
//! Un hilo que lee el cuerpo de una petición espera lo que quiera el cliente. Como hay menos amarres
//! que hilos, quien promete un cuerpo y calla no deja sin hilo a las llamadas lentas. Las demás
//! subidas esperan su amarre en la cuadrilla, sin ocupar a nadie.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, OnceLock};

pub(super) struct Berths {
    total: usize,
    taken: AtomicUsize,
    /// Cuántas subidas esperan uno.
    wanted: AtomicUsize,
    on_free: OnceLock<OnFree>,
}

/// Qué se hace cuando queda libre uno.
pub(super) type OnFree = Box<dyn Fn() + Send + Sync>;

/// Un amarre ocupado. Al soltarlo queda libre.
#[derive(Debug)]
pub(super) struct Berth(Arc<Berths>);

impl Berths {
    pub(super) fn new(total: usize) -> Arc<Self> {
        let (taken, wanted) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Arc::new(Self { total, taken, wanted, on_free: OnceLock::new() })
    }

    /// Dice qué se hace cuando queda libre uno.
    pub(super) fn when_free(&self, on_free: OnFree) {
        // Quien ya lo dijo, lo dijo igual.
        let _ = self.on_free.set(on_free);
    }

    /// Ocupa uno, si lo hay.
    pub(super) fn take(self: &Arc<Self>) -> Option<Berth> {
        let one_more = |taken| (taken < self.total).then_some(taken + 1);
        self.taken.fetch_update(SeqCst, SeqCst, one_more).ok()?;
        Some(Berth(self.clone()))
    }

    pub(super) fn free(&self) -> usize {
        self.total.saturating_sub(self.taken.load(SeqCst))
    }

    /// Si una subida nueva tendría el suyo enseguida.
    pub(super) fn has_room(&self) -> bool {
        self.free() > self.wanted.load(SeqCst)
    }

    /// Anota cuántas subidas esperan uno.
    pub(super) fn set_wanted(&self, wanted: usize) {
        self.wanted.store(wanted, SeqCst);
    }
}

impl fmt::Debug for Berths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Berths({} de {} libres)", self.free(), self.total)
    }
}

impl Berth {
    /// Si a otra subida le falta.
    pub(super) fn is_wanted(&self) -> bool {
        self.0.wanted.load(SeqCst) > self.0.free()
    }
}

impl Drop for Berth {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, SeqCst);
        if let Some(on_free) = self.0.on_free.get() {
            on_free();
        }
    }
}
