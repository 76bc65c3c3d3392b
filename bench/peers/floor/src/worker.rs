//! Un hilo del suelo: su epoll, sus conexiones y lo que les falta por enviar.

use crate::LARGE;
use crate::sys::{self, Event, Outcome, READ, WRITE};

/// El final de una cabeza, `\r\n\r\n`, como un número.
const BLANK_LINE: u32 = 0x0d0a_0d0a;

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Mode {
    Keep,
    Close,
    Upload,
}

/// Una conexión; está en un vector, en el lugar de su descriptor.
#[derive(Clone, Copy, Default)]
struct Connection {
    /// Los últimos cuatro bytes que llegaron.
    window: u32,
    /// Bytes que faltan por enviar, y por dónde va la respuesta, que se repite.
    pending: u64,
    position: u64,
    /// Bytes de cuerpo que faltan por descartar.
    body: u64,
    waits_to_write: bool,
}

pub(crate) struct Worker {
    epoll: i32,
    listener: i32,
    mode: Mode,
    answer_length: u64,
    batch: &'static [u8],
    connections: Vec<Connection>,
    buffer: Vec<u8>,
}

impl Worker {
    pub(crate) fn new(
        listener: i32,
        mode: Mode,
        answer_length: usize,
        batch: &'static [u8],
    ) -> Self {
        Self {
            epoll: sys::epoll(),
            listener,
            mode,
            answer_length: answer_length as u64,
            batch,
            connections: vec![Connection::default(); 4096],
            buffer: vec![0; 65536],
        }
    }

    pub(crate) fn run(mut self) {
        sys::watch(self.epoll, self.listener, READ);
        let mut events = [Event { events: 0, u64: 0 }; 512];
        loop {
            for event in sys::wait(self.epoll, &mut events) {
                let (fd, ready) = (event.u64 as i32, event.events);
                if fd == self.listener {
                    self.accept_all();
                } else if ready & WRITE != 0 {
                    self.write(fd);
                } else {
                    self.read(fd);
                }
            }
        }
    }

    fn accept_all(&mut self) {
        while let Some(fd) = sys::accept(self.listener) {
            if self.connections.len() <= fd as usize {
                self.connections.resize(fd as usize + 64, Connection::default());
            }
            // Casi siempre la petición ya llegó: se responde sin pasar por epoll.
            if self.read(fd) {
                let waits = self.connections[fd as usize].waits_to_write;
                sys::watch(self.epoll, fd, if waits { READ | WRITE } else { READ });
            }
        }
    }

    /// Lee una vez y responde. `false` si la conexión ya no está.
    fn read(&mut self, fd: i32) -> bool {
        let length = match sys::receive(fd, &mut self.buffer) {
            Outcome::Done(length) if length > 0 => length,
            Outcome::Later => return true,
            _ => return self.close(fd),
        };
        let connection = &mut self.connections[fd as usize];
        let received = &self.buffer[..length];
        let answers = if self.mode == Mode::Upload {
            connection.count_uploads(received)
        } else {
            connection.count_heads(received)
        };
        if answers == 0 {
            return true;
        }
        connection.pending += answers * self.answer_length;
        self.write(fd)
    }

    fn write(&mut self, fd: i32) -> bool {
        let connection = &mut self.connections[fd as usize];
        while connection.pending > 0 {
            let start = connection.position as usize;
            let length = (connection.pending as usize).min(self.batch.len() - start);
            let sent = match sys::send(fd, &self.batch[start..start + length]) {
                Outcome::Done(sent) => sent as u64,
                Outcome::Later => {
                    if !connection.waits_to_write {
                        connection.waits_to_write = true;
                        sys::rewatch(self.epoll, fd, READ | WRITE);
                    }
                    return true;
                }
                Outcome::Gone => return self.close(fd),
            };
            connection.pending -= sent;
            connection.position = (connection.position + sent) % self.answer_length;
        }
        if self.mode == Mode::Close {
            return self.close(fd);
        }
        if connection.waits_to_write {
            connection.waits_to_write = false;
            sys::rewatch(self.epoll, fd, READ);
        }
        true
    }

    fn close(&mut self, fd: i32) -> bool {
        self.connections[fd as usize] = Connection::default();
        sys::close(fd);
        false
    }
}

impl Connection {
    fn count_heads(&mut self, received: &[u8]) -> u64 {
        let (mut window, mut heads) = (self.window, 0);
        for &byte in received {
            window = (window << 8) | u32::from(byte);
            heads += u64::from(window == BLANK_LINE);
        }
        self.window = window;
        heads
    }

    /// Cuántos cuerpos terminaron de llegar.
    fn count_uploads(&mut self, mut received: &[u8]) -> u64 {
        let mut bodies = 0;
        while let Some((&byte, rest)) = received.split_first() {
            if self.body > 0 {
                let length = (received.len() as u64).min(self.body);
                self.body -= length;
                received = &received[length as usize..];
                bodies += u64::from(self.body == 0);
                continue;
            }
            self.window = (self.window << 8) | u32::from(byte);
            received = rest;
            if self.window == BLANK_LINE {
                (self.body, self.window) = (LARGE as u64, 0);
            }
        }
        bodies
    }
}
