//! El enlace con un cliente: su socket, lo recibido sin entender y lo pendiente de enviar.
//!
//! No sabe en qué punto va la conversación; solo mueve bytes sin esperar nunca.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use mio::{Interest, Registry, Token};

use super::incoming::{Incoming, Received};
use super::listen::Socket;
use super::outgoing::Outgoing;
use super::request_environ::Peers;
use super::service::Scratch;

#[derive(Debug)]
pub(super) struct Link {
    pub(super) socket: Arc<Socket>,
    pub(super) peers: Peers,
    pub(super) incoming: Incoming,
    pub(super) outgoing: Outgoing,
    /// Cuándo avanzó por última vez, o cuándo empezó a llegar la cabeza a medias.
    pub(super) since: Instant,
    /// Cuántas respuestas se han producido enteras.
    pub(super) answered: u64,
    /// Cuántas de ellas tomó el sistema enteras.
    delivered: u64,
    readiness: Readiness,
    watch: Watch,
}

/// Si el sistema avisa de lo que pasa en el socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Watch {
    NotYet,
    Watched,
}

/// Lo último que se supo del socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Readiness {
    pub(super) readable: bool,
    pub(super) writable: bool,
    /// El cliente cerró su lado: siempre queda por leer el final.
    pub(super) read_closed: bool,
}

/// Qué pasó al enviar un archivo sin leerlo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileSent {
    #[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "solo Linux envía así"))]
    Bytes(u64),
    /// El cliente no toma más por ahora.
    Blocked,
    /// Aquí no se puede, o el archivo se acabó antes de tiempo: hay que leerlo.
    NotThisWay,
}

impl Readiness {
    /// Añade lo que dice un aviso nuevo.
    pub(super) fn add(&mut self, news: Self) {
        self.readable |= news.readable;
        self.writable |= news.writable;
        self.read_closed |= news.read_closed;
    }
}

impl Link {
    pub(super) fn new(socket: Socket, peers: Peers, now: Instant) -> Self {
        Self {
            socket: Arc::new(socket),
            peers,
            incoming: Incoming::default(),
            outgoing: Outgoing::default(),
            since: now,
            answered: 0,
            delivered: 0,
            // Se prueba a leer al llegar: lo usual es que la petición ya esté ahí.
            readiness: Readiness { readable: true, writable: true, read_closed: false },
            watch: Watch::NotYet,
        }
    }

    /// Pide avisos al sistema, si no se le habían pedido. Por si algo llegó antes, el primero dice
    /// cómo está el socket en ese momento.
    pub(super) fn watch(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        if self.watch == Watch::NotYet {
            register(&mut self.socket, registry, token)?;
            self.watch = Watch::Watched;
        }
        Ok(())
    }

    /// Anota lo que avisó el sistema.
    pub(super) fn notice(&mut self, news: Readiness) {
        self.readiness.add(news);
    }

    /// Cuántas respuestas tomó el sistema enteras.
    pub(super) fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Si no hay nada a medias.
    pub(super) fn is_quiet(&self) -> bool {
        self.incoming.is_empty() && self.outgoing.is_empty()
    }

    /// Si el cliente puede haber enviado algo que no se ha leído.
    pub(super) fn may_have_unread(&self) -> bool {
        self.readiness.readable || !self.incoming.is_empty()
    }

    /// Toma prestados los búferes del hilo.
    pub(super) fn borrow_room(&mut self, scratch: &mut Scratch) {
        if !self.incoming.has_room_of_its_own() {
            std::mem::swap(&mut self.incoming, &mut scratch.incoming);
        }
        if !self.outgoing.has_room_of_its_own() {
            std::mem::swap(&mut self.outgoing, &mut scratch.outgoing);
        }
    }

    /// Devuelve los que ya no usa.
    pub(super) fn return_room(&mut self, scratch: &mut Scratch) {
        if self.incoming.is_empty() {
            scratch.incoming = std::mem::take(&mut self.incoming);
        }
        if self.outgoing.is_empty() {
            scratch.outgoing = std::mem::take(&mut self.outgoing);
        }
    }

    /// Envía lo pendiente y después recibe: lo que se debe va antes que esperar otra cosa.
    pub(super) fn exchange_bytes(&mut self, now: Instant) -> io::Result<Received> {
        if !self.flush(now)? {
            return Ok(Received::Nothing);
        }
        // De una cabeza cuenta el primer byte; de un cuerpo, que se consume al llegar, cada uno.
        let is_first = self.incoming.is_empty();
        let received = self.receive()?;
        if is_first && matches!(received, Received::Bytes | Received::LastBytes) {
            self.since = now;
        }
        Ok(received)
    }

    /// Recibe lo que haya.
    pub(super) fn receive(&mut self) -> io::Result<Received> {
        if !self.readiness.readable {
            return Ok(Received::Nothing);
        }
        let received = self.incoming.receive(&*self.socket)?;
        let is_drained = match received {
            Received::Nothing => true,
            Received::LastBytes => !self.readiness.read_closed,
            Received::Bytes | Received::End => false,
        };
        self.readiness.readable = !is_drained;
        Ok(received)
    }

    /// Envía hasta `length` bytes de `file` desde su posición, sin pasar por este programa. No debe
    /// quedar nada pendiente.
    pub(super) fn send_file(
        &mut self,
        file: &File,
        length: u64,
        now: Instant,
    ) -> io::Result<FileSent> {
        if !self.readiness.writable {
            return Ok(FileSent::Blocked);
        }
        let sent = file_to_socket(&self.socket, file, length)?;
        match sent {
            FileSent::Bytes(_) => self.since = now,
            FileSent::Blocked => self.readiness.writable = false,
            FileSent::NotThisWay => {}
        }
        Ok(sent)
    }

    /// Envía lo pendiente; `true` si no queda nada.
    pub(super) fn flush(&mut self, now: Instant) -> io::Result<bool> {
        let before = self.outgoing.pending();
        if before > 0 && self.readiness.writable {
            self.readiness.writable = self.outgoing.send(&*self.socket)?;
            if self.outgoing.pending() < before {
                self.since = now;
            }
        }
        let is_done = self.outgoing.is_empty();
        if is_done {
            self.delivered = self.answered;
        }
        Ok(is_done)
    }
}

/// A qué se atiende de un socket.
const INTEREST: Interest = Interest::READABLE.add(Interest::WRITABLE);

#[cfg(unix)]
fn register(socket: &mut Arc<Socket>, registry: &Registry, token: Token) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    registry.register(&mut mio::unix::SourceFd(&socket.as_raw_fd()), token, INTEREST)
}

#[cfg(not(unix))]
fn register(socket: &mut Arc<Socket>, registry: &Registry, token: Token) -> io::Result<()> {
    let socket = Arc::get_mut(socket).ok_or(io::ErrorKind::ResourceBusy)?;
    let Socket::Tcp(socket) = socket;
    registry.register(socket, token, INTEREST)
}

/// Cuánto se pide enviar de una vez, en bytes: lo que toca antes de dejar sitio a otras conexiones.
#[cfg(target_os = "linux")]
const FILE_PART: u64 = 1024 * 1024;

#[cfg(target_os = "linux")]
fn file_to_socket(socket: &Socket, file: &File, length: u64) -> io::Result<FileSent> {
    use nix::errno::Errno;
    let count = usize::try_from(length.min(FILE_PART)).unwrap_or(usize::MAX);
    match nix::sys::sendfile::sendfile(socket, file, None, count) {
        Ok(0) | Err(Errno::EINVAL | Errno::ENOSYS) => Ok(FileSent::NotThisWay),
        Ok(sent) => Ok(FileSent::Bytes(sent as u64)),
        Err(Errno::EAGAIN) => Ok(FileSent::Blocked),
        Err(Errno::EINTR) => Ok(FileSent::Bytes(0)),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn file_to_socket(_socket: &Socket, _file: &File, _length: u64) -> io::Result<FileSent> {
    Ok(FileSent::NotThisWay)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::io::{Seek, SeekFrom};

    #[test]
    fn un_archivo_va_del_disco_a_la_red() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("hay un puerto libre");
        let address = listener.local_addr().expect("tiene dirección");
        let client = std::net::TcpStream::connect(address).expect("conecta");
        client.set_nonblocking(true).expect("se puede");
        let socket = Socket::Tcp(mio::net::TcpStream::from_std(client));
        let mut file =
            File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).expect("abre");
        assert_eq!(file_to_socket(&socket, &file, 100).expect("envía"), FileSent::Bytes(100));
        assert_eq!(file.stream_position().expect("tiene posición"), 100);
        file.seek(SeekFrom::End(0)).expect("se mueve");
        let end = file_to_socket(&socket, &file, 100).expect("no falla");
        assert_eq!(end, FileSent::NotThisWay, "se acabó antes de tiempo");
    }
}
