//! El trabajo que espera a un hilo, y cuánto se puede hacer a la vez. Sin hilos ni cerrojos.

use std::collections::VecDeque;
use std::hash::Hash;

use super::fair_queue::FairQueue;

/// Cuántos hilos puede haber, y haciendo qué.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PoolSize {
    pub(crate) threads: usize,
    /// Detenidos en algo. Los demás lideran, o están para relevar a quien lidera.
    pub(crate) busy: usize,
    /// Detenidos en la misma clase de trabajo.
    pub(crate) share: usize,
    /// Con permiso para esperar a la red.
    pub(crate) uploads: usize,
}

pub(super) struct Workload<K, W> {
    /// Lo que no espera a nadie: liderar.
    urgent: VecDeque<W>,
    queue: FairQueue<K, Pending<W>>,
    /// Lo que además de un hilo necesita un permiso.
    uploads: VecDeque<Pending<W>>,
    /// Cuántos han llegado a las dos colas.
    arrivals: u64,
    busy: usize,
    uploads_running: usize,
    size: PoolSize,
}

/// Un trabajo que espera, y cuándo llegó.
struct Pending<W> {
    arrival: u64,
    work: W,
}

/// Cuándo le toca a un trabajo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Priority<K> {
    /// Antes que todo lo que espera.
    First,
    /// Cuando le toque a su clase.
    Of(K),
    /// En su turno, cuando además haya un permiso.
    WithPermit,
}

/// Lo que ocupa un hilo mientras hace un trabajo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seat<K> {
    /// Lidera: nada.
    Leading,
    /// Está detenido, o puede estarlo.
    Busy,
    /// Lo mismo, en algo de esta clase.
    BusyWith(K),
}

/// Un trabajo que empieza.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Taken<K, W> {
    pub(super) work: W,
    pub(super) seat: Seat<K>,
    pub(super) needs_permit: bool,
}

impl<K: Copy + Eq + Hash, W> Workload<K, W> {
    pub(super) fn new(size: PoolSize) -> Self {
        Self {
            urgent: VecDeque::new(),
            queue: FairQueue::new(size.share),
            uploads: VecDeque::new(),
            arrivals: 0,
            busy: 0,
            uploads_running: 0,
            size: PoolSize { busy: size.busy.max(1), ..size },
        }
    }

    pub(super) fn push(&mut self, work: W, priority: Priority<K>) {
        self.arrivals += 1;
        let arrival = self.arrivals;
        match priority {
            Priority::First => self.urgent.push_back(work),
            Priority::Of(class) => self.queue.push(class, Pending { arrival, work }),
            Priority::WithPermit => self.uploads.push_back(Pending { arrival, work }),
        }
    }

    /// Lo que toca ahora, de lo que puede hacerse.
    pub(super) fn take(&mut self) -> Option<Taken<K, W>> {
        if let Some(work) = self.urgent.pop_front() {
            return Some(Taken { work, seat: Seat::Leading, needs_permit: false });
        }
        if self.free_seats() == 0 {
            return None;
        }
        let is_first = |upload: &Pending<W>| {
            self.queue.peek().is_none_or(|other| upload.arrival < other.arrival)
        };
        let (work, seat) = if self.free_permits() > 0 && self.uploads.front().is_some_and(is_first)
        {
            self.uploads_running += 1;
            (self.uploads.pop_front()?.work, Seat::Busy)
        } else {
            let (class, Pending { work, .. }) = self.queue.pop()?;
            (work, Seat::BusyWith(class))
        };
        self.busy += 1;
        Some(Taken { work, seat, needs_permit: seat == Seat::Busy })
    }

    /// Cuánto trabajo podría hacerse ahora si hubiera hilos.
    pub(super) fn doable(&self) -> usize {
        let ordinary = self.queue.doable() + self.uploads.len().min(self.free_permits());
        self.urgent.len() + ordinary.min(self.free_seats())
    }

    pub(super) fn busy(&self) -> usize {
        self.busy
    }

    pub(super) fn free_seats(&self) -> usize {
        self.size.busy.saturating_sub(self.busy)
    }

    /// Un hilo se detiene en algo que no estaba en la cola.
    pub(super) fn sit(&mut self) {
        self.busy += 1;
    }

    /// Queda libre lo que ocupaba un trabajo.
    pub(super) fn finish(&mut self, seat: Seat<K>) {
        match seat {
            Seat::Leading => {}
            Seat::Busy => self.busy -= 1,
            Seat::BusyWith(class) => {
                self.busy -= 1;
                self.queue.finish(class);
            }
        }
    }

    /// Queda libre un permiso.
    pub(super) fn give_back_permit(&mut self) {
        self.uploads_running -= 1;
    }

    /// Si una subida nueva tendría permiso enseguida.
    pub(super) fn is_permit_free(&self) -> bool {
        self.free_permits() > self.uploads.len()
    }

    /// Si a alguna subida le falta.
    pub(super) fn is_permit_wanted(&self) -> bool {
        self.uploads.len() > self.free_permits()
    }

    fn free_permits(&self) -> usize {
        self.size.uploads.saturating_sub(self.uploads_running)
    }

    /// Se queda sin nada que empezar; lo que esperaba, se devuelve.
    pub(super) fn drain(&mut self) -> Vec<W> {
        let ordinary = self.queue.drain().into_iter().chain(self.uploads.drain(..));
        self.urgent.drain(..).chain(ordinary.map(|pending| pending.work)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    /// Lo que sale de un trabajo con ese tamaño, sin que nada termine.
    #[track_caller]
    fn check(size: PoolSize, works: &[(u32, Priority<char>)], expected: &[u32]) {
        let mut workload = Workload::new(size);
        for (work, priority) in works {
            workload.push(*work, *priority);
        }
        let doable = workload.doable();
        let taken: Vec<_> = std::iter::from_fn(|| workload.take()).map(|one| one.work).collect();
        assert_eq!(taken, expected);
        assert_eq!(doable, expected.len(), "lo que se puede hacer se sabe antes");
    }

    const LARGE: PoolSize = PoolSize { threads: 9, busy: 9, share: 9, uploads: 1 };
    const OF_A: Priority<char> = Priority::Of('a');

    #[test]
    fn liderar_va_antes_y_no_ocupa_asiento() {
        let works = [(1, OF_A), (2, OF_A), (3, Priority::First), (4, Priority::First)];
        check(LARGE, &works, &[3, 4, 1, 2]);
        check(PoolSize { busy: 1, ..LARGE }, &works, &[3, 4, 1]);
    }

    #[test]
    fn sin_permiso_se_deja_pasar_a_los_demas() {
        let upload = Priority::WithPermit;
        check(LARGE, &[(1, upload), (2, upload), (3, OF_A), (4, upload)], &[1, 3]);
    }

    #[test]
    fn una_subida_espera_su_turno() {
        check(LARGE, &[(1, OF_A), (2, Priority::WithPermit), (3, OF_A)], &[1, 2, 3]);
    }

    #[test]
    fn una_clase_deja_sitio_a_las_demas() {
        let works = [(1, OF_A), (2, OF_A), (3, OF_A), (4, Priority::Of('b'))];
        check(PoolSize { share: 2, ..LARGE }, &works, &[1, 4, 2]);
    }
}
