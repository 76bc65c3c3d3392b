//! Las conexiones de un bucle: cuáles esperan un aviso, cuáles tienen algo que hacer y cuáles están
//! fuera, con el hilo que las atiende.
//!
//! No sabe qué es una conexión. Un aviso para una que está fuera se guarda, y al volver se pone en la
//! cola con él: con avisos por flancos, uno perdido es un cliente colgado.

use std::collections::VecDeque;

use slab::Slab;

use crate::connection::{Moment, Readiness};

#[derive(Debug)]
pub(super) struct Connections<C> {
    slots: Slab<(usize, Slot<C>)>,
    /// Cuántas han venido: con el sitio de cada una hace su llave, para que el aviso tardío de una no
    /// sea de la siguiente que ocupe su sitio.
    admitted: usize,
    ready: VecDeque<usize>,
    /// Si ya no admite a nadie: su bucle terminó.
    is_closed: bool,
}

#[derive(Debug)]
enum Slot<C> {
    /// Espera un aviso hasta `deadline`.
    Parked { connection: C, deadline: Moment },
    /// En la cola.
    Queued { connection: C, cause: Cause },
    /// La atiende un hilo; aquí se juntan los avisos que le llegan.
    Out { news: Option<Readiness> },
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
        Self { slots: Slab::new(), admitted: 0, ready: VecDeque::new(), is_closed: false }
    }
}

impl<C> Connections<C> {
    /// Cuántas están en la cola.
    pub(super) fn ready_count(&self) -> usize {
        self.ready.len()
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
        self.ready.push_back(key);
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

    /// Saca la primera de la cola.
    pub(super) fn take_ready(&mut self) -> Option<Ready<C>> {
        let key = self.ready.pop_front()?;
        let slot = self.slot(key)?;
        match std::mem::replace(slot, Slot::Out { news: None }) {
            Slot::Queued { connection, cause } => Some(Ready { key, connection, cause }),
            _ => unreachable!("en la cola solo hay conexiones en espera de turno"),
        }
    }

    /// Devuelve una conexión que espera avisos. Si alguno llegó mientras estaba fuera, va a la cola:
    /// entonces es `true`, y quien lidera tiene que saberlo.
    pub(super) fn park(&mut self, key: usize, connection: C, deadline: Moment) -> bool {
        let Some(slot) = self.slot(key) else { return false };
        if let Slot::Out { news: Some(news) } = *slot {
            *slot = Slot::Queued { connection, cause: Cause::News(news) };
            self.ready.push_back(key);
            true
        } else {
            *slot = Slot::Parked { connection, deadline };
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
        self.ready.push_back(key);
    }

    /// Olvida una conexión.
    pub(super) fn remove(&mut self, key: usize) {
        if self.slot(key).is_some() {
            self.slots.remove(place_of(key));
        }
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
            |slot: &Slot<C>| matches!(slot, Slot::Parked { deadline, .. } if now >= *deadline);
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
                self.ready.push_back(key);
            }
            other => *slot = other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::time::Duration;

    const READABLE: Readiness = Readiness { readable: true, writable: false, read_closed: false };
    const WRITABLE: Readiness = Readiness { readable: false, writable: true, read_closed: false };
    const BOTH: Readiness = Readiness { readable: true, writable: true, read_closed: false };

    /// Una conexión que ya se sacó de la cola, y su llave.
    fn one_out() -> (Connections<char>, usize) {
        let mut connections = Connections::default();
        connections.admit('a').expect("se admite");
        let key = connections.take_ready().expect("está en la cola").key;
        (connections, key)
    }

    fn soon() -> Moment {
        Duration::from_secs(1)
    }

    #[test]
    fn una_nueva_se_atiende_sin_esperar_avisos() {
        let mut connections = Connections::default();
        connections.admit('a').expect("se admite");
        let cause = Cause::News(Readiness::default());
        assert_eq!(connections.take_ready(), Some(Ready { key: 0, connection: 'a', cause }));
        assert_eq!(connections.take_ready(), None);
    }

    #[test]
    fn los_avisos_que_llegan_mientras_esta_fuera_la_esperan() {
        let (mut connections, key) = one_out();
        connections.notice(key, READABLE);
        connections.notice(key, WRITABLE);
        assert!(connections.park(key, 'a', soon()), "quien lidera tiene que saberlo");
        let cause = Cause::News(BOTH);
        assert_eq!(connections.take_ready(), Some(Ready { key, connection: 'a', cause }));
    }

    #[test]
    fn los_que_llegan_mientras_esta_en_la_cola_se_juntan() {
        let (mut connections, key) = one_out();
        assert!(!connections.park(key, 'a', soon()));
        connections.notice(key, READABLE);
        connections.notice(key, WRITABLE);
        assert_eq!(connections.ready_count(), 1);
        let cause = Cause::News(BOTH);
        assert_eq!(connections.take_ready(), Some(Ready { key, connection: 'a', cause }));
    }

    #[test]
    fn la_que_tiene_mas_que_hacer_vuelve_con_sus_avisos() {
        let (mut connections, key) = one_out();
        connections.notice(key, WRITABLE);
        connections.requeue(key, 'a');
        let cause = Cause::News(WRITABLE);
        assert_eq!(connections.take_ready(), Some(Ready { key, connection: 'a', cause }));
    }

    #[test]
    fn solo_vencen_las_que_esperan() {
        let (mut connections, key) = one_out();
        let now = soon();
        connections.park(key, 'a', now);
        connections.admit('b').expect("se admite");
        connections.take_ready();
        connections.queue_expired(now);
        let cause = Cause::Deadline(Readiness::default());
        assert_eq!(connections.take_ready(), Some(Ready { key, connection: 'a', cause }));
        assert_eq!(connections.take_ready(), None);
    }

    #[test]
    fn un_aviso_para_una_cerrada_no_hace_nada() {
        let (mut connections, key) = one_out();
        connections.remove(key);
        connections.notice(key, READABLE);
        assert!(!connections.park(key, 'a', soon()));
        assert_eq!(connections.take_ready(), None);
    }

    #[test]
    fn un_aviso_tardio_no_es_de_quien_ocupa_su_sitio() {
        let (mut connections, gone) = one_out();
        connections.remove(gone);
        connections.admit('b').expect("se admite");
        let key = connections.take_ready().expect("está en la cola").key;
        assert_ne!(key, gone);
        assert_eq!(place_of(key), place_of(gone));
        connections.notice(gone, READABLE);
        connections.remove(gone);
        assert!(!connections.park(key, 'b', soon()));
        assert_eq!(connections.take_ready(), None);
    }

    #[test]
    fn una_vencida_que_recibe_un_aviso_ya_no_lo_esta() {
        let (mut connections, key) = one_out();
        connections.park(key, 'a', soon());
        connections.queue_expired(soon());
        connections.notice(key, READABLE);
        let cause = Cause::News(READABLE);
        assert_eq!(connections.take_ready(), Some(Ready { key, connection: 'a', cause }));
    }

    #[test]
    fn no_se_cierra_mientras_quede_alguna_fuera() {
        let (mut connections, key) = one_out();
        assert!(!connections.close());
        connections.remove(key);
        assert!(connections.close());
        assert_eq!(connections.admit('b'), Err('b'));
    }
}
