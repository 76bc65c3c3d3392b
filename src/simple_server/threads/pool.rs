//! La cuadrilla: los hilos del servidor, y lo que espera a que uno se desocupe.
//!
//! No sabe qué es el trabajo; solo lo reparte. Empieza un hilo cuando hay más trabajo que hilos en
//! espera, hasta el máximo; al llegar a él, el trabajo aguarda su turno y ninguno se pierde.
//!
//! Un hilo que lee el cuerpo de una petición espera lo que quiera el cliente. Para eso hace falta
//! además un permiso, y hay menos que hilos: quien promete un cuerpo y calla no deja sin hilo a las
//! llamadas lentas. El trabajo que necesita permiso no empieza sin él, y deja pasar al que no.
//!
//! Quien lidera no se detiene, y su relevo no espera: siempre queda un hilo para él (`PoolSize`).

use std::fmt;
use std::hash::Hash;
use std::io;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::permit::{Permit, Permits};
use super::relay::Company;
use super::sync::{Condvar, Mutex, MutexGuard};
use super::workload::{PoolSize, Priority, Seat, Taken, Workload};

/// Cuánto espera trabajo un hilo de sobra antes de terminar.
const SPARE_TIME: Duration = Duration::from_secs(10);

pub(crate) struct Pool<K, W> {
    state: Mutex<State<K, W>>,
    changed: Condvar,
}

/// Cómo se empieza un hilo que llame a [`Pool::next`].
pub(crate) type Spawn = Box<dyn Fn() -> io::Result<()> + Send + Sync>;

struct State<K, W> {
    work: Workload<K, W>,
    waiting: usize,
    threads: usize,
    max_threads: usize,
    /// Sin esto, el trabajo solo espera.
    spawn: Option<Spawn>,
    is_over: bool,
}

/// Un trabajo, con lo que le hace falta.
#[derive(Debug)]
pub(super) struct Assignment<K, W> {
    pub(super) work: W,
    pub(super) permit: Option<Permit>,
    pub(super) seat: Seat<K>,
}

impl<K: Copy + Eq + Hash + Send + 'static, W: Send + 'static> Pool<K, W> {
    pub(crate) fn new(size: PoolSize) -> Arc<Self> {
        let state = State {
            work: Workload::new(size),
            waiting: 0,
            threads: 0,
            max_threads: size.threads.max(1),
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
    pub(super) fn offer(&self, work: W, priority: Priority<K>) -> io::Result<()> {
        let mut state = self.lock();
        if state.is_over {
            // Ya no lo hará nadie. Se suelta sin el cerrojo: puede devolver un permiso.
            drop(state);
            return Ok(());
        }
        state.work.push(work, priority);
        self.find_hands(state)
    }

    /// Cuenta como detenido al hilo que va a ser relevado, si hay otro que siga. Es un asiento que
    /// devuelve él, o quien lo pidió si al final no hizo falta.
    pub(super) fn seat_relieved(&self) -> bool {
        let mut state = self.lock();
        let has_room = state.work.doable() < state.waiting || state.threads < state.max_threads;
        if has_room {
            state.work.sit();
        }
        has_room
    }

    /// Lo contrario: no hubo que relevarlo.
    pub(super) fn unseat_relieved(&self) {
        let mut state = self.lock();
        state.work.finish(Seat::Busy);
        self.find_hands_or_warn(state);
    }

    /// Devuelve lo que ocupaba un trabajo. No avisa a nadie: quien lo terminó pide el siguiente.
    pub(super) fn finish(&self, seat: Seat<K>) {
        self.lock().work.finish(seat);
    }

    /// El siguiente trabajo; `None` si este hilo ya no hace falta.
    pub(super) fn next(self: &Arc<Self>) -> Option<Assignment<K, W>> {
        let mut state = self.lock();
        state.waiting += 1;
        let give_up = Instant::now() + SPARE_TIME;
        let taken = loop {
            let left = give_up.saturating_duration_since(Instant::now());
            let taken = state.work.take();
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
        taken.map(|Taken { work, seat, needs_permit }| {
            let permit = needs_permit.then(|| Permit::of(self.clone()));
            Assignment { work, permit, seat }
        })
    }

    /// Despide a todos. Devuelve lo que quede en la cola: o no hay nada, o venció el plazo.
    pub(super) fn dismiss(&self) -> Vec<W> {
        let mut state = self.lock();
        state.is_over = true;
        let left = state.work.drain();
        let spawn = state.spawn.take();
        drop(state);
        self.changed.notify_all();
        drop(spawn);
        left
    }
}

impl<K: Copy + Eq + Hash, W> Pool<K, W> {
    /// Avisa a un hilo de que hay trabajo, o empieza otro.
    fn find_hands(&self, mut state: MutexGuard<'_, State<K, W>>) -> io::Result<()> {
        // Siempre: un permiso que queda libre mientras llega otro trabajo son dos avisos, no uno.
        self.changed.notify_one();
        if state.work.doable() > state.waiting
            && state.threads < state.max_threads
            && let Some(spawn) = &state.spawn
        {
            spawn()?;
            state.threads += 1;
        }
        Ok(())
    }

    fn find_hands_or_warn(&self, state: MutexGuard<'_, State<K, W>>) {
        if let Err(error) = self.find_hands(state) {
            log::warn!("no se pudo empezar otro hilo: {error}");
        }
    }

    /// Ningún código ajeno se ejecuta con este cerrojo: si se envenenó, el estado sigue entero.
    fn lock(&self) -> MutexGuard<'_, State<K, W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Copy + Eq + Hash + Send, W: Send> Company for Pool<K, W> {
    fn has_spare(&self) -> bool {
        self.lock().work.free_seats() > 0
    }
}

impl<K: Copy + Eq + Hash + Send, W: Send> Permits for Pool<K, W> {
    fn is_any_free(&self) -> bool {
        self.lock().work.is_permit_free()
    }

    fn is_any_wanted(&self) -> bool {
        self.lock().work.is_permit_wanted()
    }

    fn give_back(&self) {
        let mut state = self.lock();
        state.work.give_back_permit();
        self.find_hands_or_warn(state);
    }
}

impl<K: Copy + Eq + Hash, W> fmt::Debug for Pool<K, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        let (threads, waiting, busy) = (state.threads, state.waiting, state.work.busy());
        write!(f, "Pool({threads} hilos, {waiting} en espera, {busy} detenidos)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    const OF_A: Priority<char> = Priority::Of('a');

    /// Una cuadrilla con un permiso, que cuenta los hilos que habría empezado.
    fn pool(threads: usize) -> (Arc<Pool<char, u32>>, Arc<AtomicUsize>) {
        let pool = Pool::new(size(threads));
        let hired = Arc::new(AtomicUsize::new(0));
        let count = hired.clone();
        pool.hire_with(Box::new(move || {
            count.fetch_add(1, SeqCst);
            Ok(())
        }));
        (pool, hired)
    }

    fn size(threads: usize) -> PoolSize {
        PoolSize { threads, busy: threads, share: threads, uploads: 1 }
    }

    /// Toma el siguiente trabajo y lo termina en el acto.
    fn next(pool: &Arc<Pool<char, u32>>) -> Option<u32> {
        let Assignment { work, seat, .. } = pool.next()?;
        pool.finish(seat);
        Some(work)
    }

    #[test]
    fn no_pasa_del_maximo() {
        let (pool, hired) = pool(2);
        assert!(pool.seat_relieved(), "hay quien releve");
        pool.unseat_relieved();
        for work in 0..5 {
            pool.offer(work, OF_A).expect("hay hilos");
        }
        assert_eq!(hired.load(SeqCst), 2);
        assert!(!pool.seat_relieved());
    }

    #[test]
    fn si_no_hay_otro_hilo_el_trabajo_espera() {
        let pool = Pool::new(size(9));
        pool.hire_with(Box::new(|| Err(io::Error::other("no hay más hilos"))));
        assert!(pool.offer(7, OF_A).is_err());
        assert_eq!(next(&pool), Some(7));
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
            let Assignment { seat, permit, .. } = first.expect("hay trabajo");
            pool.finish(seat);
            drop(permit);
            pool.offer(3, OF_A).expect("hay hilos");
            assert_eq!(waiter.join().expect("sin pánico"), (Some(2), true));
        });
    }

    #[test]
    fn siempre_queda_quien_releve() {
        let pool = Pool::new(PoolSize { busy: 1, ..size(2) });
        pool.offer(1, OF_A).expect("hay hilos");
        pool.offer(2, Priority::Of('b')).expect("hay hilos");
        assert!(pool.has_spare());
        let first = pool.next().expect("hay trabajo");
        assert!(!pool.has_spare(), "el que queda es para relevar");
        pool.offer(3, Priority::First).expect("hay hilos");
        assert_eq!(next(&pool), Some(3));
        pool.finish(first.seat);
        assert_eq!(next(&pool), Some(2));
    }

    #[test]
    fn despedidos_ya_no_reciben_nada() {
        let (pool, _) = pool(1);
        pool.offer(1, OF_A).expect("hay hilos");
        assert_eq!(pool.dismiss(), [1]);
        pool.offer(2, OF_A).expect("no hace falta ninguno");
        assert_eq!(next(&pool), None);
    }
}
