//! El ritmo de un cliente al que se espera en un hilo.

use std::time::Duration;

/// Lo que se espera como poco cada segundo, en bytes: menos que la peor de las redes.
pub(super) const MIN_RATE: u64 = 1024;

/// Lo que se movió en el último rato de espera: lo que se movió de golpe hace tiempo no da crédito.
#[derive(Debug, Default)]
pub(super) struct Window {
    waited: Duration,
    moved: u64,
}

impl Window {
    /// Cuenta unos bytes que se movieron.
    pub(super) fn count(&mut self, bytes: usize) {
        self.moved += bytes as u64;
    }

    /// Cuánto falta por esperar de un rato que dura `length`.
    pub(super) fn left(&self, length: Duration) -> Duration {
        length.saturating_sub(self.waited)
    }

    /// Cuenta una espera. Si con ella termina un rato empieza otro, y es `true` si en ese se movió menos de
    /// [`MIN_RATE`].
    pub(super) fn is_slow_after(&mut self, waited: Duration, length: Duration) -> bool {
        self.waited += waited;
        if self.waited < length {
            return false;
        }
        let Self { waited, moved } = std::mem::take(self);
        (moved as f64) < waited.as_secs_f64() * MIN_RATE as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn cada_rato_se_mide_por_lo_que_se_movio_en_el() {
        let (second, length) = (Duration::from_secs(1), Duration::from_secs(2));
        let mut window = Window::default();
        window.count(100_000);
        assert!(!window.is_slow_after(second, length), "no ha terminado");
        assert_eq!(window.left(length), second);
        assert!(!window.is_slow_after(second, length));
        window.count(2047);
        assert!(window.is_slow_after(length, length), "lo de antes no da crédito");
        window.count(2048);
        assert!(!window.is_slow_after(length, length));
    }
}
