//! El socket de una conexión, como lo ve su máquina.

use std::fs::File;
use std::io::{self, IoSlice, Read, Write};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant, SystemTime};

use mio::{Interest, Registry, Token};

use super::listen::Socket;
use crate::connection::{Awaited, FileSent, Source, Wire};
use crate::environ::Presence;

/// Una conexión por un socket.
pub(super) type Connection = crate::connection::Connection<SocketWire>;

/// Un socket, y si el sistema ya avisa de lo que pasa en él.
#[derive(Debug)]
pub(super) struct SocketWire {
    socket: Arc<Socket>,
    watch: Watch,
    /// Si alguien pudo llevarse el lado del cuerpo.
    is_shared: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Watch {
    NotYet,
    Watched,
}

/// El lado de quien lee un cuerpo grande. No mantiene abierta la conexión.
#[derive(Debug)]
pub(super) struct SocketSource(Weak<Socket>);

impl SocketWire {
    /// Si hay que pedir los avisos antes de que la aplicación se lleve el lado del cuerpo: donde no hay
    /// descriptores, para registrar un socket hay que ser su único dueño.
    pub(super) const WATCHES_EARLY: bool = !cfg!(unix);

    pub(super) fn new(socket: Socket) -> Self {
        Self { socket: Arc::new(socket), watch: Watch::NotYet, is_shared: false }
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
}

impl Drop for SocketWire {
    fn drop(&mut self) {
        if self.is_shared {
            // Quizá un hilo de la aplicación espera bytes de una conexión que ya no existe: que lo sepa.
            let _ = self.socket.stop_receiving();
        }
    }
}

impl Wire for SocketWire {
    type Source = SocketSource;

    /// Es así donde el núcleo avisa por flancos; en Windows el aviso se rearma al leer hasta el final.
    const SHORT_READ_DRAINS: bool = cfg!(unix);

    fn receive(&mut self, room: &mut [u8]) -> io::Result<usize> {
        (&*self.socket).read(room)
    }

    fn send(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        send(&self.socket, pieces)
    }

    fn send_file(&mut self, file: &File, length: u64) -> io::Result<FileSent> {
        file_to_socket(&self.socket, file, length)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.socket.finish()
    }

    fn abort_when_closed(&mut self, aborts: bool) -> io::Result<()> {
        self.socket.abort_when_closed(aborts)
    }

    fn has_sent_all(&mut self) -> io::Result<bool> {
        self.socket.has_sent_all()
    }

    fn source(&mut self) -> SocketSource {
        self.is_shared = true;
        self.sender()
    }

    fn sender(&mut self) -> SocketSource {
        SocketSource(Arc::downgrade(&self.socket))
    }

    fn presence(&mut self) -> Option<Weak<dyn Presence>> {
        // Donde vigilarlo pide tenerlo a solas, hay que esperar a que se vigile.
        let can_share = cfg!(unix) || self.watch == Watch::Watched;
        can_share.then(|| {
            let presence: Weak<dyn Presence> = Arc::downgrade(&self.socket) as _;
            presence
        })
    }
}

impl Presence for Socket {
    fn glance(&self, room: &mut [u8]) -> io::Result<usize> {
        self.peek(room)
    }
}

impl Source for SocketSource {
    fn receive(&self, room: &mut [u8]) -> io::Result<usize> {
        match self.0.upgrade() {
            Some(socket) => (&*socket).read(room),
            None => Ok(0),
        }
    }

    fn send(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        match self.0.upgrade() {
            Some(socket) => send(&socket, pieces),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn abort_when_closed(&self, aborts: bool) -> io::Result<()> {
        self.0.upgrade().map_or(Ok(()), |socket| socket.abort_when_closed(aborts))
    }

    fn wait(&self, awaited: Awaited, timeout: Duration) -> io::Result<Duration> {
        let Some(socket) = self.0.upgrade() else { return Ok(Duration::ZERO) };
        let start = Instant::now();
        wait(&socket, awaited, timeout)?;
        Ok(start.elapsed())
    }

    fn calendar(&self) -> SystemTime {
        SystemTime::now()
    }
}

fn send(mut socket: &Socket, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
    match pieces {
        [piece] => socket.write(piece),
        pieces => socket.write_vectored(pieces),
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

/// Cuánto se pide enviar de una vez, en bytes: lo que cabe de sobra en el búfer de un socket, y poco
/// para que quien lidera no se entretenga.
#[cfg(target_os = "linux")]
const FILE_PART: u64 = 1024 * 1024;

#[cfg(target_os = "linux")]
fn file_to_socket(socket: &Socket, file: &File, length: u64) -> io::Result<FileSent> {
    use nix::errno::Errno;
    let count = usize::try_from(length.min(FILE_PART)).unwrap_or(usize::MAX);
    match nix::sys::sendfile::sendfile(socket, file, None, count) {
        Ok(0) | Err(Errno::EINVAL | Errno::ENOSYS) => Ok(FileSent::NotThisWay),
        // Lo que falla es el archivo, y no el cliente: al leerlo se verá y se anotará.
        Err(Errno::EBADF | Errno::EIO | Errno::EOVERFLOW | Errno::ESTALE) => {
            Ok(FileSent::NotThisWay)
        }
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

/// Espera a que pase lo que se espera, o a que se acabe el tiempo.
#[cfg(unix)]
fn wait(socket: &Socket, awaited: Awaited, timeout: Duration) -> io::Result<()> {
    use nix::errno::Errno;
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use std::os::fd::AsFd;
    let timeout = PollTimeout::try_from(timeout).unwrap_or(PollTimeout::MAX);
    let flags = match awaited {
        Awaited::Bytes => PollFlags::POLLIN,
        Awaited::BytesOrRoom => PollFlags::POLLIN | PollFlags::POLLOUT,
        Awaited::Room => PollFlags::POLLOUT,
    };
    match poll(&mut [PollFd::new(socket.as_fd(), flags)], timeout) {
        Ok(_) | Err(Errno::EINTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Cada cuánto se mira si cabe más, donde no se puede esperar a eso.
#[cfg(not(unix))]
const GLANCE: Duration = Duration::from_millis(10);

/// Cada cuánto se mira si la conexión sigue ahí, donde cerrarla quizá no despierta a quien espera en ella.
#[cfg(not(unix))]
const DOZE: Duration = Duration::from_millis(500);

/// Espera a que pase lo que se espera, o a que se acabe el tiempo: donde no hay `poll`, mirando sin
/// llevárselo en modo de espera, y como mucho `DOZE`.
#[cfg(not(unix))]
fn wait(socket: &Socket, awaited: Awaited, timeout: Duration) -> io::Result<()> {
    if awaited != Awaited::Bytes {
        std::thread::sleep(timeout.min(GLANCE));
        return Ok(());
    }
    let waiting = socket2::SockRef::from(socket);
    waiting.set_read_timeout(Some(timeout.min(DOZE)))?;
    waiting.set_nonblocking(false)?;
    let Socket::Tcp(stream) = socket;
    let seen = stream.peek(&mut [0]);
    waiting.set_nonblocking(true)?;
    match seen {
        Err(error) if error.kind() != io::ErrorKind::TimedOut => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::net::{TcpListener, TcpStream};
    use std::thread;

    /// Los dos extremos de una conexión: el del servidor y el del cliente.
    fn pair() -> (SocketWire, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("hay un puerto libre");
        let address = listener.local_addr().expect("tiene dirección");
        let client = TcpStream::connect(address).expect("conecta");
        let (server, _) = listener.accept().expect("acepta");
        server.set_nonblocking(true).expect("se puede");
        (SocketWire::new(Socket::Tcp(mio::net::TcpStream::from_std(server))), client)
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn un_archivo_que_no_se_puede_leer_no_es_un_cliente_que_se_fue() {
        let path = std::env::temp_dir().join(format!("sin-leer-{}", std::process::id()));
        let unreadable = File::create(&path).expect("se crea");
        let (mut wire, _client) = pair();
        assert_eq!(wire.send_file(&unreadable, 5).expect("el cliente está"), FileSent::NotThisWay);
        std::fs::remove_file(&path).expect("se borra");
    }

    #[test]
    fn la_conexion_se_cierra_aunque_alguien_guarde_el_lado_del_cuerpo() {
        let (mut wire, mut client) = pair();
        let source = wire.source();
        drop(wire);
        assert_eq!(client.read(&mut [0]).expect("no se corta"), 0);
        assert_eq!(source.receive(&mut [0; 8]).expect("ya no hay de dónde"), 0);
    }

    #[test]
    fn quien_espera_un_cuerpo_despierta_si_la_conexion_se_cierra() {
        let (mut wire, _client) = pair();
        let source = wire.source();
        let reader = thread::spawn(move || {
            while source.0.upgrade().is_some() {
                source.wait(Awaited::Bytes, Duration::from_secs(3600)).expect("se puede esperar");
            }
        });
        while Arc::strong_count(&wire.socket) < 2 && !reader.is_finished() {
            thread::yield_now();
        }
        drop(wire);
        reader.join().expect("despierta");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn un_archivo_va_del_disco_a_la_red() {
        use std::io::{Seek, SeekFrom};
        let (mut wire, _client) = pair();
        let mut file =
            File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).expect("abre");
        assert_eq!(wire.send_file(&file, 100).expect("envía"), FileSent::Bytes(100));
        assert_eq!(file.stream_position().expect("tiene posición"), 100);
        file.seek(SeekFrom::End(0)).expect("se mueve");
        let end = wire.send_file(&file, 100).expect("no falla");
        assert_eq!(end, FileSent::NotThisWay, "se acabó antes de tiempo");
    }

    #[test]
    fn cerrar_a_medias_de_un_cuerpo_es_un_corte() {
        let (mut wire, mut client) = pair();
        wire.send(&[IoSlice::new(b"la mitad")]).expect("cabe");
        wire.abort_when_closed(true).expect("se puede");
        drop(wire);
        let cut = io::copy(&mut client, &mut io::sink()).map_err(|error| error.kind());
        assert_eq!(cut, Err(io::ErrorKind::ConnectionReset));
    }
}
