//! Un socket que escucha, venga de donde venga.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use mio::net::TcpListener;
#[cfg(unix)]
use mio::net::UnixListener;
use mio::{Interest, Registry, Token};
use socket2::SockRef;

use super::inherited::Inherited;
use super::socket::Socket;
#[cfg(unix)]
use super::unix::SocketFile;

/// Un socket que escucha.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: Listening,
    owner: Owner,
    pub(super) port: u16,
}

#[derive(Debug)]
enum Listening {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener, Option<SocketFile>),
}

/// De quién es la cola de un socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// De este servidor: lo que hay en ella se pierde si se va sin atenderlo.
    Server,
    /// De más gente: la atenderá otro.
    Shared,
    /// De este servidor, aunque el socket lo abrió otro, que quizá lo tenga todavía.
    Entrusted,
}

impl Listener {
    pub(crate) fn tcp(socket: TcpListener) -> Self {
        let port = socket.local_addr().map_or(0, |address| address.port());
        Self { socket: Listening::Tcp(socket), owner: Owner::Server, port }
    }

    #[cfg(unix)]
    pub(super) fn unix(socket: UnixListener, file: SocketFile) -> Self {
        Self { socket: Listening::Unix(socket, Some(file)), owner: Owner::Server, port: 0 }
    }

    /// Uno que abrió otro; `drains` si lo que espere en su cola es solo de este servidor.
    pub(super) fn inherited(socket: Inherited, drains: bool) -> io::Result<Self> {
        let owner = if drains { Owner::Entrusted } else { Owner::Shared };
        match socket {
            Inherited::Tcp(socket) => {
                socket.set_nonblocking(true)?;
                // Lo heredan las conexiones; sin esto solo son más lentas.
                let _ = SockRef::from(&socket).set_tcp_nodelay(true);
                Ok(Self { owner, ..Self::tcp(TcpListener::from_std(socket)) })
            }
            #[cfg(unix)]
            Inherited::Unix(socket) => {
                socket.set_nonblocking(true)?;
                let socket = Listening::Unix(UnixListener::from_std(socket), None);
                Ok(Self { socket, owner, port: 0 })
            }
        }
    }

    pub(super) fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        match &mut self.socket {
            Listening::Tcp(socket) => registry.register(socket, token, Interest::READABLE),
            #[cfg(unix)]
            Listening::Unix(socket, _) => registry.register(socket, token, Interest::READABLE),
        }
    }

    /// Acepta una conexión. De una que llega por un socket de Unix no hay dirección.
    pub(super) fn accept(&self) -> io::Result<(Socket, Option<SocketAddr>)> {
        match &self.socket {
            Listening::Tcp(socket) => {
                let (stream, remote) = socket.accept()?;
                Ok((Socket::Tcp(stream), Some(remote)))
            }
            #[cfg(unix)]
            Listening::Unix(socket, _) => Ok((Socket::Unix(socket.accept()?.0), None)),
        }
    }

    /// Deja de invitar a nadie; `false` si además lo que espera en la cola es de otros.
    pub(super) fn stop_inviting(&mut self, registry: &Registry) -> bool {
        match &mut self.socket {
            // El sistema avisaría mientras otro proceso lo tenga abierto, aunque este lo cierre.
            Listening::Tcp(socket) if self.owner != Owner::Server => {
                let _ = registry.deregister(socket);
            }
            Listening::Tcp(_) => {}
            #[cfg(unix)]
            Listening::Unix(socket, file) => {
                if self.owner != Owner::Server {
                    let _ = registry.deregister(socket);
                }
                drop(file.take());
            }
        }
        self.owner != Owner::Shared
    }

    /// La dirección de red en que escucha.
    pub(crate) fn local_addr(&self) -> Option<SocketAddr> {
        match &self.socket {
            Listening::Tcp(socket) => socket.local_addr().ok(),
            #[cfg(unix)]
            Listening::Unix(..) => None,
        }
    }

    /// Si se puede escuchar también en otros sockets de la misma dirección: si es propia.
    pub(crate) fn can_spread(&self) -> bool {
        self.owner == Owner::Server
    }

    /// La ruta del socket de Unix en que escucha.
    pub(crate) fn local_path(&self) -> Option<PathBuf> {
        match &self.socket {
            Listening::Tcp(_) => None,
            #[cfg(unix)]
            Listening::Unix(socket, _) => {
                socket.local_addr().ok()?.as_pathname().map(PathBuf::from)
            }
        }
    }
}
