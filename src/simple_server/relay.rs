//! El relevo: quién lidera el bucle de eventos, y cómo pasa a otro hilo cuando la aplicación se
//! detiene.
//!
//! Un hilo lidera y llama a la aplicación en línea, sin entregar nada a nadie: así una aplicación
//! rápida no paga por las lentas. Un reloj mira cada milisegundo; si encuentra al líder dentro de
//! la misma llamada dos veces seguidas, le quita el liderazgo y lo ofrece a la cuadrilla. El hilo
//! relevado termina su petición y se queda en la cuadrilla a esperar turno.
//!
//! Un solo número atómico decide, para que nunca haya dos líderes ni ninguno: par entre llamadas,
//! impar dentro de una. Lo sube el líder al entrar y al salir, o el reloj al relevar; quien llega
//! segundo lo encuentra cambiado y lo sabe.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// Cada cuánto mira el reloj: mil veces lo que tarda una llamada rápida, y poco para una persona.
const TICK: Duration = Duration::from_millis(1);

/// Tras cuántos latidos sin llamadas el reloj se duerme hasta la siguiente.
const DROWSY_TICKS: u32 = 100;

/// Cuánto duerme como mucho.
const NAP: Duration = Duration::from_secs(1);

/// Cuánto espera trabajo un hilo de sobra antes de terminar.
const SPARE_TIME: Duration = Duration::from_secs(10);

/// El número que dice quién lidera.
#[derive(Debug, Default)]
pub(super) struct Relay {
    turn: AtomicU64,
    drowsy: AtomicBool,
    clock: OnceLock<Thread>,
    crew: Crew,
}

/// Lo que un hilo sabe de su liderazgo.
#[derive(Debug)]
pub(super) struct Leader<'a> {
    relay: &'a Relay,
    turn: u64,
    leads: bool,
}

impl<'a> Leader<'a> {
    /// El liderazgo que empieza en `turn`.
    pub(super) fn new(relay: &'a Relay, turn: u64) -> Self {
        Self { relay, turn, leads: true }
    }

    /// Si sigue liderando.
    pub(super) fn leads(&self) -> bool {
        self.leads
    }

    /// Ejecuta código de la aplicación, que puede detenerse: entre tanto puede perder el liderazgo.
    pub(super) fn during<T>(&mut self, call: impl FnOnce() -> T) -> T {
        if !self.leads {
            return call();
        }
        self.turn += 1;
        self.relay.turn.store(self.turn, SeqCst);
        if self.relay.drowsy.load(SeqCst) {
            self.relay.wake_clock();
        }
        let result = call();
        let ended = self.relay.turn.compare_exchange(self.turn, self.turn + 1, SeqCst, SeqCst);
        self.leads = ended.is_ok();
        self.turn += 1;
        result
    }
}

impl Relay {
    /// La cuadrilla de hilos que esperan el liderazgo.
    pub(super) fn crew(&self) -> &Crew {
        &self.crew
    }

    /// El turno de ahora, para quien empieza a liderar sin relevar a nadie.
    pub(super) fn current_turn(&self) -> u64 {
        self.turn.load(SeqCst)
    }

    /// Hace de reloj en este hilo hasta que `is_over`. `spawn` empieza un hilo de la cuadrilla.
    pub(super) fn keep_time(&self, is_over: impl Fn() -> bool, spawn: impl Fn() -> io::Result<()>) {
        let _ = self.clock.set(thread::current());
        let (mut last, mut still) = (self.current_turn(), 0);
        while !is_over() {
            self.wait_a_tick(last, still);
            let turn = self.current_turn();
            if turn != last {
                (last, still) = (turn, 0);
            } else if turn % 2 == 1 {
                self.pass_on(turn, &spawn);
            } else {
                still += 1;
            }
        }
    }

    /// Despierta al reloj: hay una llamada que vigilar, o se acabó.
    pub(super) fn wake_clock(&self) {
        self.drowsy.store(false, SeqCst);
        if let Some(clock) = self.clock.get() {
            clock.unpark();
        }
    }

    fn wait_a_tick(&self, last: u64, still: u32) {
        if still < DROWSY_TICKS {
            return thread::sleep(TICK);
        }
        self.drowsy.store(true, SeqCst);
        // Quien empiece una llamada después de esto ve la marca; si empezó antes, se ve aquí.
        if self.current_turn() == last {
            thread::park_timeout(NAP);
        }
        self.drowsy.store(false, SeqCst);
    }

    fn pass_on(&self, turn: u64, spawn: &impl Fn() -> io::Result<()>) {
        let crew = self.crew.lock();
        let someone_can_lead = crew.waiting > 0 || crew.threads < crew.max_threads;
        if crew.offer.is_some() || !someone_can_lead {
            return;
        }
        if self.turn.compare_exchange(turn, turn + 1, SeqCst, SeqCst).is_ok() {
            // Si el sistema no da otro hilo, la oferta queda para el primero que se desocupe.
            if let Err(error) = self.crew.offer(crew, turn + 1, spawn) {
                log::warn!("no se pudo empezar otro hilo: {error}");
            }
        }
    }
}

/// Los hilos de un bucle: uno lidera, otros atienden llamadas lentas, otros esperan.
#[derive(Debug, Default)]
pub(super) struct Crew {
    state: Mutex<CrewState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct CrewState {
    /// El turno que espera a un líder.
    offer: Option<u64>,
    waiting: usize,
    threads: usize,
    max_threads: usize,
    is_over: bool,
}

impl Crew {
    /// Ofrece el primer turno y empieza el primer hilo.
    pub(super) fn start(
        &self,
        turn: u64,
        max_threads: usize,
        spawn: impl Fn() -> io::Result<()>,
    ) -> io::Result<()> {
        let mut state = self.lock();
        state.max_threads = max_threads.max(1);
        self.offer(state, turn, &spawn)
    }

    /// Espera un turno de líder; `None` si este hilo ya no hace falta.
    pub(super) fn wait_for_lead(&self) -> Option<u64> {
        let mut state = self.lock();
        state.waiting += 1;
        let give_up = Instant::now() + SPARE_TIME;
        let turn = loop {
            if let Some(turn) = state.offer.take() {
                break Some(turn);
            }
            let left = give_up.saturating_duration_since(Instant::now());
            if state.is_over || left.is_zero() {
                break None;
            }
            state = self
                .changed
                .wait_timeout(state, left)
                .map_or_else(|poisoned| poisoned.into_inner().0, |(state, _)| state);
        };
        state.waiting -= 1;
        if turn.is_none() {
            state.threads -= 1;
        }
        turn
    }

    /// Despide a los que esperan.
    pub(super) fn dismiss(&self) {
        self.lock().is_over = true;
        self.changed.notify_all();
    }

    fn offer(
        &self,
        mut state: MutexGuard<'_, CrewState>,
        turn: u64,
        spawn: &impl Fn() -> io::Result<()>,
    ) -> io::Result<()> {
        state.offer = Some(turn);
        if state.waiting > 0 {
            self.changed.notify_one();
            return Ok(());
        }
        spawn()?;
        state.threads += 1;
        Ok(())
    }

    /// Ningún código ajeno se ejecuta con este cerrojo: si se envenenó, el estado sigue entero.
    fn lock(&self) -> MutexGuard<'_, CrewState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn una_llamada_rapida_conserva_el_liderazgo() {
        let relay = Relay::default();
        let mut leader = Leader::new(&relay, relay.current_turn());
        assert_eq!(leader.during(|| relay.current_turn()), 1);
        assert!(leader.leads());
        assert_eq!(relay.current_turn(), 2);
    }

    #[test]
    fn una_llamada_relevada_lo_pierde_y_otro_lo_gana() {
        let relay = Relay::default();
        relay.crew().start(relay.current_turn(), 2, || Ok(())).expect("empieza");
        let first = relay.crew().wait_for_lead().expect("la primera oferta");
        let mut leader = Leader::new(&relay, first);
        leader.during(|| relay.pass_on(relay.current_turn(), &|| Ok(())));
        assert!(!leader.leads());
        assert_eq!(relay.crew().wait_for_lead(), Some(2));
    }

    #[test]
    fn entre_llamadas_no_se_releva() {
        let relay = Relay::default();
        relay.crew().start(relay.current_turn(), 2, || Ok(())).expect("empieza");
        let turn = relay.crew().wait_for_lead().expect("la primera oferta");
        let mut leader = Leader::new(&relay, turn);
        leader.during(|| {});
        relay.pass_on(1, &|| panic!("nadie debía empezar"));
        assert!(leader.leads());
        leader.during(|| {});
        assert!(leader.leads());
    }

    #[test]
    fn con_todos_los_hilos_ocupados_no_se_releva() {
        let relay = Relay::default();
        relay.crew().start(relay.current_turn(), 1, || Ok(())).expect("empieza");
        let turn = relay.crew().wait_for_lead().expect("la primera oferta");
        let mut leader = Leader::new(&relay, turn);
        leader.during(|| relay.pass_on(relay.current_turn(), &|| panic!("no cabe otro hilo")));
        assert!(leader.leads());
    }
}
