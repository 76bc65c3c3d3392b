//! La cuadrilla: los hilos del servidor, y lo que espera a que uno se desocupe.
//!
//! No sabe qué es el trabajo; solo lo reparte. Empieza un hilo cuando hay más trabajo que hilos en
//! espera, hasta el máximo; al llegar a él, el trabajo aguarda su turno y ninguno se pierde.
//!
//! Un hilo que lee el cuerpo de una petición espera lo que quiera el cliente. Para eso hace falta
//! además un permiso, y hay menos que hilos: quien promete un cuerpo y calla no deja sin hilo a las
//! llamadas lentas. El trabajo que necesita permiso no empieza sin él, y deja pasar al que no.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Cuánto espera trabajo un hilo de sobra antes de terminar.
const SPARE_TIME: Duration = Duration::from_secs(10);

pub(crate) struct Pool<W> {
    state: Mutex<State<W>>,
    changed: Condvar,
}

/// Cómo se empieza un hilo que llame a [`Pool::next`].
pub(crate) type Spawn = Box<dyn Fn() -> io::Result<()> + Send + Sync>;

/// Cuántos hilos puede haber, y cuántas subidas a la vez.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PoolSize {
    pub(crate) threads: usize,
    pub(crate) uploads: usize,
}

struct State<W> {
    queue: VecDeque<Pending<W>>,
    /// Lo que además de un hilo necesita un permiso.
    uploads: VecDeque<Pending<W>>,
    /// Cuántos han llegado a las dos colas.
    arrivals: u64,
    waiting: usize,
    threads: usize,
    uploads_running: usize,
    size: PoolSize,
    /// Sin esto, el trabajo solo espera.
    spawn: Option<Spawn>,
    is_over: bool,
}

/// Un trabajo que espera, y cuándo llegó.
struct Pending<W> {
    arrival: u64,
    work: W,
}

/// Un trabajo, con lo que le hace falta.
#[derive(Debug)]
pub(crate) struct Assignment<W> {
    pub(crate) work: W,
    pub(crate) permit: Option<Permit>,
}

/// Cuándo le toca a un trabajo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Priority {
    /// Antes que todo lo que espera.
    First,
    Normal,
    /// En su turno, cuando además haya un permiso.
    WithPermit,
}

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

impl<W: Send + 'static> Pool<W> {
    pub(crate) fn new(size: PoolSize) -> Arc<Self> {
        let state = State {
            queue: VecDeque::new(),
            uploads: VecDeque::new(),
            arrivals: 0,
            waiting: 0,
            threads: 0,
            uploads_running: 0,
            size: PoolSize { threads: size.threads.max(1), ..size },
            spawn: None,
            is_over: false,
        };
        Arc::new(Self { state: Mutex::new(state), changed: Condvar::new() })
    }

    /// Dice cómo se empieza un hilo, hasta que se despida a todos.
    pub(crate) fn hire_with(&self, spawn: Spawn) {
        self.lock().spawn = Some(spawn);
    }

    /// Deja un trabajo para el primer hilo libre; si ninguno lo está, empieza otro.
    ///
    /// # Errors
    ///
    /// Si el sistema no da otro hilo. El trabajo queda para el primero que se desocupe.
    pub(crate) fn offer(&self, work: W, priority: Priority) -> io::Result<()> {
        let mut state = self.lock();
        if state.is_over {
            // Ya no lo hará nadie. Se suelta sin el cerrojo: puede devolver un permiso.
            drop(state);
            return Ok(());
        }
        state.arrivals += 1;
        let arrival = state.arrivals;
        match priority {
            Priority::First => state.queue.push_front(Pending { arrival: 0, work }),
            Priority::Normal => state.queue.push_back(Pending { arrival, work }),
            Priority::WithPermit => state.uploads.push_back(Pending { arrival, work }),
        }
        self.find_hands(state)
    }

    /// Si un trabajo nuevo tendría hilo enseguida.
    pub(crate) fn has_room(&self) -> bool {
        let state = self.lock();
        state.doable() < state.waiting || state.threads < state.size.threads
    }

    /// El siguiente trabajo; `None` si este hilo ya no hace falta.
    pub(crate) fn next(self: &Arc<Self>) -> Option<Assignment<W>> {
        let mut state = self.lock();
        state.waiting += 1;
        let give_up = Instant::now() + SPARE_TIME;
        let taken = loop {
            let left = give_up.saturating_duration_since(Instant::now());
            let taken = state.take();
            if taken.is_some() || state.is_over || left.is_zero() {
                break taken;
            }
            state = self
                .changed
                .wait_timeout(state, left)
                .map_or_else(|poisoned| poisoned.into_inner().0, |(state, _)| state);
        };
        state.waiting -= 1;
        if taken.is_none() {
            state.threads -= 1;
        }
        drop(state);
        taken.map(|(work, needs_permit)| {
            let permit = needs_permit.then(|| Permit(self.clone()));
            Assignment { work, permit }
        })
    }

    /// Despide a todos. Lo que quede en la cola se suelta: o no hay nada, o venció el plazo.
    pub(crate) fn dismiss(&self) {
        let mut state = self.lock();
        state.is_over = true;
        let left = (std::mem::take(&mut state.queue), std::mem::take(&mut state.uploads));
        let spawn = state.spawn.take();
        drop(state);
        self.changed.notify_all();
        drop((left, spawn));
    }
}

impl<W> Pool<W> {
    /// Avisa a un hilo de que hay trabajo, o empieza otro.
    fn find_hands(&self, mut state: MutexGuard<'_, State<W>>) -> io::Result<()> {
        // Siempre: un permiso que queda libre mientras llega otro trabajo son dos avisos, no uno.
        self.changed.notify_one();
        if state.doable() > state.waiting
            && state.threads < state.size.threads
            && let Some(spawn) = &state.spawn
        {
            spawn()?;
            state.threads += 1;
        }
        Ok(())
    }

    /// Ningún código ajeno se ejecuta con este cerrojo: si se envenenó, el estado sigue entero.
    fn lock(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Send + 'static> Permits for Pool<W> {
    fn is_any_free(&self) -> bool {
        let state = self.lock();
        state.free_permits() > state.uploads.len()
    }

    fn is_any_wanted(&self) -> bool {
        let state = self.lock();
        state.uploads.len() > state.free_permits()
    }

    fn give_back(&self) {
        let mut state = self.lock();
        state.uploads_running -= 1;
        if let Err(error) = self.find_hands(state) {
            log::warn!("no se pudo empezar otro hilo: {error}");
        }
    }
}

impl<W> State<W> {
    fn free_permits(&self) -> usize {
        self.size.uploads.saturating_sub(self.uploads_running)
    }

    /// Cuánto trabajo podría hacerse ahora si hubiera hilos.
    fn doable(&self) -> usize {
        self.queue.len() + self.uploads.len().min(self.free_permits())
    }

    /// Lo que llegó antes, de lo que puede hacerse, y si ocupa un permiso.
    fn take(&mut self) -> Option<(W, bool)> {
        let is_first = |upload: &Pending<W>| {
            self.queue.front().is_none_or(|other| upload.arrival < other.arrival)
        };
        if self.free_permits() > 0 && self.uploads.front().is_some_and(is_first) {
            self.uploads_running += 1;
            return self.uploads.pop_front().map(|pending| (pending.work, true));
        }
        self.queue.pop_front().map(|pending| (pending.work, false))
    }
}

impl<W> fmt::Debug for Pool<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        let State { threads, waiting, uploads_running, .. } = *state;
        write!(f, "Pool({threads} hilos, {waiting} en espera, {uploads_running} subidas)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    /// Una cuadrilla con un permiso, que cuenta los hilos que habría empezado.
    fn pool(threads: usize) -> (Arc<Pool<u32>>, Arc<AtomicUsize>) {
        let pool = Pool::new(PoolSize { threads, uploads: 1 });
        let hired = Arc::new(AtomicUsize::new(0));
        let count = hired.clone();
        pool.hire_with(Box::new(move || {
            count.fetch_add(1, SeqCst);
            Ok(())
        }));
        (pool, hired)
    }

    fn next(pool: &Arc<Pool<u32>>) -> Option<u32> {
        pool.next().map(|assignment| assignment.work)
    }

    #[test]
    fn lo_urgente_va_antes_y_nada_se_pierde() {
        let (pool, _) = pool(1);
        for (work, priority) in [(1, Priority::Normal), (2, Priority::Normal), (3, Priority::First)]
        {
            pool.offer(work, priority).expect("hay hilos");
        }
        assert_eq!([next(&pool), next(&pool), next(&pool)], [Some(3), Some(1), Some(2)]);
    }

    #[test]
    fn no_pasa_del_maximo() {
        let (pool, hired) = pool(2);
        assert!(pool.has_room());
        for work in 0..5 {
            pool.offer(work, Priority::Normal).expect("hay hilos");
        }
        assert_eq!(hired.load(SeqCst), 2);
        assert!(!pool.has_room());
    }

    #[test]
    fn si_no_hay_otro_hilo_el_trabajo_espera() {
        let pool = Pool::new(PoolSize { threads: 9, uploads: 1 });
        pool.hire_with(Box::new(|| Err(io::Error::other("no hay más hilos"))));
        assert!(pool.offer(7, Priority::Normal).is_err());
        assert_eq!(next(&pool), Some(7));
    }

    #[test]
    fn sin_permiso_se_deja_pasar_a_los_demas() {
        let (pool, hired) = pool(2);
        for (work, priority) in [
            (1, Priority::WithPermit),
            (2, Priority::WithPermit),
            (3, Priority::Normal),
            (4, Priority::WithPermit),
        ] {
            pool.offer(work, priority).expect("hay hilos");
        }
        let first = pool.next().expect("hay trabajo");
        assert_eq!((first.work, first.permit.is_some()), (1, true));
        assert_eq!(next(&pool), Some(3));
        assert!(first.permit.is_some_and(|permit| permit.is_wanted()), "y aquí se suelta");
        assert_eq!([next(&pool), next(&pool)], [Some(2), Some(4)]);
        assert_eq!(hired.load(SeqCst), 2);
    }

    #[test]
    fn un_permiso_que_queda_libre_trae_un_hilo() {
        let (pool, hired) = pool(9);
        pool.offer(1, Priority::WithPermit).expect("hay hilos");
        let first = pool.next();
        pool.offer(2, Priority::WithPermit).expect("hay hilos");
        assert_eq!(hired.load(SeqCst), 1, "sin permiso, otro hilo no serviría de nada");
        drop(first);
        assert_eq!(hired.load(SeqCst), 2);
        assert_eq!(next(&pool), Some(2));
        assert!(pool.is_any_free());
    }

    #[test]
    fn al_unico_hilo_se_le_avisa_aunque_haya_mas_trabajo_que_hilos() {
        let (pool, _) = pool(1);
        pool.offer(1, Priority::WithPermit).expect("hay hilos");
        let first = pool.next();
        pool.offer(2, Priority::WithPermit).expect("hay hilos");
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| {
                let start = Instant::now();
                (next(&pool), start.elapsed() < SPARE_TIME)
            });
            while pool.lock().waiting == 0 {
                std::thread::yield_now();
            }
            // El permiso queda libre y llega otro trabajo: dos avisos para un hilo.
            drop(first);
            pool.offer(3, Priority::Normal).expect("hay hilos");
            assert_eq!(waiter.join().expect("sin pánico"), (Some(2), true));
        });
    }

    #[test]
    fn despedidos_ya_no_reciben_nada() {
        let (pool, _) = pool(1);
        pool.offer(1, Priority::Normal).expect("hay hilos");
        pool.dismiss();
        pool.offer(2, Priority::Normal).expect("no hace falta ninguno");
        assert_eq!(next(&pool), None);
    }
}
