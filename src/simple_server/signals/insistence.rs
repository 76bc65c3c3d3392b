//! Si una segunda señal es de alguien que insiste, o la misma orden por otro camino.
//!
//! Quien administra procesos suele mandar varias a la vez: Ctrl-C llega al grupo entero, y quien lo
//! empezó lo reenvía; a SIGTERM la sigue SIGHUP. Si la segunda terminara el programa, se perdería lo
//! que ya había empezado.

use std::time::{Duration, Instant};

/// Ctrl-C: SIGINT, en cualquier sistema.
pub(super) const INTERRUPT: i32 = 2;

/// Cuánto pueden tardar en llegar las señales de una misma orden.
const ECHO: Duration = Duration::from_secs(1);

/// Menos de lo que tarda un dedo en volver a pulsar Ctrl-C: es la misma, que alguien reenvió.
const BOUNCE: Duration = Duration::from_millis(100);

/// Lo que se ha pedido desde que había algo que detener.
pub(super) struct Insistence {
    first: Option<Instant>,
    interrupted: Option<Instant>,
}

/// Qué hacer con una señal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Detenerse con orden.
    Stop,
    /// Nada: ya se está en ello.
    Echo,
    /// Terminar en el acto.
    End,
}

impl Insistence {
    pub(super) const NONE: Self = Self { first: None, interrupted: None };

    /// Anota una señal. `is_news` si hay algún servidor que todavía no sabía que debe detenerse.
    pub(super) fn judge(&mut self, signal: i32, now: Instant, is_news: bool) -> Verdict {
        let insists = self.first.is_none_or(|first| now - first >= ECHO)
            || signal == INTERRUPT && self.interrupted.is_some_and(|before| now - before >= BOUNCE);
        if is_news {
            *self = Self { first: Some(now), interrupted: None };
        }
        if signal == INTERRUPT {
            self.interrupted.get_or_insert(now);
        }
        match (is_news, insists) {
            (true, _) => Verdict::Stop,
            (false, true) => Verdict::End,
            (false, false) => Verdict::Echo,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const TERMINATE: i32 = 15;

    /// Qué se hace con cada señal, que llega a tantos milisegundos de la primera.
    #[track_caller]
    fn check(signals: &[(i32, u64)], expected: &[Verdict]) {
        let (mut insistence, start) = (Insistence::NONE, Instant::now());
        let judge = |(index, (signal, millis)): (usize, &(i32, u64))| {
            insistence.judge(*signal, start + Duration::from_millis(*millis), index == 0)
        };
        let verdicts: Vec<_> = signals.iter().enumerate().map(judge).collect();
        assert_eq!(verdicts, expected);
    }

    use Verdict::{Echo, End, Stop};

    #[test]
    fn las_que_llegan_juntas_son_la_misma_orden() {
        check(&[(INTERRUPT, 0), (TERMINATE, 0)], &[Stop, Echo]);
        check(&[(TERMINATE, 0), (TERMINATE, 900)], &[Stop, Echo]);
        check(&[(TERMINATE, 0), (INTERRUPT, 500), (TERMINATE, 600)], &[Stop, Echo, Echo]);
        check(&[(INTERRUPT, 0), (INTERRUPT, 99)], &[Stop, Echo]);
    }

    #[test]
    fn quien_repite_ctrl_c_insiste() {
        check(&[(INTERRUPT, 0), (INTERRUPT, 100)], &[Stop, End]);
        check(&[(TERMINATE, 0), (INTERRUPT, 200), (INTERRUPT, 300)], &[Stop, Echo, End]);
        // También si la deja pulsada, y cada una llega enseguida de la otra.
        check(&[(INTERRUPT, 0), (INTERRUPT, 50), (INTERRUPT, 100)], &[Stop, Echo, End]);
    }

    #[test]
    fn quien_vuelve_al_rato_insiste() {
        check(&[(TERMINATE, 0), (TERMINATE, 1000)], &[Stop, End]);
        check(&[(INTERRUPT, 0), (TERMINATE, 1000)], &[Stop, End]);
    }

    #[test]
    fn lo_que_se_pidio_a_otro_servidor_no_cuenta() {
        let (mut insistence, start) = (Insistence::NONE, Instant::now());
        let mut judge = |millis, is_news| {
            insistence.judge(INTERRUPT, start + Duration::from_millis(millis), is_news)
        };
        let verdicts = [judge(0, true), judge(5000, true), judge(5050, false), judge(5100, false)];
        assert_eq!(verdicts, [Stop, Stop, Echo, End]);
    }

    #[test]
    fn sin_nada_que_detener_se_termina() {
        let mut insistence = Insistence::NONE;
        assert_eq!(insistence.judge(TERMINATE, Instant::now(), false), End);
    }
}
