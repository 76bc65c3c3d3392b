//! Los sockets en que un servidor escucha, vengan de donde vengan.

use std::io;
use std::net::{self, SocketAddr};
use std::path::PathBuf;

use mio::net::TcpListener;
#[cfg(unix)]
use mio::net::UnixListener;
use mio::{Interest, Registry, Token};
use socket2::SockRef;

use super::inherited::{self, Inherited};
use super::socket::Socket;
use super::tcp;
#[cfg(unix)]
use super::unix::{self, SocketFile};
use crate::simple_server::ServerError;

/// El nombre del servidor, si nadie lo dijo: `SERVER_NAME`.
const LOCALHOST: &str = "localhost";

const NEVER_BLOCKS: &str = "cualquier socket abierto admite no esperar";

/// Unos sockets que ya escuchan, para [`make_server_on`](crate::simple_server::make_server_on): los que abrió otro
/// programa, o los que abriste con opciones que aquí no hay.
///
/// El servidor no los abre otra vez, así que en ellos un solo bucle acepta y reparte a los demás.
/// Tampoco los cierra para otros que los tengan: al detenerse deja de aceptar, y lo que esté en la
/// cola del sistema queda para quien siga.
///
/// # Examples
///
/// ```
/// use pasarela::simple_server::{Listeners, demo_app, make_server_on};
/// use pasarela::Config;
/// use std::net::TcpListener;
///
/// let listeners = Listeners::from(TcpListener::bind("127.0.0.1:0")?);
/// let server = make_server_on(listeners, demo_app, Config::default())?;
/// assert_ne!(server.local_addrs()[0].port(), 0);
/// # Ok::<(), pasarela::Error>(())
/// ```
#[derive(Debug)]
pub struct Listeners {
    pub(crate) sockets: Vec<Listener>,
    /// El nombre del servidor: `SERVER_NAME`.
    pub(crate) name: String,
    /// Si se puede escuchar también en otros sockets de las mismas direcciones.
    pub(crate) can_spread: bool,
}

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
}

impl Listeners {
    /// Los sockets que abrió quien empezó este programa: systemd, u otro que siga su costumbre
    /// (`LISTEN_FDS` y `LISTEN_PID`, en `sd_listen_fds(3)`). `None` si no abrió ninguno.
    ///
    /// Quien los abrió los conserva mientras el programa se detiene y vuelve a empezar: entre tanto,
    /// quien llama espera en la cola del sistema, y nadie encuentra la puerta cerrada.
    ///
    /// Llámala al empezar, antes de crear otros hilos: quita esas variables del entorno, para que no
    /// las tomen por suyas los programas que este empiece.
    ///
    /// # Errors
    ///
    /// [`ServerError::System`] si alguno no es un socket de red ni de Unix.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use pasarela::simple_server::{Listeners, demo_app, make_server, make_server_on};
    /// use pasarela::Config;
    ///
    /// let server = match Listeners::from_env()? {
    ///     Some(listeners) => make_server_on(listeners, demo_app, Config::default())?,
    ///     None => make_server("localhost", 8000, demo_app)?,
    /// };
    /// server.serve_forever()?;
    /// # Ok::<(), pasarela::Error>(())
    /// ```
    pub fn from_env() -> Result<Option<Self>, ServerError> {
        let taken = inherited::take()
            .map_err(|error| ServerError::system("usar un socket heredado", &error))?;
        Ok(taken.into_iter().map(Self::from_one).reduce(|mut all, one| {
            all.sockets.extend(one.sockets);
            all
        }))
    }

    fn from_one(inherited: Inherited) -> Self {
        match inherited {
            Inherited::Tcp(socket) => Self::from(socket),
            #[cfg(unix)]
            Inherited::Unix(socket) => Self::from(socket),
        }
    }

    /// Escucha en todas las direcciones de `host`.
    pub(crate) fn tcp(host: &str, port: u16, backlog: u32) -> Result<Self, ServerError> {
        let sockets = tcp::listen(host, port, backlog)?.into_iter().map(Listener::tcp).collect();
        let name = if host.is_empty() { LOCALHOST } else { host }.to_owned();
        Ok(Self { sockets, name, can_spread: true })
    }

    /// Escucha en el socket de Unix `path`, con esos permisos si se dicen.
    #[cfg(unix)]
    pub(crate) fn unix(
        path: PathBuf,
        backlog: u32,
        mode: Option<u32>,
    ) -> Result<Self, ServerError> {
        let (socket, file) = unix::listen(path, backlog, mode)?;
        let socket = Listening::Unix(socket, Some(file));
        let sockets = vec![Listener { socket, owner: Owner::Server, port: 0 }];
        Ok(Self { sockets, name: LOCALHOST.to_owned(), can_spread: false })
    }

    /// Las direcciones de red en que escuchan.
    pub(crate) fn local_addrs(&self) -> Vec<SocketAddr> {
        self.sockets.iter().filter_map(Listener::local_addr).collect()
    }

    /// La ruta del socket de Unix en que escuchan.
    pub(crate) fn local_path(&self) -> Option<PathBuf> {
        self.sockets.iter().find_map(Listener::local_path)
    }
}

impl From<net::TcpListener> for Listeners {
    fn from(socket: net::TcpListener) -> Self {
        socket.set_nonblocking(true).expect(NEVER_BLOCKS);
        // Lo heredan las conexiones; sin esto solo son más lentas.
        let _ = SockRef::from(&socket).set_tcp_nodelay(true);
        let address = socket.local_addr().ok().map(|address| address.ip());
        let address = address.filter(|address| !address.is_unspecified());
        let listener =
            Listener { owner: Owner::Shared, ..Listener::tcp(TcpListener::from_std(socket)) };
        let name = address.map_or_else(|| LOCALHOST.to_owned(), |address| address.to_string());
        Self { sockets: vec![listener], name, can_spread: false }
    }
}

#[cfg(unix)]
impl From<std::os::unix::net::UnixListener> for Listeners {
    fn from(socket: std::os::unix::net::UnixListener) -> Self {
        socket.set_nonblocking(true).expect(NEVER_BLOCKS);
        let socket = Listening::Unix(UnixListener::from_std(socket), None);
        let listener = Listener { socket, owner: Owner::Shared, port: 0 };
        Self { sockets: vec![listener], name: LOCALHOST.to_owned(), can_spread: false }
    }
}

impl Listener {
    pub(crate) fn tcp(socket: TcpListener) -> Self {
        let port = socket.local_addr().map_or(0, |address| address.port());
        Self { socket: Listening::Tcp(socket), owner: Owner::Server, port }
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
            Listening::Tcp(socket) if self.owner == Owner::Shared => {
                let _ = registry.deregister(socket);
            }
            Listening::Tcp(_) => {}
            #[cfg(unix)]
            Listening::Unix(socket, file) => {
                if self.owner == Owner::Shared {
                    let _ = registry.deregister(socket);
                }
                drop(file.take());
            }
        }
        self.owner == Owner::Server
    }

    fn local_addr(&self) -> Option<SocketAddr> {
        match &self.socket {
            Listening::Tcp(socket) => socket.local_addr().ok(),
            #[cfg(unix)]
            Listening::Unix(..) => None,
        }
    }

    fn local_path(&self) -> Option<PathBuf> {
        match &self.socket {
            Listening::Tcp(_) => None,
            #[cfg(unix)]
            Listening::Unix(socket, _) => {
                socket.local_addr().ok()?.as_pathname().map(PathBuf::from)
            }
        }
    }
}
