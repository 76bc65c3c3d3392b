//! El relevo: quién lidera un bucle de eventos, y cómo pasa a otro hilo cuando la aplicación se
//! detiene.
//!
//! Es el patrón *Leader/Followers* (Schmidt, O'Ryan, Kircher y Pyarali, «Leader/Followers: A Design
//! Pattern for Efficient Multi-threaded Event Demultiplexing and Dispatching», PLoP 2000; también en
//! *Pattern-Oriented Software Architecture*, tomo 2). Allí quien lidera nombra a otro antes de atender
//! cada aviso; aquí sigue, y solo si se detiene lo relevan.
//!
//! Quien lidera llama a la aplicación en línea, sin entregar nada a nadie: así una aplicación
//! rápida no paga por las lentas. El reloj mira cada milisegundo; si encuentra al líder dentro de
//! la misma llamada dos veces seguidas, le quita el liderazgo y lo ofrece a la cuadrilla. El hilo
//! relevado termina su petición y vuelve a la cuadrilla. A las peticiones que ya se sabe que tardan
//! (`pace`) no se las espera: la cuadrilla las atiende desde el principio.
//!
//! Un solo número atómico decide, para que nunca haya dos líderes ni ninguno: par entre llamadas,
//! impar dentro de una. Lo sube el líder al entrar y al salir, o el reloj al relevar; quien llega
//! segundo lo encuentra cambiado y lo sabe.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use super::pace::{Paces, Slot};

/// Cada cuánto mira el reloj: mil veces lo que tarda una llamada rápida, y poco para una persona.
const TICK: Duration = Duration::from_millis(1);

/// Tras cuántos latidos sin llamadas el reloj se duerme hasta la siguiente.
const DROWSY_TICKS: u32 = 100;

/// Cuánto duerme como mucho.
const NAP: Duration = Duration::from_millis(500);

/// De las clases de petición que siempre fueron rápidas se mide una de cada tantas: mirar la hora
/// cuesta casi tanto como atenderlas. Si una se vuelve lenta, antes lo nota el reloj.
const SAMPLE: u32 = 16;

/// El número que dice quién lidera un bucle.
#[derive(Debug, Default)]
pub(crate) struct Relay {
    turn: AtomicU64,
    /// Si una llamada dura y no había a quién pasar el liderazgo.
    is_late: AtomicBool,
}

/// El turno de un bucle, ofrecido a otro hilo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Turn(u64);

impl Relay {
    /// El turno de ahora, para quien empieza a liderar sin relevar a nadie.
    pub(crate) fn current(&self) -> Turn {
        Turn(self.turn.load(SeqCst))
    }

    /// Releva al líder si sigue en la llamada de `turn`; devuelve el turno para el siguiente.
    pub(crate) fn take_over(&self, Turn(turn): Turn) -> Option<Turn> {
        let taken = self.turn.compare_exchange(turn, turn + 1, SeqCst, SeqCst);
        taken.ok().map(|_| Turn(turn + 1))
    }

    fn was_late(&self) -> bool {
        self.is_late.load(SeqCst) && self.is_late.swap(false, SeqCst)
    }

    /// Anota que había que relevar al líder y no se pudo.
    pub(crate) fn mark_late(&self) {
        self.is_late.store(true, SeqCst);
    }
}

impl Turn {
    /// Cuántas llamadas hubo desde `before`.
    pub(crate) fn calls_since(self, before: Self) -> usize {
        usize::try_from(self.0.saturating_sub(before.0) / 2).unwrap_or(usize::MAX)
    }

    /// Si el líder está dentro de una llamada.
    pub(crate) fn is_in_call(self) -> bool {
        self.0 % 2 == 1
    }
}

/// Lo que un hilo sabe de su liderazgo.
#[derive(Debug)]
pub(crate) struct Leader<'a> {
    relay: &'a Relay,
    clock: &'a Clock,
    turn: u64,
    role: Role,
    calls: u32,
    took_long: bool,
}

/// Qué hace un hilo por un bucle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Leads,
    /// Lidera, y no hay más hilos que él.
    Alone,
    /// Atiende una sola conexión.
    Helps,
}

impl<'a> Leader<'a> {
    /// El liderazgo que empieza en `turn`.
    pub(crate) fn new(relay: &'a Relay, clock: &'a Clock, Turn(turn): Turn) -> Self {
        Self { relay, clock, turn, role: Role::Leads, calls: 0, took_long: false }
    }

    /// El de un hilo sin compañía.
    pub(crate) fn alone(relay: &'a Relay, clock: &'a Clock) -> Self {
        Self { role: Role::Alone, ..Self::new(relay, clock, relay.current()) }
    }

    /// Un hilo que no lidera.
    pub(crate) fn helper(relay: &'a Relay, clock: &'a Clock) -> Self {
        Self { role: Role::Helps, ..Self::new(relay, clock, Turn(0)) }
    }

    /// Si lidera.
    pub(crate) fn leads(&self) -> bool {
        self.role != Role::Helps
    }

    /// Si hay más hilos que este.
    pub(crate) fn has_company(&self) -> bool {
        self.role != Role::Alone
    }

    /// Si lo que vaya a tardar debe quedar para otro hilo.
    pub(crate) fn should_hand_off(&self) -> bool {
        self.role == Role::Leads
    }

    /// Si la última llamada pudo durar: la hora de antes ya no vale.
    pub(crate) fn took_long(&self) -> bool {
        self.took_long
    }

    /// Ejecuta código de la aplicación, que puede detenerse: entre tanto puede perder el liderazgo.
    /// Toma nota de cuánto tarda.
    pub(crate) fn during<T>(&mut self, paces: &Paces, slot: Slot, call: impl FnOnce() -> T) -> T {
        self.calls = self.calls.wrapping_add(1);
        let is_measured = self.calls.is_multiple_of(SAMPLE) || !paces.is_quick(slot);
        let start = is_measured.then(Instant::now);
        let did_lead = self.leads();
        let result = self.inside(call);
        let was_relieved = did_lead && !self.leads();
        let elapsed = match start {
            Some(start) => start.elapsed(),
            None if was_relieved => TICK,
            None => Duration::ZERO,
        };
        if is_measured || was_relieved {
            paces.note(slot, elapsed);
        }
        self.took_long = self.role != Role::Leads || elapsed >= TICK || self.relay.was_late();
        result
    }

    fn inside<T>(&mut self, call: impl FnOnce() -> T) -> T {
        if self.role != Role::Leads {
            return call();
        }
        self.turn += 1;
        self.relay.turn.store(self.turn, SeqCst);
        self.clock.rouse();
        let _ending = Ending(self);
        call()
    }
}

/// El final de una llamada. También si entra en pánico hay que decir que terminó: un bucle no puede
/// quedar sin líder.
struct Ending<'l, 'a>(&'l mut Leader<'a>);

impl Drop for Ending<'_, '_> {
    fn drop(&mut self) {
        let Self(leader) = self;
        let next = leader.turn + 1;
        let ended = leader.relay.turn.compare_exchange(leader.turn, next, SeqCst, SeqCst);
        if ended.is_err() {
            leader.role = Role::Helps;
        }
        leader.turn = next;
    }
}

/// El reloj que vigila las llamadas.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    drowsy: AtomicBool,
    thread: OnceLock<Thread>,
}

impl Clock {
    /// Hace de reloj en este hilo hasta que `is_over`. `tick` dice si vio movimiento.
    pub(crate) fn keep_time(&self, is_over: impl Fn() -> bool, mut tick: impl FnMut() -> bool) {
        let _ = self.thread.set(thread::current());
        let mut still = 0;
        while !is_over() {
            if still < DROWSY_TICKS {
                thread::sleep(TICK);
                still = if tick() { 0 } else { still + 1 };
                continue;
            }
            self.drowsy.store(true, SeqCst);
            // Quien empiece una llamada después de esto ve la marca; si empezó antes, se ve aquí.
            if tick() {
                // Hasta el siguiente latido tiene que pasar uno entero: solo entonces es lenta.
                still = 0;
            } else {
                thread::park_timeout(NAP);
            }
            self.drowsy.store(false, SeqCst);
        }
    }

    /// Despierta al reloj: se acabó.
    pub(crate) fn wake(&self) {
        self.drowsy.store(false, SeqCst);
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    /// Lo despierta si dormía: hay una llamada que vigilar.
    fn rouse(&self) {
        if self.drowsy.load(SeqCst) {
            self.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

    fn during<T>(leader: &mut Leader<'_>, call: impl FnOnce() -> T) -> T {
        leader.during(&Paces::default(), Slot::of("GET", "/"), call)
    }

    #[test]
    fn una_llamada_rapida_conserva_el_liderazgo() {
        let (relay, clock) = (Relay::default(), Clock::default());
        let mut leader = Leader::new(&relay, &clock, relay.current());
        assert_eq!(during(&mut leader, || relay.current()), Turn(1));
        assert!(leader.leads());
        assert_eq!(relay.current(), Turn(2));
    }

    #[test]
    fn una_llamada_relevada_lo_pierde_y_otro_lo_gana() {
        let (relay, clock) = (Relay::default(), Clock::default());
        let mut leader = Leader::new(&relay, &clock, relay.current());
        let next = during(&mut leader, || relay.take_over(relay.current()));
        assert!(!leader.leads());
        let mut second = Leader::new(&relay, &clock, next.expect("estaba en una llamada"));
        during(&mut leader, || {});
        during(&mut second, || {});
        assert!(second.leads());
    }

    #[test]
    fn entre_llamadas_no_se_releva() {
        let (relay, clock) = (Relay::default(), Clock::default());
        let mut leader = Leader::new(&relay, &clock, relay.current());
        let seen = during(&mut leader, || relay.current());
        assert_eq!(relay.take_over(seen), None);
        during(&mut leader, || {});
        assert!(leader.leads());
    }

    #[test]
    fn un_relevo_ensena_que_la_llamada_es_lenta() {
        let (relay, clock, paces) = (Relay::default(), Clock::default(), Paces::default());
        let slot = Slot::of("GET", "/lento");
        let mut leader = Leader::new(&relay, &clock, relay.current());
        leader.during(&paces, slot, || relay.take_over(relay.current()));
        assert!(paces.is_slow(slot));
    }

    #[test]
    fn un_panico_en_la_llamada_no_deja_al_bucle_sin_lider() {
        let (relay, clock) = (Relay::default(), Clock::default());
        let mut leader = Leader::new(&relay, &clock, relay.current());
        let called =
            catch_unwind(AssertUnwindSafe(|| during(&mut leader, || resume_unwind(Box::new(())))));
        assert!(called.is_err());
        assert!(leader.leads() && !relay.current().is_in_call());
    }

    #[test]
    fn al_despertar_el_reloj_deja_pasar_un_latido_entero() {
        let (clock, mut seen) = (Clock::default(), Vec::new());
        let over = std::cell::Cell::new(false);
        clock.keep_time(
            || over.get(),
            || {
                seen.push(Instant::now());
                // Tranquilo hasta adormilarse; entonces, una llamada.
                over.set(seen.len() > DROWSY_TICKS as usize + 1);
                seen.len() > DROWSY_TICKS as usize
            },
        );
        let [.., drowsy, next] = seen[..] else { panic!("hubo latidos") };
        assert!(next - drowsy >= TICK);
    }

    #[test]
    fn quien_esta_solo_no_entrega_nada() {
        let (relay, clock) = (Relay::default(), Clock::default());
        let mut leader = Leader::alone(&relay, &clock);
        assert_eq!(during(&mut leader, || relay.current()), Turn(0));
        assert!(leader.leads() && !leader.should_hand_off());
    }
}
