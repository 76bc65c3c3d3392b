//! El paso de la aplicación: cuánto suele tardar, según el método y el primer segmento de la ruta.
//!
//! Con esto se sabe de antemano a qué petición conviene darle otro hilo. Es una tabla de tamaño
//! fijo: dos rutas que caigan en la misma casilla pueden costar velocidad, nunca corrección.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use crate::connection::Class;

/// Desde cuánto es lenta una llamada, en microsegundos: unas diez veces lo que cuesta despertar a
/// otro hilo.
const SLOW: u32 = 100;

/// Por debajo de cuánto es rápida, en microsegundos, y no hace falta llevar la cuenta.
const QUICK: u32 = 25;

/// Cuánto pesa cada llamada en el promedio: una de ocho.
const WEIGHT: u32 = 8;

/// Cuántas casillas hay: más que rutas distintas tiene casi cualquier aplicación.
const SLOTS: usize = 256;

/// Cuántos bytes de la ruta cuentan.
const SEGMENT: usize = 32;

/// El promedio de lo que tarda cada clase de petición, en microsegundos.
pub(crate) struct Paces([AtomicU32; SLOTS]);

/// Una clase de peticiones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot(usize);

impl Slot {
    /// La casilla de las peticiones de `method` a las rutas que empiezan como `path`.
    #[inline]
    pub(crate) fn of(method: &str, path: &str) -> Self {
        let segment =
            path.as_bytes().iter().skip(1).take(SEGMENT).take_while(|&&byte| byte != b'/');
        // FNV-1a: corto, sin estado, y reparte bien textos de pocos bytes.
        let mix = |hash: u32, byte: &u8| (hash ^ u32::from(*byte)).wrapping_mul(16_777_619);
        let hash = segment.fold(method.as_bytes().iter().fold(2_166_136_261, mix), mix);
        Self((hash ^ (hash >> 16)) as usize % SLOTS)
    }
}

impl Slot {
    /// La clase, para quien no sabe de casillas.
    pub(super) fn class(self) -> Class {
        Class(self.0)
    }
}

impl From<Class> for Slot {
    fn from(Class(slot): Class) -> Self {
        Self(slot % SLOTS)
    }
}

impl Default for Paces {
    fn default() -> Self {
        Self([const { AtomicU32::new(0) }; SLOTS])
    }
}

impl Paces {
    /// Si las peticiones de esta clase suelen tardar.
    pub(crate) fn is_slow(&self, slot: Slot) -> bool {
        self.average(slot) >= SLOW
    }

    /// Si hasta ahora han sido todas rápidas: entonces basta con medir alguna.
    pub(crate) fn is_quick(&self, slot: Slot) -> bool {
        self.average(slot) < QUICK
    }

    /// Toma nota de lo que tardó una.
    pub(crate) fn note(&self, Slot(slot): Slot, elapsed: Duration) {
        let micros = u32::try_from(elapsed.as_micros()).unwrap_or(u32::MAX / WEIGHT);
        let average = self.0[slot].load(Relaxed);
        // Lo normal: rápida como siempre. No se escribe, para que los núcleos compartan la casilla.
        if average < QUICK && micros < QUICK {
            return;
        }
        let weighed = average.saturating_mul(WEIGHT - 1).saturating_add(micros) / WEIGHT;
        self.0[slot].store(weighed, Relaxed);
    }

    fn average(&self, Slot(slot): Slot) -> u32 {
        self.0[slot].load(Relaxed)
    }
}

impl std::fmt::Debug for Paces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let slow = self.0.iter().filter(|average| average.load(Relaxed) >= SLOW).count();
        write!(f, "Paces({slow} lentas)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn una_clase_es_un_metodo_y_un_primer_segmento() {
        assert_eq!(Slot::of("GET", "/lento/1"), Slot::of("GET", "/lento/2?x"));
        assert_ne!(Slot::of("GET", "/lento"), Slot::of("GET", "/"));
        assert_ne!(Slot::of("GET", "/lento"), Slot::of("POST", "/lento"));
        assert_eq!(Slot::of("GET", ""), Slot::of("GET", "/"));
    }

    #[test]
    fn se_aprende_y_se_olvida_quien_es_lento() {
        let (paces, slot) = (Paces::default(), Slot::of("GET", "/a"));
        paces.note(slot, Duration::from_micros(3));
        assert!(paces.is_quick(slot));
        paces.note(slot, Duration::from_millis(10));
        assert!(paces.is_slow(slot));
        let calls = (1..100).find(|_| {
            paces.note(slot, Duration::from_micros(3));
            paces.is_quick(slot)
        });
        assert!(calls.is_some_and(|calls| calls < 50), "{calls:?}");
    }

    #[test]
    fn un_tropiezo_no_hace_lenta_a_una_clase() {
        let (paces, slot) = (Paces::default(), Slot::of("GET", "/a"));
        paces.note(slot, Duration::from_micros(400));
        assert!(!paces.is_slow(slot));
        paces.note(slot, Duration::from_secs(1 << 40));
        paces.note(slot, Duration::from_secs(1 << 40));
        assert!(paces.is_slow(slot));
    }
}
