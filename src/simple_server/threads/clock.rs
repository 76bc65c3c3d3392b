//! El reloj: cada milisegundo mira si quien lidera sigue en la misma llamada. Sin llamadas que vigilar,
//! se duerme.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread::{self, Thread};
use std::time::Duration;

/// Cada cuánto mira el reloj: mil veces lo que tarda una llamada rápida, y poco para una persona.
pub(super) const TICK: Duration = Duration::from_millis(1);

/// Tras cuántos latidos sin llamadas el reloj se duerme hasta la siguiente.
const DROWSY_TICKS: u32 = 100;

/// Cuánto duerme como mucho.
const NAP: Duration = Duration::from_millis(500);

/// El reloj que vigila las llamadas.
#[derive(Debug, Default)]
pub(super) struct Clock {
    drowsy: AtomicBool,
    thread: OnceLock<Thread>,
}

impl Clock {
    /// Hace de reloj en este hilo hasta que `is_over`. `tick` dice si vio movimiento.
    pub(super) fn keep_time(&self, is_over: impl Fn() -> bool, mut tick: impl FnMut() -> bool) {
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
    pub(super) fn wake(&self) {
        self.drowsy.store(false, SeqCst);
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    /// Lo despierta si dormía: hay una llamada que vigilar.
    pub(super) fn rouse(&self) {
        if self.drowsy.load(SeqCst) {
            self.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

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
}
