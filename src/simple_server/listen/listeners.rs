//! Dónde escucha un servidor: lo que se le pide antes de crearlo.

use std::net;
#[cfg(unix)]
use std::{os::unix::net::UnixListener, path::PathBuf};

use super::inherited::{self, Inherited};
use super::listener::Listener;
use super::tcp;
#[cfg(unix)]
use super::unix;
use crate::connection::Config;
use crate::simple_server::ServerError;

/// El nombre del servidor, si nadie lo dijo: `SERVER_NAME`.
const LOCALHOST: &str = "localhost";

/// Dónde escucha un servidor, para [`make_server_on`](crate::simple_server::make_server_on): puertos,
/// sockets de Unix y sockets que abrió otro, todos a la vez si se quiere.
///
/// Solo dice dónde; escuchar, escucha el servidor al crearse, con su [`Config`], y si no puede lo dice
/// entonces. El primero pone el nombre (`SERVER_NAME`).
///
/// Los sockets que ya escuchan, porque los abrió otro programa o los abriste con opciones que aquí no
/// hay, no se abren otra vez: en ellos un solo bucle acepta y reparte a los demás. Tampoco se cierran
/// para otros que los tengan: al detenerse, el servidor deja de aceptar, y lo que esté en la cola del
/// sistema queda para quien siga. Si no sigue nadie, [`Listeners::draining`].
///
/// # Examples
///
/// ```
/// use pasarela::simple_server::{Listeners, demo_app, make_server_on};
/// use pasarela::Config;
/// use std::net::TcpListener;
///
/// let mine = TcpListener::bind("127.0.0.1:0")?;
/// let listeners = Listeners::tcp("localhost", 0).and(mine);
/// let server = make_server_on(listeners, demo_app, Config::default())?;
/// assert!(server.local_addrs().len() >= 2);
/// # Ok::<(), pasarela::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "todavía no se escucha: falta crear el servidor"]
pub struct Listeners(Vec<Place>);

#[derive(Debug)]
enum Place {
    Tcp {
        host: String,
        port: u16,
    },
    #[cfg(unix)]
    Unix(PathBuf),
    Open {
        socket: Inherited,
        /// Si lo que espere en su cola es solo de este servidor.
        drains: bool,
    },
}

/// Unos sockets que ya escuchan, y cómo se llama el servidor: `SERVER_NAME`.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) sockets: Vec<Listener>,
    pub(crate) name: String,
}

impl Listeners {
    /// Todas las direcciones de `host`. Con el puerto 0 el sistema elige uno libre; con `host` vacío
    /// son todas las de la computadora.
    pub fn tcp(host: &str, port: u16) -> Self {
        Self(vec![Place::Tcp { host: host.to_owned(), port }])
    }

    /// El socket de Unix `path`, para un servidor web de la misma computadora. Solo en Unix.
    ///
    /// Si en esa ruta quedó el socket de un proceso que ya no está, se reemplaza. El servidor borra el
    /// suyo al detenerse. Los permisos del archivo son los de
    /// [`Config::unix_mode`](crate::Config::unix_mode).
    ///
    /// De quien se conecta así no se sabe la dirección: `REMOTE_ADDR` queda vacía y `REMOTE_PORT` no
    /// está, salvo que lo cuente un proxy en el que se confía
    /// ([`Config::trusted_proxies`](crate::Config::trusted_proxies) con `"unix:"`). `SERVER_NAME` y
    /// `SERVER_PORT` son los que pidió el cliente en `Host`.
    ///
    /// Un socket de Unix no tiene cortes: solo un cierre. Un cuerpo a medias se nota si su longitud se
    /// declara o se calcula, o si va por trozos; a un cliente HTTP/1.0 uno de longitud desconocida le
    /// parece entero.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::Config;
    /// use pasarela::simple_server::{Listeners, demo_app, make_server_on};
    ///
    /// let path = std::env::temp_dir().join("pasarela-ejemplo.sock");
    /// let server = make_server_on(Listeners::unix(&path), demo_app, Config::default())?;
    /// assert_eq!(server.local_path(), Some(&*path));
    ///
    /// drop(server);
    /// assert!(!path.exists());
    /// # Ok::<(), pasarela::Error>(())
    /// ```
    #[cfg(unix)]
    pub fn unix(path: impl Into<PathBuf>) -> Self {
        Self(vec![Place::Unix(path.into())])
    }

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
    /// [`ServerErrorKind::NotListening`](crate::ServerErrorKind::NotListening) si alguno no escucha, con su
    /// número: es una conexión (`Accept=yes`), es de mensajes sueltos (`ListenDatagram`) o no es un socket.
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
        let taken = inherited::take()?;
        Ok(taken.into_iter().map(Self::opened).reduce(Self::and))
    }

    /// Estos y además esos.
    ///
    /// # Examples
    ///
    /// De una lista de direcciones, en todas:
    ///
    /// ```
    /// use pasarela::simple_server::Listeners;
    ///
    /// let ports = [8000, 8001].map(|port| Listeners::tcp("localhost", port));
    /// assert!(ports.into_iter().reduce(Listeners::and).is_some());
    /// ```
    pub fn and(mut self, others: impl Into<Self>) -> Self {
        self.0.extend(others.into().0);
        self
    }

    /// Los mismos, con su cola solo para este servidor: al detenerse atiende a quien espere en ella, también
    /// en los sockets que abrió otro.
    ///
    /// Es para quien no tiene a nadie que siga: lo que quedara en la cola se perdería. Si además otro
    /// programa conserva esos sockets, debe cerrarlos antes de que este servidor se detenga: mientras los
    /// tenga, el sistema deja entrar en la cola.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::simple_server::{Listeners, demo_app, make_server_on};
    /// use pasarela::Config;
    /// use std::io::{Read, Write};
    /// use std::net::{TcpListener, TcpStream};
    ///
    /// let mine = TcpListener::bind("127.0.0.1:0")?;
    /// let mut client = TcpStream::connect(mine.local_addr()?)?;
    /// client.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
    ///
    /// let server = make_server_on(Listeners::from(mine).draining(), demo_app, Config::default())?;
    /// server.handle().shutdown();
    /// server.serve_forever()?; // Vuelve cuando atendió a quien esperaba.
    ///
    /// let mut response = String::new();
    /// client.read_to_string(&mut response)?;
    /// assert!(response.starts_with("HTTP/1.1 200 OK\r\n"));
    /// # Ok::<(), pasarela::Error>(())
    /// ```
    pub fn draining(mut self) -> Self {
        for place in &mut self.0 {
            if let Place::Open { drains, .. } = place {
                *drains = true;
            }
        }
        self
    }

    /// Uno que ya escucha.
    fn opened(socket: Inherited) -> Self {
        Self(vec![Place::Open { socket, drains: false }])
    }

    /// Escucha en todos.
    pub(crate) fn open(self, config: &Config) -> Result<Opened, ServerError> {
        let name = self.0.first().map_or_else(|| LOCALHOST.to_owned(), Place::name);
        let mut sockets = Vec::new();
        for place in self.0 {
            place.open(config, &mut sockets)?;
        }
        Ok(Opened { sockets, name })
    }
}

impl From<net::TcpListener> for Listeners {
    fn from(socket: net::TcpListener) -> Self {
        Self::opened(Inherited::Tcp(socket))
    }
}

#[cfg(unix)]
impl From<UnixListener> for Listeners {
    fn from(socket: UnixListener) -> Self {
        Self::opened(Inherited::Unix(socket))
    }
}

impl Place {
    /// Cómo se llama un servidor que escucha ahí.
    fn name(&self) -> String {
        match self {
            Self::Tcp { host, .. } if !host.is_empty() => host.clone(),
            Self::Open { socket, .. } => socket.address().unwrap_or_else(|| LOCALHOST.to_owned()),
            _ => LOCALHOST.to_owned(),
        }
    }

    fn open(self, config: &Config, sockets: &mut Vec<Listener>) -> Result<(), ServerError> {
        let unusable = |error| ServerError::system("usar un socket que ya estaba abierto", error);
        match self {
            Self::Tcp { host, port } => {
                let opened = tcp::listen(&host, port, config.backlog)?;
                sockets.extend(opened.into_iter().map(Listener::tcp));
            }
            #[cfg(unix)]
            Self::Unix(path) => {
                let (socket, file) = unix::listen(path, config.backlog, config.unix_mode)?;
                sockets.push(Listener::unix(socket, file));
            }
            Self::Open { socket, drains } => {
                let socket = socket.listening("que ya estaba abierto")?;
                sockets.push(Listener::inherited(socket, drains).map_err(unusable)?);
            }
        }
        Ok(())
    }
}
