//! Las conexiones de un bucle: cuáles esperan un aviso, cuáles tienen algo que hacer y cuáles están
//! fuera, con el hilo que las atiende.
//!
//! No sabe qué es una conexión. Un aviso para una que está fuera se guarda, y al volver se pone en la
//! cola con él: con avisos por flancos, uno perdido es un cliente colgado.

use std::collections::VecDeque;
use std::time::Instant;

use slab::Slab;

use crate::simple_server::link::Readiness;

/// Cuántas se sacan a la vez, como mucho, para que entren otras.
const MOST_EVICTED: usize = 32;

#[derive(Debug)]
pub(super) struct Connections<C> {
    slots: Slab<Slot<C>>,
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
    pub(super) since: Instant,
    pub(super) deadline: Instant,
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

impl<C> Default for Connections<C> {
    fn default() -> Self {
        Self {
            slots: Slab::new(),
            fresh: VecDeque::new(),
            resumed: VecDeque::new(),
            is_closed: false,
        }
    }
}

impl<C> Connections<C> {
    /// Cuántas están en esa cola.
    pub(super) fn count(&self, queue: Queue) -> usize {
        match queue {
            Queue::Fresh => self.fresh.len(),
            Queue::Resumed => self.resumed.len(),
        }
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
        let key = self.slots.insert(Slot::Queued { connection, cause });
        self.put(Queue::Fresh, key);
        Ok(())
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
        let here = self.slots.iter().filter(|(_, slot)| is_here(slot)).map(|(key, _)| key);
        let keys: Vec<usize> = here.collect();
        let left = keys.into_iter().filter_map(|key| match self.slots.try_remove(key)? {
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
        let slot = self.slots.get_mut(key)?;
        match std::mem::replace(slot, Slot::Out { news: None }) {
            Slot::Queued { connection, cause } => Some(Ready { key, connection, cause }),
            _ => unreachable!("en la cola solo hay conexiones en espera de turno"),
        }
    }

    /// Devuelve una conexión que espera avisos. Si alguno llegó mientras estaba fuera, va a la cola:
    /// entonces es `true`, y quien lidera tiene que saberlo.
    pub(super) fn park(&mut self, key: usize, connection: C, wait: Wait) -> bool {
        let Some(slot) = self.slots.get_mut(key) else { return false };
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
        let Some(slot) = self.slots.get_mut(key) else { return };
        let news = match *slot {
            Slot::Out { news } => news.unwrap_or_default(),
            _ => unreachable!("solo vuelve la que está fuera"),
        };
        *slot = Slot::Queued { connection, cause: Cause::News(news) };
        self.put(Queue::Resumed, key);
    }

    /// Olvida una conexión.
    pub(super) fn remove(&mut self, key: usize) {
        self.slots.try_remove(key);
    }

    /// Saca las que llevan más tiempo sin nada que hacer, para que entren otras: una de cada ocho de
    /// las que no hacen nada, que así no hay que buscarlas de una en una.
    pub(super) fn take_idlest(&mut self) -> Vec<(usize, C)> {
        let mut idle: Vec<(Instant, usize)> = self.idle().collect();
        idle.sort_unstable();
        idle.truncate((idle.len() / 8).clamp(1, MOST_EVICTED));
        let taken = idle.into_iter().filter_map(|(_, key)| match self.slots.try_remove(key)? {
            Slot::Parked { connection, .. } => Some((key, connection)),
            _ => unreachable!("solo se eligen las que esperan"),
        });
        taken.collect()
    }

    /// Desde cuándo no hace nada la que lleva más tiempo así.
    pub(super) fn idle_since(&self) -> Option<Instant> {
        self.idle().map(|(since, _)| since).min()
    }

    fn idle(&self) -> impl Iterator<Item = (Instant, usize)> {
        self.slots.iter().filter_map(|(key, slot)| match slot {
            Slot::Parked { wait, .. } if wait.is_idle => Some((wait.since, key)),
            _ => None,
        })
    }

    /// Un aviso del sistema.
    pub(super) fn notice(&mut self, key: usize, news: Readiness) {
        match self.slots.get_mut(key) {
            Some(Slot::Out { news: held }) => held.get_or_insert_default().add(news),
            Some(Slot::Parked { .. }) => self.queue(key, Cause::News(news)),
            Some(Slot::Queued { cause: Cause::News(held) | Cause::Deadline(held), .. }) => {
                held.add(news);
            }
            // Un aviso tardío para una conexión que ya se cerró.
            None => {}
        }
    }

    /// Pone en la cola las que vencieron.
    pub(super) fn queue_expired(&mut self, now: Instant) {
        let is_expired =
            |slot: &Slot<C>| matches!(slot, Slot::Parked { wait, .. } if now >= wait.deadline);
        self.queue_all(Cause::Deadline(Readiness::default()), is_expired);
    }

    /// Pone en la cola todas las que esperan, para que miren si les llegó algo.
    pub(super) fn queue_parked(&mut self) {
        let news = Readiness { readable: true, ..Readiness::default() };
        for (_, slot) in &mut self.slots {
            if let Slot::Out { news: held } = slot {
                // Que al volver también mire: pudo calcular su plazo antes de saberlo.
                held.get_or_insert_default().add(news);
            }
        }
        self.queue_all(Cause::News(news), |slot| matches!(slot, Slot::Parked { .. }));
    }

    fn queue_all(&mut self, cause: Cause, is_wanted: impl Fn(&Slot<C>) -> bool) {
        let wanted = self.slots.iter().filter(|(_, slot)| is_wanted(slot)).map(|(key, _)| key);
        let keys: Vec<usize> = wanted.collect();
        for key in keys {
            self.queue(key, cause);
        }
    }

    /// Pone en la cola una conexión que espera.
    fn queue(&mut self, key: usize, cause: Cause) {
        let Some(slot) = self.slots.get_mut(key) else { return };
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
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::time::Duration;

    const READABLE: Readiness = Readiness { readable: true, writable: false, read_closed: false };
    const WRITABLE: Readiness = Readiness { readable: false, writable: true, read_closed: false };
    const BOTH: Readiness = Readiness { readable: true, writable: true, read_closed: false };

    /// Saca la siguiente, de la cola que sea.
    fn take(connections: &mut Connections<char>) -> Option<Ready<char>> {
        connections.take(Queue::Fresh).or_else(|| connections.take(Queue::Resumed))
    }

    #[test]
    fn la_que_sigue_con_lo_suyo_no_va_delante_de_la_que_llega() {
        let (mut connections, key) = one_out();
        connections.requeue(key, 'a');
        connections.admit('b').expect("se admite");
        let order = [Queue::Fresh, Queue::Resumed].map(|queue| connections.take(queue));
        assert_eq!(order.map(|ready| ready.map(|ready| ready.connection)), [Some('b'), Some('a')]);
    }

    #[test]
    fn la_que_puede_seguir_enviando_no_va_con_la_que_recibio_algo() {
        let (mut connections, key) = one_out();
        connections.park(key, 'a', soon());
        connections.notice(key, WRITABLE);
        assert_eq!([Queue::Fresh, Queue::Resumed].map(|queue| connections.count(queue)), [0, 1]);
    }

    /// Una conexión que ya se sacó de la cola, y su llave.
    fn one_out() -> (Connections<char>, usize) {
        let mut connections = Connections::default();
        connections.admit('a').expect("se admite");
        let key = take(&mut connections).expect("está en la cola").key;
        (connections, key)
    }

    fn soon() -> Wait {
        wait(Instant::now(), false)
    }

    fn wait(since: Instant, is_idle: bool) -> Wait {
        Wait { since, deadline: since + Duration::from_secs(1), is_idle }
    }

    #[test]
    fn dejan_su_sitio_las_que_llevan_mas_tiempo_sin_hacer_nada() {
        let mut connections = Connections::default();
        let start = Instant::now();
        for (letter, seconds, is_idle) in [('a', 0, false), ('b', 2, true), ('c', 1, true)] {
            connections.admit(letter).expect("se admite");
            let key = take(&mut connections).expect("está en la cola").key;
            connections.park(key, letter, wait(start + Duration::from_secs(seconds), is_idle));
        }
        assert_eq!(connections.idle_since(), Some(start + Duration::from_secs(1)));
        assert_eq!(connections.take_idlest(), [(2, 'c')]);
        assert_eq!(connections.take_idlest(), [(1, 'b')]);
        assert_eq!(connections.take_idlest(), []);
    }

    #[test]
    fn una_nueva_se_atiende_sin_esperar_avisos() {
        let mut connections = Connections::default();
        connections.admit('a').expect("se admite");
        let cause = Cause::News(Readiness::default());
        assert_eq!(take(&mut connections), Some(Ready { key: 0, connection: 'a', cause }));
        assert_eq!(take(&mut connections), None);
    }

    #[test]
    fn los_avisos_que_llegan_mientras_esta_fuera_la_esperan() {
        let (mut connections, key) = one_out();
        connections.notice(key, READABLE);
        connections.notice(key, WRITABLE);
        assert!(connections.park(key, 'a', soon()), "quien lidera tiene que saberlo");
        let cause = Cause::News(BOTH);
        assert_eq!(take(&mut connections), Some(Ready { key, connection: 'a', cause }));
    }

    #[test]
    fn los_que_llegan_mientras_esta_en_la_cola_se_juntan() {
        let (mut connections, key) = one_out();
        assert!(!connections.park(key, 'a', soon()));
        connections.notice(key, READABLE);
        connections.notice(key, WRITABLE);
        let cause = Cause::News(BOTH);
        assert_eq!(take(&mut connections), Some(Ready { key, connection: 'a', cause }));
    }

    #[test]
    fn la_que_tiene_mas_que_hacer_vuelve_con_sus_avisos() {
        let (mut connections, key) = one_out();
        connections.notice(key, WRITABLE);
        connections.requeue(key, 'a');
        let cause = Cause::News(WRITABLE);
        assert_eq!(take(&mut connections), Some(Ready { key, connection: 'a', cause }));
    }

    #[test]
    fn solo_vencen_las_que_esperan() {
        let (mut connections, key) = one_out();
        let now = Instant::now();
        connections.park(key, 'a', Wait { deadline: now, ..soon() });
        connections.admit('b').expect("se admite");
        take(&mut connections);
        connections.queue_expired(now);
        let cause = Cause::Deadline(Readiness::default());
        assert_eq!(take(&mut connections), Some(Ready { key, connection: 'a', cause }));
        assert_eq!(take(&mut connections), None);
    }

    #[test]
    fn un_aviso_para_una_cerrada_no_hace_nada() {
        let (mut connections, key) = one_out();
        connections.remove(key);
        connections.notice(key, READABLE);
        assert!(!connections.park(key, 'a', soon()));
        assert_eq!(take(&mut connections), None);
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
