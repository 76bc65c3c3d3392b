//! Cuántas conexiones caben a la vez: las que diga la configuración, y las que dé el sistema.
//!
//! Una conexión es un descriptor, y los archivos que se sirven también. Por eso no se ocupan todos: se
//! deja de aceptar un poco antes, y si aun así un día faltan, se aprende cuántas cabían.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// De los descriptores, uno de cada tantos no es para conexiones.
const KEPT_BACK: usize = 16;

#[derive(Debug)]
pub(super) struct Capacity {
    open: AtomicUsize,
    limit: AtomicUsize,
    /// Hasta dónde puede volver a crecer el límite.
    max: usize,
}

impl Capacity {
    /// La de un servidor con ese máximo, en un proceso con esos descriptores.
    pub(super) fn new(max_connections: usize, descriptors: Option<usize>) -> Self {
        let max = max_connections.max(1);
        let given = descriptors.map_or(max, |count| count - count / KEPT_BACK);
        if given < max {
            log::warn!(
                "el sistema da {} descriptores y max_connections es {max}: se aceptarán {given} \
                 conexiones a la vez; sube el límite con `ulimit -n`, o baja max_connections",
                descriptors.unwrap_or_default()
            );
        }
        let max = max.min(given).max(1);
        Self { open: AtomicUsize::new(0), limit: AtomicUsize::new(max), max }
    }

    /// Si cabe otra.
    pub(super) fn has_room(&self) -> bool {
        self.open.load(Relaxed) < self.limit.load(Relaxed)
    }

    /// Si hay más de las que caben.
    pub(super) fn is_exceeded(&self) -> bool {
        self.open.load(Relaxed) > self.limit.load(Relaxed)
    }

    /// Una más.
    pub(super) fn enter(&self) {
        self.open.fetch_add(1, Relaxed);
    }

    /// Una menos.
    pub(super) fn leave(&self) {
        self.open.fetch_sub(1, Relaxed);
    }

    /// El sistema no dio otra: no caben ni tantas como hay.
    pub(super) fn shrink(&self) {
        let open = self.open.load(Relaxed);
        self.limit.store(open.saturating_sub(1 + open / KEPT_BACK).max(1), Relaxed);
    }

    /// Pasó un rato: quizá ya quepan más. Con mucha gente se prueba de una en una, para no ocupar
    /// enseguida lo que se guarda.
    pub(super) fn grow_back(&self) {
        let limit = self.limit.load(Relaxed);
        if limit < self.max {
            let is_calm = self.open.load(Relaxed) < limit / 2;
            self.limit.store(if is_calm { self.max } else { limit + 1 }, Relaxed);
        }
    }
}

/// Cuántos descriptores puede abrir este proceso, si hay límite.
#[cfg(unix)]
pub(super) fn descriptors() -> Option<usize> {
    use nix::sys::resource::{Resource, getrlimit};
    let (soft, _hard) = getrlimit(Resource::RLIMIT_NOFILE).ok()?;
    usize::try_from(soft).ok()
}

/// Cuántos descriptores puede abrir este proceso, si hay límite.
#[cfg(not(unix))]
pub(super) fn descriptors() -> Option<usize> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    /// Cuántas entran en una casa vacía.
    fn fill(capacity: &Capacity) -> usize {
        let mut entered = 0;
        while capacity.has_room() {
            capacity.enter();
            entered += 1;
        }
        entered
    }

    #[test]
    fn caben_las_que_diga_la_configuracion() {
        assert_eq!(fill(&Capacity::new(10, None)), 10);
        assert_eq!(fill(&Capacity::new(10, Some(1024))), 10);
        assert_eq!(fill(&Capacity::new(0, None)), 1, "un servidor que no acepta a nadie no lo es");
    }

    #[test]
    fn no_se_ocupan_todos_los_descriptores() {
        assert_eq!(fill(&Capacity::new(16_384, Some(1024))), 960);
        assert_eq!(fill(&Capacity::new(16_384, Some(0))), 1);
    }

    #[test]
    fn si_el_sistema_no_da_mas_se_aprende_y_se_vuelve_a_probar() {
        let capacity = Capacity::new(100, None);
        (0..40).for_each(|_| capacity.enter());
        capacity.shrink();
        (0..4).for_each(|_| capacity.leave());
        assert_eq!(fill(&capacity), 1, "de 40 que había caben 37");
        capacity.grow_back();
        assert_eq!(fill(&capacity), 1, "de una en una");
        (0..30).for_each(|_| capacity.leave());
        capacity.grow_back();
        assert_eq!(fill(&capacity), 92, "ya no hay apuro");
    }
}
