//! El bucle de eventos: qué conexiones esperan, y cuál ya puede seguir.
use std::collections::{HashMap, VecDeque};
use std::io::{ErrorKind, Result};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mio::event::Event;
use mio::{Events, Interest, Poll, Registry, Token, net::TcpListener};

use crate::connection::Connection;

const DOOR: Token = Token(0);
type Table = HashMap<Token, Connection>;

/// Las conexiones que esperan. No ocupan hilos: solo su memoria.
pub struct Waiting(Mutex<Table>, Registry);

/// Lo que usa quien lidera, y solo mientras lidera.
pub struct Lead {
    poll: Poll,
    events: Events,
    listener: TcpListener,
    ready: VecDeque<Token>,
    last: usize,
}

pub fn listen(place: (&str, u16)) -> Result<(Lead, Waiting)> {
    let listener = std::net::TcpListener::bind(place)?;
    listener.set_nonblocking(true)?;
    let mut listener = TcpListener::from_std(listener);
    let (poll, events) = (Poll::new()?, Events::with_capacity(256));
    let registry = poll.registry().try_clone()?;
    registry.register(&mut listener, DOOR, Interest::READABLE)?;
    let ready = VecDeque::new();
    let lead = Lead { poll, events, listener, ready, last: 0 };
    Ok((lead, Waiting(Mutex::default(), registry)))
}

impl Lead {
    /// Saca una que ya puede seguir. Si no hay, espera a que la haya.
    pub fn next(&mut self, waiting: &Waiting) -> Result<Connection> {
        loop {
            while let Some(token) = self.ready.pop_front() {
                if let Some(mut one) = waiting.lock().remove(&token) {
                    waiting.1.deregister(&mut one.stream)?;
                    return Ok(one);
                }
            }
            match self.poll.poll(&mut self.events, None) {
                Err(e) if e.kind() != ErrorKind::Interrupted => {
                    return Err(e);
                }
                _ => {
                    self.ready.extend(self.events.iter().map(Event::token))
                }
            }
            // mio avisa una vez: se acepta hasta que no quede nadie.
            while let Ok((stream, _)) = self.listener.accept() {
                self.last += 1;
                let one = Connection::new(stream, Token(self.last));
                waiting.put(one, Interest::READABLE)?;
            }
        }
    }
}

impl Waiting {
    /// Desde ahora se avisa si pasa lo que espera, o si ya había pasado.
    pub fn put(&self, mut one: Connection, what: Interest) -> Result<()> {
        let mut table = self.lock();
        self.1.register(&mut one.stream, one.token, what)?;
        table.insert(one.token, one);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
