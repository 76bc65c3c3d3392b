//! El paso de la aplicación: cuánto suele tardar cada clase de peticiones.
//!
//! Con esto se sabe de antemano a qué petición conviene darle otro hilo.
//!
//! Lo que manda un cliente no enseña que lo rápido es lento:
//!
//! - Qué clases comparten casilla depende de un secreto de cada proceso, y cada casilla lleva escrito
//!   de quién es.
//! - Una clase lenta no desaloja a una rápida, y a una rápida en uso no la desaloja nadie.
//! - De las clases que no se conocen se lleva un promedio común: si quien llega por primera vez suele
//!   tardar, al siguiente desconocido ya no lo espera quien lidera.
//! - Lo que se espera a la red no cuenta: eso es [`Class::UNTAUGHT`].

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::class::{Seed, tag};
use crate::connection::Class;

/// Desde cuánto es lenta una llamada, en microsegundos: unas diez veces lo que cuesta despertar a
/// otro hilo.
const SLOW: u32 = 100;

/// Por debajo de cuánto es rápida, en microsegundos, y no hace falta llevar la cuenta.
const QUICK: u32 = 25;

/// Lo que se anota de una llamada de la que hubo que relevar a quien lidera, en microsegundos: como
/// poco duró un latido del reloj.
const RELIEVED: u32 = 1_000;

/// Lo más que se anota, en microsegundos: una llamada de un minuto se olvida tan pronto como una de
/// una centésima.
const MOST: u32 = 10_000;

/// Lo mismo, si las llamadas comparten algo que les pueden quitar a medias, como un intérprete: la rápida a
/// la que se lo quitan tarda un milisegundo o más, y no es lenta. Hacen falta dos casi seguidas.
const MOST_SHARED: u32 = 500;

/// Cuánto pesa cada llamada en el promedio: una de ocho.
const WEIGHT: u32 = 8;

/// Cuántos grupos de casillas hay, y cuántas casillas en cada uno. Una clase solo puede estar en las de
/// su grupo: son 2048 clases, más que rutas distintas tiene casi cualquier aplicación.
const SETS: usize = 512;
const WAYS: usize = 4;

/// El promedio de lo que tarda cada clase de petición.
pub(crate) struct Paces {
    seed: Seed,
    sets: Box<[[AtomicU64; WAYS]]>,
    /// El promedio de las clases que no estaban en la tabla, en microsegundos.
    strangers: AtomicU32,
    /// Lo más que se anota, en microsegundos.
    most: u32,
}

/// Lo que se espera de una clase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    Quick,
    Slow,
    Unknown,
}

impl Default for Paces {
    fn default() -> Self {
        let sets = (0..SETS).map(|_| [const { AtomicU64::new(0) }; WAYS]).collect();
        Self { seed: Seed::random(), sets, strangers: AtomicU32::new(0), most: MOST }
    }
}

impl Paces {
    /// Los de llamadas que comparten algo que les pueden quitar a medias.
    pub(super) fn shared() -> Self {
        Self { most: MOST_SHARED, ..Self::default() }
    }

    /// La clase de las peticiones de `method` a las rutas que empiezan como `path`, en la aplicación
    /// montada en `script`.
    #[inline]
    pub(crate) fn class(&self, method: &str, script: &str, path: &str) -> Class {
        self.seed.class(method, script, path)
    }

    /// Lo que se espera de las peticiones de esta clase.
    pub(super) fn expect(&self, class: Class) -> Pace {
        if class == Class::UNTAUGHT {
            return Pace::Quick;
        }
        match self.find(class) {
            Some((_, entry)) if entry.average() >= SLOW => Pace::Slow,
            Some(_) => Pace::Quick,
            None if self.strangers.load(Relaxed) >= SLOW => Pace::Slow,
            None => Pace::Unknown,
        }
    }

    /// Si hasta ahora han sido todas rápidas: entonces basta con medir alguna.
    pub(super) fn is_steady(&self, class: Class) -> bool {
        let is_quick = |(_, entry): (_, Entry)| entry.average() < QUICK;
        class == Class::UNTAUGHT || self.find(class).is_some_and(is_quick)
    }

    /// Toma nota de lo que tardó una.
    pub(super) fn note(&self, class: Class, elapsed: Duration) {
        self.weigh(class, u32::try_from(elapsed.as_micros()).unwrap_or(MOST));
    }

    /// Toma nota de que hubo que relevar a quien lidera: a los desconocidos ya no se les espera.
    pub(super) fn note_relief(&self, class: Class) {
        if class != Class::UNTAUGHT && self.find(class).is_none() {
            self.strangers.fetch_max(RELIEVED, Relaxed);
        }
        self.weigh(class, RELIEVED);
    }

    fn weigh(&self, class: Class, micros: u32) {
        if class == Class::UNTAUGHT {
            return;
        }
        let micros = micros.min(self.most);
        let Some((slot, entry)) = self.find(class) else {
            let strangers = self.strangers.load(Relaxed);
            if strangers >= QUICK || micros >= QUICK {
                self.strangers.store(weighed(strangers, micros), Relaxed);
            }
            return self.remember(class, weighed(0, micros));
        };
        // Lo normal: rápida como siempre. No se escribe, para que los núcleos compartan la casilla.
        if entry.average() < QUICK && micros < QUICK {
            return;
        }
        let next = Entry::new(tag(class), weighed(entry.average(), micros));
        // Si otro hilo anotó a la vez, con una de las dos notas basta.
        let _ = slot.compare_exchange(entry.0, next.0, Relaxed, Relaxed);
    }

    /// La casilla de una clase, si está, y lo que dice.
    fn find(&self, class: Class) -> Option<(&AtomicU64, Entry)> {
        let tag = tag(class);
        let mut entries = self.sets[set(class)].iter().map(|slot| (slot, Entry::at(slot)));
        let (slot, entry) = entries.find(|(_, entry)| entry.tag() == tag)?;
        if !entry.is_used() {
            slot.fetch_or(USED, Relaxed);
        }
        Some((slot, entry.used()))
    }

    /// Da una casilla a una clase nueva, si hay alguna que se pueda olvidar.
    fn remember(&self, class: Class, average: u32) {
        let set = &self.sets[set(class)];
        let may_replace = |entry: Entry| average < SLOW || entry.average() >= SLOW;
        let is_free = |slot: &&AtomicU64| {
            let entry = Entry::at(slot);
            entry == Entry::EMPTY || (may_replace(entry) && !entry.is_used())
        };
        match set.iter().find(is_free) {
            Some(slot) => slot.store(Entry::new(tag(class), average).0, Relaxed),
            // Las que nadie use hasta la próxima vez se podrán olvidar.
            None => set.iter().filter(|slot| may_replace(Entry::at(slot))).for_each(|slot| {
                slot.fetch_and(!USED, Relaxed);
            }),
        }
    }
}

impl std::fmt::Debug for Paces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let entries = self.sets.iter().flatten().map(Entry::at);
        let slow = entries.filter(|entry| entry.average() >= SLOW).count();
        write!(f, "Paces({slow} lentas)")
    }
}

/// El grupo en que puede estar una clase.
fn set(class: Class) -> usize {
    class.0 as usize % SETS
}

fn weighed(average: u32, micros: u32) -> u32 {
    (average * (WEIGHT - 1) + micros) / WEIGHT
}

/// El contenido de una casilla: de quién es, si se usó y su promedio en microsegundos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry(u64);

const USED: u64 = 1 << 31;

impl Entry {
    const EMPTY: Self = Self(0);

    fn new(tag: u32, average: u32) -> Self {
        Self(u64::from(tag) << 32 | USED | u64::from(average))
    }

    fn at(slot: &AtomicU64) -> Self {
        Self(slot.load(Relaxed))
    }

    fn tag(self) -> u32 {
        (self.0 >> 32) as u32
    }

    fn average(self) -> u32 {
        (self.0 & (USED - 1)) as u32
    }

    fn is_used(self) -> bool {
        self.0 & USED != 0
    }

    fn used(self) -> Self {
        Self(self.0 | USED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const FAST: Duration = Duration::from_micros(3);
    const LONG: Duration = Duration::from_secs(6);

    #[test]
    fn se_aprende_y_se_olvida_quien_es_lento() {
        let paces = Paces::default();
        let class = paces.class("GET", "", "/a");
        assert_eq!(paces.expect(class), Pace::Unknown);
        paces.note(class, FAST);
        assert!(paces.is_steady(class));
        paces.note(class, LONG);
        assert_eq!(paces.expect(class), Pace::Slow);
        let calls = (1..100).find(|_| {
            paces.note(class, FAST);
            paces.is_steady(class)
        });
        assert!(calls.is_some_and(|calls| calls < 40), "{calls:?}");
    }

    #[test]
    fn un_tropiezo_no_hace_lenta_a_una_clase() {
        let paces = Paces::default();
        let class = paces.class("GET", "", "/a");
        paces.note(class, Duration::from_micros(400));
        assert_eq!(paces.expect(class), Pace::Quick);
        paces.note(class, Duration::MAX);
        paces.note(class, Duration::MAX);
        assert_eq!(paces.expect(class), Pace::Slow);
    }

    #[test]
    fn un_relevo_basta_para_saber_que_es_lenta() {
        let paces = Paces::default();
        let [known, unknown] = ["/a", "/b"].map(|path| paces.class("GET", "", path));
        paces.note(known, FAST);
        paces.note_relief(known);
        assert_eq!(paces.expect(known), Pace::Slow);
        assert_eq!(paces.expect(unknown), Pace::Unknown, "el tropiezo fue de otra");
        paces.note(known, FAST);
        paces.note(known, FAST);
        assert_eq!(paces.expect(known), Pace::Quick, "fue un tropiezo");
    }

    #[test]
    fn a_una_rapida_le_pueden_quitar_una_vez_lo_que_comparte() {
        let paces = Paces::shared();
        let [quick, slow] = ["/rapida", "/lenta"].map(|path| paces.class("GET", "", path));
        for _ in 0..100 {
            paces.note_relief(quick);
            assert_eq!(paces.expect(quick), Pace::Quick);
            // Las que siguen no lo pierden.
            (0..10).for_each(|_| paces.note(quick, FAST));
            paces.note(quick, LONG);
            assert_eq!(paces.expect(quick), Pace::Quick);
            (0..10).for_each(|_| paces.note(quick, FAST));
        }
        paces.note_relief(slow);
        paces.note_relief(slow);
        assert_eq!(paces.expect(slow), Pace::Slow);
    }

    #[test]
    fn si_los_desconocidos_tardan_no_se_les_espera() {
        let paces = Paces::default();
        let of = |number: usize| paces.class("GET", "", &format!("/{number}"));
        paces.note_relief(of(0));
        assert_eq!(paces.expect(of(1)), Pace::Slow);
        (1..30).for_each(|number| paces.note(of(number), FAST));
        assert_eq!(paces.expect(of(30)), Pace::Unknown);
    }

    #[test]
    fn una_rapida_no_la_desalojan_las_lentas() {
        let paces = Paces::default();
        let quick = paces.class("GET", "", "/rapido");
        paces.note(quick, FAST);
        for number in 0..20_000 {
            paces.note_relief(paces.class("GET", "", &format!("/{number}")));
        }
        assert_eq!(paces.expect(quick), Pace::Quick);
    }

    #[test]
    fn una_rapida_en_uso_no_la_desaloja_nadie() {
        let paces = Paces::default();
        let quick = paces.class("GET", "", "/rapido");
        paces.note(quick, FAST);
        for number in 0..20_000 {
            paces.note(paces.class("GET", "", &format!("/{number}")), FAST);
            assert!(paces.is_steady(quick), "tras {number}");
        }
    }

    #[test]
    fn lo_que_se_espera_a_la_red_no_ensena_nada() {
        let paces = Paces::default();
        paces.note_relief(Class::UNTAUGHT);
        paces.note(Class::UNTAUGHT, LONG);
        assert_eq!(paces.expect(Class::UNTAUGHT), Pace::Quick);
        assert_eq!(paces.expect(paces.class("GET", "", "/")), Pace::Unknown);
    }
}
