//! La cuadrilla: los hilos del servidor, y lo que espera a que uno se desocupe.
//!
//! No sabe qué es el trabajo; solo lo reparte. Empieza un hilo cuando hay más trabajo que hilos en
//! espera, hasta el máximo; al llegar a él, el trabajo aguarda su turno y ninguno se pierde.

use std::collections::VecDeque;
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// Cuánto espera trabajo un hilo de sobra antes de terminar.
const SPARE_TIME: Duration = Duration::from_secs(10);

pub(super) struct Crew<W> {
    state: Mutex<State<W>>,
    changed: Condvar,
    spawn: OnceLock<Spawn>,
}

/// Cómo se empieza un hilo que llame a [`Crew::next`].
pub(super) type Spawn = Box<dyn Fn() -> io::Result<()> + Send + Sync>;

struct State<W> {
    queue: VecDeque<W>,
    waiting: usize,
    threads: usize,
    max_threads: usize,
    is_over: bool,
}

/// Qué trabajo va antes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Priority {
    Normal,
    /// Antes que todo lo que espera.
    First,
}

impl<W> Crew<W> {
    pub(super) fn new(max_threads: usize) -> Self {
        let state = State {
            queue: VecDeque::new(),
            waiting: 0,
            threads: 0,
            max_threads: max_threads.max(1),
            is_over: false,
        };
        Self { state: Mutex::new(state), changed: Condvar::new(), spawn: OnceLock::new() }
    }

    /// Dice cómo se empieza un hilo. Sin esto, el trabajo solo espera.
    pub(super) fn hire_with(&self, spawn: Spawn) {
        // Quien ya lo dijo, lo dijo igual.
        let _ = self.spawn.set(spawn);
    }

    /// Deja un trabajo para el primer hilo libre; si ninguno lo está, empieza otro.
    ///
    /// # Errors
    ///
    /// Si el sistema no da otro hilo. El trabajo queda para el primero que se desocupe.
    pub(super) fn offer(&self, work: W, priority: Priority) -> io::Result<()> {
        let mut state = self.lock();
        match priority {
            Priority::Normal => state.queue.push_back(work),
            Priority::First => state.queue.push_front(work),
        }
        if state.queue.len() <= state.waiting {
            self.changed.notify_one();
            return Ok(());
        }
        if state.threads < state.max_threads
            && let Some(spawn) = self.spawn.get()
        {
            spawn()?;
            state.threads += 1;
        }
        Ok(())
    }

    /// Si un trabajo nuevo tendría hilo enseguida.
    pub(super) fn has_room(&self) -> bool {
        let state = self.lock();
        state.queue.len() < state.waiting || state.threads < state.max_threads
    }

    /// El siguiente trabajo; `None` si este hilo ya no hace falta.
    pub(super) fn next(&self) -> Option<W> {
        let mut state = self.lock();
        state.waiting += 1;
        let give_up = Instant::now() + SPARE_TIME;
        let work = loop {
            let left = give_up.saturating_duration_since(Instant::now());
            if state.is_over || !state.queue.is_empty() || left.is_zero() {
                break state.queue.pop_front();
            }
            state = self
                .changed
                .wait_timeout(state, left)
                .map_or_else(|poisoned| poisoned.into_inner().0, |(state, _)| state);
        };
        state.waiting -= 1;
        if work.is_none() {
            state.threads -= 1;
        }
        work
    }

    /// Despide a todos. Lo que quede en la cola se suelta: o no hay nada, o venció el plazo.
    pub(super) fn dismiss(&self) {
        let mut state = self.lock();
        state.is_over = true;
        let left = std::mem::take(&mut state.queue);
        drop(state);
        self.changed.notify_all();
        drop(left);
    }

    /// Ningún código ajeno se ejecuta con este cerrojo: si se envenenó, el estado sigue entero.
    fn lock(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W> std::fmt::Debug for Crew<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = self.lock();
        write!(f, "Crew({} hilos, {} en espera)", state.threads, state.waiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    /// Una cuadrilla que cuenta los hilos que habría empezado.
    fn crew(max_threads: usize) -> (Crew<u32>, Arc<AtomicUsize>) {
        let (crew, hired) = (Crew::new(max_threads), Arc::new(AtomicUsize::new(0)));
        let count = hired.clone();
        crew.hire_with(Box::new(move || {
            count.fetch_add(1, SeqCst);
            Ok(())
        }));
        (crew, hired)
    }

    #[test]
    fn lo_urgente_va_antes_y_nada_se_pierde() {
        let (crew, _) = crew(1);
        for (work, priority) in [(1, Priority::Normal), (2, Priority::Normal), (3, Priority::First)]
        {
            crew.offer(work, priority).expect("hay hilos");
        }
        assert_eq!([crew.next(), crew.next(), crew.next()], [Some(3), Some(1), Some(2)]);
    }

    #[test]
    fn no_pasa_del_maximo() {
        let (crew, hired) = crew(2);
        assert!(crew.has_room());
        for work in 0..5 {
            crew.offer(work, Priority::Normal).expect("hay hilos");
        }
        assert_eq!(hired.load(SeqCst), 2);
        assert!(!crew.has_room());
    }

    #[test]
    fn si_no_hay_otro_hilo_el_trabajo_espera() {
        let crew = Crew::new(9);
        crew.hire_with(Box::new(|| Err(io::Error::other("no hay más hilos"))));
        assert!(crew.offer(7, Priority::Normal).is_err());
        assert_eq!(crew.next(), Some(7));
    }

    #[test]
    fn despedidos_ya_no_reciben_nada() {
        let (crew, _) = crew(1);
        crew.offer(1, Priority::Normal).expect("hay hilos");
        crew.dismiss();
        assert_eq!(crew.next(), None);
    }
}
