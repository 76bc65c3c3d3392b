//! Las conexiones de un bucle: cuáles esperan un aviso, cuáles tienen algo que hacer y cuáles están
//! fuera, con el hilo que las atiende.
//!
//! No sabe qué es una conexión. Un aviso para una que está fuera se guarda, y al volver se pone en la
//! cola con él: con avisos por flancos, uno perdido es un cliente colgado.

use std::collections::VecDeque;

use slab::Slab;

use crate::connection::{Moment, Readiness};

/// Cuántas se sacan a la vez, como mucho, para que entren otras.
const MOST_EVICTED: usize = 32;

#[derive(Debug)]
pub(super) struct Connections<C> {
    slots: Slab<(usize, Slot<C>)>,
    /// Cuántas han venido: con el sitio de cada una hace su llave, para que el aviso tardío de una no
    /// sea de la siguiente que ocupe su sitio.
    admitted: usize,
    fresh: VecDeque<usize>,
    resumed: VecDeque<usize>,
    /// Si ya no admite a nadie: su bucle terminó.
    is_closed: bool,
}

#[derive(Debug)]
enum Slot<C> {
    /// Espera un aviso hasta `deadline`.
    Parked { connection: C, wait: Wait },
    /// En la cola.
    Queued { connection: C, cause: Cause },
    /// La atiende un hilo; aquí se juntan los avisos que le llegan.
    Out { news: Option<Readiness> },
}

/// Lo que espera una conexión.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wait {
    pub(super) since: Moment,
    pub(super) deadline: Moment,
    /// Si no tiene nada a medias.
    pub(super) is_idle: bool,
}

/// Las dos colas de las que tienen algo que hacer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Queue {
    /// Las que llegan, y las que quizá recibieron algo.
    Fresh,
    /// Las que siguen con lo que hacían: quien recibe algo grande no hace esperar a quien llega.
    Resumed,
}

/// Por qué está una conexión en la cola.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// El sistema avisó, o tiene más que hacer.
    News(Readiness),
    /// Venció su plazo; y lo que se avisó después.
    Deadline(Readiness),
}

/// Una conexión con algo que hacer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ready<C> {
    pub(super) key: usize,
    pub(super) connection: C,
    pub(super) cause: Cause,
}

impl Queue {
    /// La de quien recibe ese aviso.
    fn of(news: Readiness) -> Self {
        match news.readable || news.read_closed {
            true => Self::Fresh,
            false => Self::Resumed,
        }
    }
}

/// Cuántos bits de una llave dicen el sitio. El más alto queda en cero: las llaves de arriba son de
/// otros.
const PLACE_BITS: u32 = usize::BITS / 2;

fn make_key(place: usize, count: usize) -> usize {
    assert!(place >> PLACE_BITS == 0, "no caben tantas conexiones en un proceso");
    (count << PLACE_BITS | place) & (usize::MAX >> 1)
}

fn place_of(key: usize) -> usize {
    key & !(usize::MAX << PLACE_BITS)
}

impl<C> Default for Connections<C> {
    fn default() -> Self {
        Self {
            slots: Slab::new(),
            admitted: 0,
            fresh: VecDeque::new(),
            resumed: VecDeque::new(),
            is_closed: false,
        }
    }
}

impl<C> Connections<C> {
    /// Cuántas están en cada cola.
    pub(super) fn batches(&self) -> [(Queue, usize); 2] {
        [(Queue::Fresh, self.fresh.len()), (Queue::Resumed, self.resumed.len())]
    }

    /// Si alguna tiene algo que hacer.
    pub(super) fn is_any_ready(&self) -> bool {
        !(self.fresh.is_empty() && self.resumed.is_empty())
    }

    fn put(&mut self, queue: Queue, key: usize) {
        match queue {
            Queue::Fresh => self.fresh.push_back(key),
            Queue::Resumed => self.resumed.push_back(key),
        }
    }

    /// Admite en la cola una conexión nueva. La devuelve si ya no se admite a nadie.
    pub(super) fn admit(&mut self, connection: C) -> Result<(), C> {
        if self.is_closed {
            return Err(connection);
        }
        let cause = Cause::News(Readiness::default());
        let entry = self.slots.vacant_entry();
        let key = make_key(entry.key(), self.admitted);
        self.admitted = self.admitted.wrapping_add(1);
        entry.insert((key, Slot::Queued { connection, cause }));
        self.put(Queue::Fresh, key);
        Ok(())
    }

    fn slot(&mut self, key: usize) -> Option<&mut Slot<C>> {
        let (known, slot) = self.slots.get_mut(place_of(key))?;
        (*known == key).then_some(slot)
    }

    /// Se cierra si no queda ninguna; `true` si está cerrada.
    pub(super) fn close(&mut self) -> bool {
        self.is_closed |= self.slots.is_empty();
        self.is_closed
    }

    /// Se cierra, y devuelve las que no están fuera.
    pub(super) fn drain(&mut self) -> Vec<C> {
        self.is_closed = true;
        let is_here = |slot: &Slot<C>| !matches!(slot, Slot::Out { .. });
        let here = self.slots.iter().filter(|(_, (_, slot))| is_here(slot));
        let keys: Vec<usize> = here.map(|(_, (key, _))| *key).collect();
        let left = keys.into_iter().filter_map(|key| match self.take_out(key)? {
            Slot::Parked { connection, .. } | Slot::Queued { connection, .. } => Some(connection),
            Slot::Out { .. } => None,
        });
        left.collect()
    }

    /// Saca la primera de esa cola.
    pub(super) fn take(&mut self, queue: Queue) -> Option<Ready<C>> {
        let key = match queue {
            Queue::Fresh => self.fresh.pop_front()?,
            Queue::Resumed => self.resumed.pop_front()?,
        };
        let slot = self.slot(key)?;
        match std::mem::replace(slot, Slot::Out { news: None }) {
            Slot::Queued { connection, cause } => Some(Ready { key, connection, cause }),
            _ => unreachable!("en la cola solo hay conexiones en espera de turno"),
        }
    }

    /// Devuelve una conexión que espera avisos. Si alguno llegó mientras estaba fuera, va a la cola:
    /// entonces es `true`, y quien lidera tiene que saberlo.
    pub(super) fn park(&mut self, key: usize, connection: C, wait: Wait) -> bool {
        let Some(slot) = self.slot(key) else { return false };
        if let Slot::Out { news: Some(news) } = *slot {
            *slot = Slot::Queued { connection, cause: Cause::News(news) };
            self.put(Queue::of(news), key);
            true
        } else {
            *slot = Slot::Parked { connection, wait };
            false
        }
    }

    /// Devuelve a la cola una conexión que tiene más que hacer.
    pub(super) fn requeue(&mut self, key: usize, connection: C) {
        let Some(slot) = self.slot(key) else { return };
        let news = match *slot {
            Slot::Out { news } => news.unwrap_or_default(),
            _ => unreachable!("solo vuelve la que está fuera"),
        };
        *slot = Slot::Queued { connection, cause: Cause::News(news) };
        self.put(Queue::Resumed, key);
    }

    /// Olvida una conexión.
    pub(super) fn remove(&mut self, key: usize) {
        self.take_out(key);
    }

    fn take_out(&mut self, key: usize) -> Option<Slot<C>> {
        self.slot(key)?;
        Some(self.slots.remove(place_of(key)).1)
    }

    /// Saca las que llevan más tiempo sin nada que hacer, para que entren otras: una de cada ocho de
    /// las que no hacen nada, que así no hay que buscarlas de una en una.
    pub(super) fn take_idlest(&mut self) -> Vec<(usize, C)> {
        let mut idle: Vec<(Moment, usize)> = self.idle().collect();
        idle.sort_unstable();
        idle.truncate((idle.len() / 8).clamp(1, MOST_EVICTED));
        let taken = idle.into_iter().filter_map(|(_, key)| match self.take_out(key)? {
            Slot::Parked { connection, .. } => Some((key, connection)),
            _ => unreachable!("solo se eligen las que esperan"),
        });
        taken.collect()
    }

    /// Desde cuándo no hace nada la que lleva más tiempo así.
    pub(super) fn idle_since(&self) -> Option<Moment> {
        self.idle().map(|(since, _)| since).min()
    }

    fn idle(&self) -> impl Iterator<Item = (Moment, usize)> {
        self.slots.iter().filter_map(|(_, (key, slot))| match slot {
            Slot::Parked { wait, .. } if wait.is_idle => Some((wait.since, *key)),
            _ => None,
        })
    }

    /// Un aviso del sistema.
    pub(super) fn notice(&mut self, key: usize, news: Readiness) {
        match self.slot(key) {
            Some(Slot::Out { news: held }) => held.get_or_insert_default().add(news),
            Some(Slot::Parked { .. }) => self.queue(key, Cause::News(news)),
            Some(Slot::Queued { cause, .. }) => {
                let (Cause::News(mut held) | Cause::Deadline(mut held)) = *cause;
                held.add(news);
                // Quizá ya no esté vencida; si lo sigue estando, se verá en la próxima vuelta.
                *cause = Cause::News(held);
            }
            // Un aviso tardío para una conexión que ya se cerró.
            None => {}
        }
    }

    /// Pone en la cola las que vencieron.
    pub(super) fn queue_expired(&mut self, now: Moment) {
        let is_expired =
            |slot: &Slot<C>| matches!(slot, Slot::Parked { wait, .. } if now >= wait.deadline);
        self.queue_all(Cause::Deadline(Readiness::default()), is_expired);
    }

    /// Pone en la cola todas las que esperan, para que miren si les llegó algo.
    pub(super) fn queue_parked(&mut self) {
        let news = Readiness { readable: true, ..Readiness::default() };
        for (_, (_, slot)) in &mut self.slots {
            if let Slot::Out { news: held } = slot {
                // Que al volver también mire: pudo calcular su plazo antes de saberlo.
                held.get_or_insert_default().add(news);
            }
        }
        self.queue_all(Cause::News(news), |slot| matches!(slot, Slot::Parked { .. }));
    }

    fn queue_all(&mut self, cause: Cause, is_wanted: impl Fn(&Slot<C>) -> bool) {
        let wanted = self.slots.iter().filter(|(_, (_, slot))| is_wanted(slot));
        let keys: Vec<usize> = wanted.map(|(_, (key, _))| *key).collect();
        for key in keys {
            self.queue(key, cause);
        }
    }

    /// Pone en la cola una conexión que espera.
    fn queue(&mut self, key: usize, cause: Cause) {
        let Some(slot) = self.slot(key) else { return };
        match std::mem::replace(slot, Slot::Out { news: None }) {
            Slot::Parked { connection, .. } => {
                *slot = Slot::Queued { connection, cause };
                let (Cause::News(news) | Cause::Deadline(news)) = cause;
                self.put(Queue::of(news), key);
            }
            other => *slot = other,
        }
    }
}

#[cfg(test)]
mod tests;
