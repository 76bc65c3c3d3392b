//! El reparto: qué bucle atiende una conexión nueva.
//!
//! Lo mejor es el que la aceptó, que está en el núcleo que recibe sus paquetes; menos cuando todo
//! llega a un núcleo y los demás no tendrían qué hacer. Lo que cuenta es lo que pasa ahora, y no
//! cuántas conexiones hay: miles de ociosas no dan trabajo a nadie.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

/// Cuántas llegadas de más que el doble de las de otro hacen que un bucle le ceda las nuevas.
const SKEW: usize = 16;

/// Con cuántas llamadas de más que el cuádruple de las de otro, en medio segundo, también.
const BUSY: usize = 1000;

/// Lo que se cuenta de un bucle, para repartir. Lo miran todos sin tomar ningún cerrojo.
#[derive(Debug, Default)]
pub(super) struct Counters {
    connections: AtomicUsize,
    arrivals: AtomicUsize,
    calls: AtomicUsize,
    listens: AtomicBool,
}

/// Lo que hay que saber de un bucle para repartir.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Load {
    pub(super) connections: usize,
    /// Conexiones que llegaron en este medio segundo.
    pub(super) arrivals: usize,
    /// Llamadas a la aplicación que hizo en el anterior.
    pub(super) calls: usize,
    /// Si acepta conexiones por su cuenta; si no, solo tiene las que le cedan.
    pub(super) listens: bool,
}

impl Counters {
    /// Una conexión más.
    pub(super) fn arrive(&self) {
        self.connections.fetch_add(1, Relaxed);
        self.arrivals.fetch_add(1, Relaxed);
    }

    /// Una menos.
    pub(super) fn leave(&self) {
        self.connections.fetch_sub(1, Relaxed);
    }

    /// Si no hay ninguna.
    pub(super) fn is_empty(&self) -> bool {
        self.connections.load(Relaxed) == 0
    }

    /// El bucle empieza a aceptar por su cuenta.
    pub(super) fn start_listening(&self) {
        self.listens.store(true, Relaxed);
    }

    /// Empieza otro medio segundo; en el anterior hubo `calls` llamadas.
    pub(super) fn turn_page(&self, calls: usize) {
        self.calls.store(calls, Relaxed);
        self.arrivals.store(0, Relaxed);
    }

    pub(super) fn load(&self) -> Load {
        Load {
            connections: self.connections.load(Relaxed),
            arrivals: self.arrivals.load(Relaxed),
            calls: self.calls.load(Relaxed),
            listens: self.listens.load(Relaxed),
        }
    }
}

impl Load {
    /// Si este bucle debe ceder a `other` una conexión que aceptó.
    fn gives_way_to(self, other: Self) -> bool {
        if !other.listens {
            return self.connections > other.connections;
        }
        let exceeds = |mine: usize, times: usize, theirs: usize, margin: usize| {
            mine > theirs.saturating_mul(times).saturating_add(margin)
        };
        exceeds(self.arrivals, 2, other.arrivals, SKEW) || exceeds(self.calls, 4, other.calls, BUSY)
    }

    /// Cuánto trabajo tiene, de mayor a menor importancia.
    fn weight(self) -> (usize, usize, usize) {
        match self.listens {
            true => (self.calls / BUSY, self.arrivals, self.connections),
            false => (0, 0, self.connections),
        }
    }
}

/// El bucle para una conexión que aceptó `own`.
pub(super) fn choose(own: usize, loads: &mut dyn Iterator<Item = Load>) -> usize {
    let (mut mine, mut lightest) = (Load::default(), None::<(usize, Load)>);
    for (index, load) in loads.enumerate() {
        if index == own {
            mine = load;
        } else if lightest.is_none_or(|(_, least)| load.weight() < least.weight()) {
            lightest = Some((index, load));
        }
    }
    match lightest {
        Some((index, other)) if mine.gives_way_to(other) => index,
        _ => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[track_caller]
    fn check(own: usize, loads: &[Load], expected: usize) {
        assert_eq!(choose(own, &mut loads.iter().copied()), expected);
    }

    fn arrivals(arrivals: usize) -> Load {
        Load { arrivals, connections: arrivals, listens: true, ..Load::default() }
    }

    fn calls(calls: usize) -> Load {
        Load { calls, listens: true, ..Load::default() }
    }

    fn fed(connections: usize) -> Load {
        Load { connections, ..Load::default() }
    }

    #[test]
    fn una_conexion_se_queda_donde_llego() {
        check(0, &[arrivals(0)], 0);
        check(0, &[arrivals(3), arrivals(0)], 0);
        check(1, &[arrivals(100), arrivals(200), arrivals(100)], 1);
        check(0, &[calls(40_000), calls(10_000)], 0);
    }

    #[test]
    fn si_todas_llegan_a_un_bucle_se_reparten() {
        check(0, &[arrivals(17), arrivals(0)], 1);
        check(1, &[arrivals(0), arrivals(16)], 1);
        check(2, &[arrivals(9), arrivals(5), arrivals(100)], 1);
        check(0, &[calls(40_000), calls(10)], 1);
    }

    #[test]
    fn las_ociosas_no_cuentan() {
        let idle = |connections| Load { connections, listens: true, ..Load::default() };
        check(0, &[idle(10_000), idle(0)], 0);
    }

    #[test]
    fn si_uno_solo_escucha_reparte_desde_la_primera() {
        let listening = |connections| Load { listens: true, ..fed(connections) };
        check(0, &[listening(0), fed(0)], 0);
        check(0, &[listening(1), fed(0)], 1);
        check(0, &[listening(2), fed(2), fed(1)], 2);
        check(0, &[listening(1), fed(2), fed(1)], 0);
    }

    #[test]
    fn cada_medio_segundo_se_empieza_de_nuevo() {
        let counters = Counters::default();
        (0..3).for_each(|_| counters.arrive());
        counters.leave();
        assert_eq!(counters.load(), Load { connections: 2, arrivals: 3, ..Load::default() });
        counters.turn_page(50);
        assert_eq!(counters.load(), Load { connections: 2, calls: 50, ..Load::default() });
    }
}
