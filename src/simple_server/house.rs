//! La casa de las conexiones: cuáles están en ella, cuáles fuera, y la cola de las que tienen algo
//! que hacer.

use std::collections::VecDeque;

use slab::Slab;

use super::wire::SocketWire;
use crate::connection::{Moment, Readiness};

/// Una conexión con su socket.
pub(super) type Connection = crate::connection::Connection<SocketWire>;

#[derive(Debug, Default)]
pub(super) struct House {
    rooms: Slab<Room>,
    ready: VecDeque<usize>,
    /// Si ya no admite a nadie: su bucle terminó.
    is_closed: bool,
}

#[derive(Debug)]
enum Room {
    /// En casa, esperando un aviso hasta `deadline`.
    Parked { connection: Box<Connection>, deadline: Moment },
    /// En casa y en la cola.
    Queued { connection: Box<Connection>, summons: Summons },
    /// La atiende un hilo; aquí se juntan los avisos que le llegan.
    Out { news: Option<Readiness> },
}

/// Por qué está una conexión en la cola.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Summons {
    News,
    Deadline,
}

impl House {
    /// Cuántas están en la cola.
    pub(super) fn ready_count(&self) -> usize {
        self.ready.len()
    }

    /// Admite en la cola una conexión nueva. La devuelve si la casa ya se cerró.
    pub(super) fn admit(&mut self, connection: Box<Connection>) -> Result<(), Box<Connection>> {
        if self.is_closed {
            return Err(connection);
        }
        let key = self.rooms.insert(Room::Queued { connection, summons: Summons::News });
        self.ready.push_back(key);
        Ok(())
    }

    /// Se cierra si no queda nadie; `true` si está cerrada.
    pub(super) fn close(&mut self) -> bool {
        self.is_closed |= self.rooms.is_empty();
        self.is_closed
    }

    /// Saca la primera de la cola.
    pub(super) fn take_ready(&mut self) -> Option<(usize, Box<Connection>, Summons)> {
        let key = self.ready.pop_front()?;
        let room = self.rooms.get_mut(key)?;
        match std::mem::replace(room, Room::Out { news: None }) {
            Room::Queued { connection, summons } => Some((key, connection, summons)),
            _ => unreachable!("en la cola solo hay conexiones en espera de turno"),
        }
    }

    /// Devuelve una conexión que espera avisos. Si alguno llegó mientras estaba fuera, va a la cola:
    /// entonces es `true`, y quien lidera tiene que saberlo.
    pub(super) fn park(
        &mut self,
        key: usize,
        mut connection: Box<Connection>,
        deadline: Moment,
    ) -> bool {
        let Some(room) = self.rooms.get_mut(key) else { return false };
        if let Room::Out { news: Some(news) } = *room {
            connection.notice(news);
            *room = Room::Queued { connection, summons: Summons::News };
            self.ready.push_back(key);
            true
        } else {
            *room = Room::Parked { connection, deadline };
            false
        }
    }

    /// Devuelve a la cola una conexión que tiene más que hacer.
    pub(super) fn requeue(&mut self, key: usize, connection: Box<Connection>, deadline: Moment) {
        self.park(key, connection, deadline);
        self.queue(key, Summons::News);
    }

    /// Olvida una conexión.
    pub(super) fn remove(&mut self, key: usize) {
        self.rooms.try_remove(key);
    }

    /// Un aviso del sistema.
    pub(super) fn notice(&mut self, key: usize, news: Readiness) {
        match self.rooms.get_mut(key) {
            Some(Room::Out { news: held }) => held.get_or_insert_default().add(news),
            Some(Room::Parked { connection, .. }) => {
                connection.notice(news);
                self.queue(key, Summons::News);
            }
            Some(Room::Queued { connection, summons }) => {
                connection.notice(news);
                // Quizá ya no esté vencida: si lo sigue estando, se verá en la próxima vuelta.
                *summons = Summons::News;
            }
            // Un aviso tardío para una conexión que ya se cerró.
            None => {}
        }
    }

    /// Pone en la cola las que vencieron.
    pub(super) fn summon_expired(&mut self, now: Moment) {
        let is_expired =
            |room: &Room| matches!(room, Room::Parked { deadline, .. } if now >= *deadline);
        self.summon(Summons::Deadline, is_expired);
    }

    /// Pone en la cola todas las que esperan, para que miren si les llegó algo.
    pub(super) fn summon_all(&mut self) {
        for (_, room) in &mut self.rooms {
            let news = Readiness { readable: true, ..Readiness::default() };
            match room {
                Room::Parked { connection, .. } => connection.notice(news),
                // Que al volver también mire: pudo calcular su plazo antes de saberlo.
                Room::Out { news: held } => held.get_or_insert_default().add(news),
                Room::Queued { .. } => {}
            }
        }
        self.summon(Summons::News, |room| matches!(room, Room::Parked { .. }));
    }

    fn summon(&mut self, summons: Summons, is_wanted: impl Fn(&Room) -> bool) {
        let wanted = self.rooms.iter().filter(|(_, room)| is_wanted(room)).map(|(key, _)| key);
        let keys: Vec<usize> = wanted.collect();
        for key in keys {
            self.queue(key, summons);
        }
    }

    /// Pone en la cola una conexión que espera.
    fn queue(&mut self, key: usize, summons: Summons) {
        let Some(room) = self.rooms.get_mut(key) else { return };
        match std::mem::replace(room, Room::Out { news: None }) {
            Room::Parked { connection, .. } => {
                *room = Room::Queued { connection, summons };
                self.ready.push_back(key);
            }
            other => *room = other,
        }
    }
}
