//! La cuadrilla: los hilos del servidor, y lo que espera a que uno se desocupe.
//!
//! No sabe qué es el trabajo; solo lo reparte. Empieza un hilo cuando hay más trabajo que hilos en
//! espera, hasta el máximo; al llegar a él, el trabajo aguarda su turno y ninguno se pierde. El que
//! además necesita un amarre (`berths`) no empieza sin él, y deja pasar a los que no.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::berths::{Berth, Berths};

/// Cuánto espera trabajo un hilo de sobra antes de terminar.
const SPARE_TIME: Duration = Duration::from_secs(10);

pub(super) struct Crew<W> {
    state: Mutex<State<W>>,
    changed: Condvar,
    berths: Arc<Berths>,
    spawn: OnceLock<Spawn>,
}

/// Cómo se empieza un hilo que llame a [`Crew::next`].
pub(super) type Spawn = Box<dyn Fn() -> io::Result<()> + Send + Sync>;

struct State<W> {
    queue: VecDeque<Pending<W>>,
    /// Lo que además de un hilo necesita un amarre.
    uploads: VecDeque<Pending<W>>,
    /// Cuántos han llegado a las dos colas.
    arrivals: u64,
    waiting: usize,
    threads: usize,
    max_threads: usize,
    is_over: bool,
}

/// Un trabajo que espera, y cuándo llegó.
struct Pending<W> {
    arrival: u64,
    work: W,
}

/// Un trabajo, con lo que le hace falta.
#[derive(Debug)]
pub(super) struct Shift<W> {
    pub(super) work: W,
    pub(super) berth: Option<Berth>,
}

/// Cuándo le toca a un trabajo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Priority {
    /// Antes que todo lo que espera.
    First,
    Normal,
    /// En su turno, cuando además haya un amarre.
    WithBerth,
}

impl<W> Crew<W> {
    pub(super) fn new(max_threads: usize, berths: Arc<Berths>) -> Self {
        let state = State {
            queue: VecDeque::new(),
            uploads: VecDeque::new(),
            arrivals: 0,
            waiting: 0,
            threads: 0,
            max_threads: max_threads.max(1),
            is_over: false,
        };
        let (state, changed) = (Mutex::new(state), Condvar::new());
        Self { state, changed, berths, spawn: OnceLock::new() }
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
        state.arrivals += 1;
        let arrival = state.arrivals;
        match priority {
            Priority::First => state.queue.push_front(Pending { arrival: 0, work }),
            Priority::Normal => state.queue.push_back(Pending { arrival, work }),
            Priority::WithBerth => {
                state.uploads.push_back(Pending { arrival, work });
                self.berths.set_wanted(state.uploads.len());
            }
        }
        self.find_hands(state)
    }

    /// Mira si quedó libre un amarre que alguien espera.
    pub(super) fn look_again(&self) {
        if let Err(error) = self.find_hands(self.lock()) {
            log::warn!("no se pudo empezar otro hilo: {error}");
        }
    }

    /// Avisa a un hilo de que hay trabajo, o empieza otro.
    fn find_hands(&self, mut state: MutexGuard<'_, State<W>>) -> io::Result<()> {
        // Siempre: un amarre que queda libre mientras llega otro trabajo son dos avisos, no uno.
        self.changed.notify_one();
        if state.doable(&self.berths) > state.waiting
            && state.threads < state.max_threads
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
        state.doable(&self.berths) < state.waiting || state.threads < state.max_threads
    }

    /// El siguiente trabajo; `None` si este hilo ya no hace falta.
    pub(super) fn next(&self) -> Option<Shift<W>> {
        let mut state = self.lock();
        state.waiting += 1;
        let give_up = Instant::now() + SPARE_TIME;
        let shift = loop {
            let left = give_up.saturating_duration_since(Instant::now());
            let shift = state.take(&self.berths);
            if shift.is_some() || state.is_over || left.is_zero() {
                break shift;
            }
            state = self
                .changed
                .wait_timeout(state, left)
                .map_or_else(|poisoned| poisoned.into_inner().0, |(state, _)| state);
        };
        state.waiting -= 1;
        if shift.is_none() {
            state.threads -= 1;
        }
        shift
    }

    /// Despide a todos. Lo que quede en la cola se suelta: o no hay nada, o venció el plazo.
    pub(super) fn dismiss(&self) {
        let mut state = self.lock();
        state.is_over = true;
        let left = (std::mem::take(&mut state.queue), std::mem::take(&mut state.uploads));
        drop(state);
        self.changed.notify_all();
        drop(left);
    }

    /// Ningún código ajeno se ejecuta con este cerrojo: si se envenenó, el estado sigue entero.
    fn lock(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W> State<W> {
    /// Cuánto trabajo podría hacerse ahora si hubiera hilos.
    fn doable(&self, berths: &Berths) -> usize {
        self.queue.len() + self.uploads.len().min(berths.free())
    }

    /// Lo que llegó antes, de lo que puede hacerse.
    fn take(&mut self, berths: &Arc<Berths>) -> Option<Shift<W>> {
        let is_first = |upload: &Pending<W>| {
            self.queue.front().is_none_or(|other| upload.arrival < other.arrival)
        };
        if self.uploads.front().is_some_and(is_first)
            && let Some(berth) = berths.take()
        {
            let Pending { work, .. } = self.uploads.pop_front()?;
            berths.set_wanted(self.uploads.len());
            return Some(Shift { work, berth: Some(berth) });
        }
        self.queue.pop_front().map(|Pending { work, .. }| Shift { work, berth: None })
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
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    /// Una cuadrilla que cuenta los hilos que habría empezado.
    fn crew(max_threads: usize) -> (Crew<u32>, Arc<AtomicUsize>) {
        let (crew, hired) = (Crew::new(max_threads, Berths::new(1)), Arc::new(AtomicUsize::new(0)));
        let count = hired.clone();
        crew.hire_with(Box::new(move || {
            count.fetch_add(1, SeqCst);
            Ok(())
        }));
        (crew, hired)
    }

    fn next(crew: &Crew<u32>) -> Option<u32> {
        crew.next().map(|shift| shift.work)
    }

    #[test]
    fn lo_urgente_va_antes_y_nada_se_pierde() {
        let (crew, _) = crew(1);
        for (work, priority) in [(1, Priority::Normal), (2, Priority::Normal), (3, Priority::First)]
        {
            crew.offer(work, priority).expect("hay hilos");
        }
        assert_eq!([next(&crew), next(&crew), next(&crew)], [Some(3), Some(1), Some(2)]);
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
        let crew = Crew::new(9, Berths::new(1));
        crew.hire_with(Box::new(|| Err(io::Error::other("no hay más hilos"))));
        assert!(crew.offer(7, Priority::Normal).is_err());
        assert_eq!(next(&crew), Some(7));
    }

    #[test]
    fn sin_amarre_se_deja_pasar_a_los_demas() {
        let (crew, hired) = crew(2);
        for (work, priority) in [
            (1, Priority::WithBerth),
            (2, Priority::WithBerth),
            (3, Priority::Normal),
            (4, Priority::WithBerth),
        ] {
            crew.offer(work, priority).expect("hay hilos");
        }
        let first = crew.next().expect("hay trabajo");
        assert_eq!((first.work, first.berth.is_some()), (1, true));
        assert_eq!(next(&crew), Some(3));
        assert!(first.berth.is_some_and(|berth| berth.is_wanted()), "y aquí se suelta");
        assert_eq!([next(&crew), next(&crew)], [Some(2), Some(4)]);
        assert_eq!(hired.load(SeqCst), 2);
    }

    #[test]
    fn un_amarre_que_queda_libre_trae_un_hilo() {
        let (crew, hired) = crew(9);
        let crew = Arc::new(crew);
        let weak = Arc::downgrade(&crew);
        crew.berths.when_free(Box::new(move || weak.upgrade().expect("existe").look_again()));
        crew.offer(1, Priority::WithBerth).expect("hay hilos");
        let first = crew.next();
        crew.offer(2, Priority::WithBerth).expect("hay hilos");
        assert_eq!(hired.load(SeqCst), 1, "sin amarre, otro hilo no serviría de nada");
        drop(first);
        assert_eq!(hired.load(SeqCst), 2);
        assert_eq!(next(&crew), Some(2));
        assert!(crew.berths.has_room());
    }

    #[test]
    fn al_unico_hilo_se_le_avisa_aunque_haya_mas_trabajo_que_hilos() {
        let (crew, _) = crew(1);
        crew.offer(1, Priority::WithBerth).expect("hay hilos");
        let first = crew.next();
        crew.offer(2, Priority::WithBerth).expect("hay hilos");
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| {
                let start = Instant::now();
                (next(&crew), start.elapsed() < SPARE_TIME)
            });
            while crew.lock().waiting == 0 {
                std::thread::yield_now();
            }
            // El amarre queda libre, y antes de que nadie lo diga llega otro trabajo.
            drop(first);
            crew.offer(3, Priority::Normal).expect("hay hilos");
            assert_eq!(waiter.join().expect("sin pánico"), (Some(2), true));
        });
    }

    #[test]
    fn despedidos_ya_no_reciben_nada() {
        let (crew, _) = crew(1);
        crew.offer(1, Priority::Normal).expect("hay hilos");
        crew.dismiss();
        assert_eq!(next(&crew), None);
    }
}
