//! `make_server` y el servidor que devuelve.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use super::error::ServerError;
use super::listen::Listeners;
use super::signals;
use super::threads::{Engine, Handle, Runtime};
use crate::application::Application;
use crate::connection::{Config, Protocol, Service};

/// Crea un servidor que escucha en todas las direcciones de `host` y atiende con `application`.
///
/// Con el puerto 0 el sistema elige uno libre, que se consulta con [`Server::local_addrs`]. Con
/// `host` vacío se escucha en todas las direcciones de la computadora. Las conexiones ya esperan en
/// la cola del sistema; se atienden con [`Server::serve_forever`].
///
/// # Errors
///
/// Si el nombre no existe, o no se puede escuchar en ese puerto: véase [`ServerError`].
///
/// # Examples
///
/// ```
/// use pasarela::{Body, Environ, Result, StartResponse, make_server};
///
/// fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
///     start_response("200 OK", &[("Content-type", "text/plain; charset=utf-8")])?;
///     Ok(Body::from("Hola"))
/// }
///
/// let server = make_server("localhost", 0, application)?;
/// assert!(!server.local_addrs().is_empty());
/// # Ok::<(), pasarela::Error>(())
/// ```
pub fn make_server(
    host: &str,
    port: u16,
    application: impl Application,
) -> Result<Server, ServerError> {
    make_server_with(host, port, application, Config::default())
}

/// Como [`make_server`], con otros límites, plazos o hilos.
///
/// # Errors
///
/// Los mismos que [`make_server`].
///
/// # Examples
///
/// ```
/// use pasarela::{Config, make_server_with, simple_server::demo_app};
/// use std::time::Duration;
///
/// let config = Config {
///     max_body: 1024 * 1024,
///     body_timeout: Duration::from_secs(5),
///     ..Config::default()
/// };
/// let server = make_server_with("localhost", 0, demo_app, config)?;
/// # Ok::<(), pasarela::Error>(())
/// ```
pub fn make_server_with(
    host: &str,
    port: u16,
    application: impl Application,
    config: Config,
) -> Result<Server, ServerError> {
    make_tcp(Protocol::Http, host, port, application, config)
}

/// Crea un servidor que escucha en el socket de Unix `path`, para un servidor web de la misma
/// computadora. Solo en Unix.
///
/// Si en esa ruta quedó el socket de un proceso que ya no está, lo reemplaza. Al detenerse borra el
/// suyo.
///
/// De quien se conecta así no se sabe la dirección: `REMOTE_ADDR` queda vacía y `REMOTE_PORT` no
/// está, salvo que lo cuente un proxy en el que se confía ([`Config::trusted_proxies`] con
/// `"unix:"`). `SERVER_NAME` y `SERVER_PORT` son los que pidió el cliente en `Host`.
///
/// Un socket de Unix no tiene cortes: solo un cierre. Un cuerpo a medias se nota si su longitud se
/// declara o se calcula, o si va por trozos; a un cliente HTTP/1.0 uno de longitud desconocida le
/// parece entero.
///
/// # Errors
///
/// [`ServerError::SocketInUse`] si otro programa escucha ahí, [`ServerError::NotASocket`] si hay un
/// archivo de otra clase, o [`ServerError::SocketNotCreated`].
///
/// # Examples
///
/// ```
/// use pasarela::simple_server::{demo_app, make_server_unix};
///
/// let path = std::env::temp_dir().join("pasarela-ejemplo.sock");
/// let server = make_server_unix(&path, demo_app)?;
/// assert_eq!(server.local_path(), Some(&*path));
///
/// drop(server);
/// assert!(!path.exists());
/// # Ok::<(), pasarela::Error>(())
/// ```
#[cfg(unix)]
pub fn make_server_unix(
    path: impl AsRef<Path>,
    application: impl Application,
) -> Result<Server, ServerError> {
    make_server_unix_with(path, application, Config::default())
}

/// Como [`make_server_unix`], con otros límites, plazos, hilos o permisos ([`Config::unix_mode`]).
///
/// # Errors
///
/// Los mismos que [`make_server_unix`].
#[cfg(unix)]
pub fn make_server_unix_with(
    path: impl AsRef<Path>,
    application: impl Application,
    config: Config,
) -> Result<Server, ServerError> {
    make_unix(Protocol::Http, path.as_ref(), application, config)
}

/// Crea un servidor que atiende en unos sockets que ya escuchan.
///
/// # Errors
///
/// [`ServerError::System`] si el sistema no deja prepararlo.
pub fn make_server_on(
    listeners: Listeners,
    application: impl Application,
    config: Config,
) -> Result<Server, ServerError> {
    make(Protocol::Http, listeners, application, config)
}

/// Crea un servidor de ese protocolo en todas las direcciones de `host`.
pub(crate) fn make_tcp(
    protocol: Protocol,
    host: &str,
    port: u16,
    application: impl Application,
    config: Config,
) -> Result<Server, ServerError> {
    let listeners = Listeners::tcp(host, port, config.backlog)?;
    make(protocol, listeners, application, config)
}

/// Crea un servidor de ese protocolo en el socket de Unix `path`.
#[cfg(unix)]
pub(crate) fn make_unix(
    protocol: Protocol,
    path: &Path,
    application: impl Application,
    config: Config,
) -> Result<Server, ServerError> {
    let listeners = Listeners::unix(path.to_owned(), config.backlog, config.unix_mode)?;
    make(protocol, listeners, application, config)
}

/// Crea un servidor de ese protocolo en unos sockets que ya escuchan.
pub(crate) fn make(
    protocol: Protocol,
    listeners: Listeners,
    application: impl Application,
    config: Config,
) -> Result<Server, ServerError> {
    let (local_addrs, local_path) = (listeners.local_addrs(), listeners.local_path());
    let Listeners { sockets, name, can_spread } = listeners;
    let spread_over = if can_spread { local_addrs.clone() } else { Vec::new() };
    let handle_signals = config.handle_signals;
    let service = Service::new(protocol, config, name);
    let runtime = Runtime::new(service, Box::new(application), sockets)
        .map_err(|error| ServerError::system("preparar el bucle de eventos", &error))?;
    let (engine, serving) = (Engine::new(runtime), AtomicBool::new(false));
    Ok(Server { engine, serving, handle_signals, local_addrs, local_path, spread_over })
}

/// Un servidor que escucha.
///
/// Al soltarlo deja de escuchar.
#[derive(Debug)]
pub struct Server {
    engine: Engine,
    serving: AtomicBool,
    handle_signals: bool,
    local_addrs: Vec<SocketAddr>,
    local_path: Option<PathBuf>,
    /// Las direcciones en que también pueden escuchar los demás bucles.
    spread_over: Vec<SocketAddr>,
}

impl Server {
    /// Las direcciones en que escucha, con su puerto real. Un socket de Unix no tiene.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{make_server, simple_server::demo_app};
    ///
    /// let server = make_server("127.0.0.1", 0, demo_app)?;
    /// for address in server.local_addrs() {
    ///     assert_ne!(address.port(), 0);
    ///     println!("escuchando en http://{address}/");
    /// }
    /// # Ok::<(), pasarela::Error>(())
    /// ```
    pub fn local_addrs(&self) -> Vec<SocketAddr> {
        self.local_addrs.clone()
    }

    /// La ruta del socket de Unix en que escucha, si es uno.
    pub fn local_path(&self) -> Option<&Path> {
        self.local_path.as_deref()
    }

    /// Con qué detenerlo desde otro hilo.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{Body, Environ, Result, StartResponse, make_server};
    /// # fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    /// #     start_response("204 No Content", &[])?;
    /// #     Ok(Body::empty())
    /// # }
    /// let server = make_server("localhost", 0, application)?;
    /// let handle = server.handle();
    /// let thread = std::thread::spawn(move || server.serve_forever());
    /// handle.shutdown();
    /// thread.join().expect("sin pánico")?;
    /// # Ok::<(), pasarela::Error>(())
    /// ```
    pub fn handle(&self) -> Handle {
        Handle::of(self.engine.runtime())
    }

    /// Atiende peticiones hasta que lo detengan: un [`Handle`], o una señal de terminar (Ctrl-C,
    /// SIGTERM) si [`Config::handle_signals`]. Entonces termina las empezadas y vuelve; una segunda
    /// señal termina el programa en el acto.
    ///
    /// Un servidor detenido no vuelve a empezar: se crea otro.
    ///
    /// # Errors
    ///
    /// [`ServerError::AlreadyServing`] si otro hilo ya atiende, o [`ServerError::System`] si no se
    /// puede empezar un hilo.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{make_server, simple_server::demo_app};
    /// use std::io::{Read, Write};
    /// use std::{net::TcpStream, thread};
    ///
    /// let server = make_server("localhost", 0, demo_app)?;
    /// let (addresses, handle) = (server.local_addrs(), server.handle());
    /// let thread = thread::spawn(move || server.serve_forever());
    ///
    /// let mut client = TcpStream::connect(&addresses[..])?;
    /// client.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
    /// let mut response = String::new();
    /// client.read_to_string(&mut response)?;
    /// assert!(response.starts_with("HTTP/1.1 200 OK\r\n"));
    ///
    /// handle.shutdown();
    /// thread.join().expect("sin pánico")?;
    /// # Ok::<(), pasarela::Error>(())
    /// ```
    pub fn serve_forever(&self) -> Result<(), ServerError> {
        let _serving = self.claim()?;
        let _stopped_by_signals =
            self.handle_signals.then(|| signals::stop_on_signal(self.handle()));
        match &self.local_path {
            Some(path) => log::info!("atendiendo en {}", path.display()),
            None => log::info!("atendiendo en {:?}", self.local_addrs),
        }
        self.engine
            .serve(&self.spread_over)
            .map_err(|error| ServerError::system("empezar un hilo", &error))?;
        log::info!("detenido");
        Ok(())
    }

    /// Atiende una petición y vuelve.
    ///
    /// Quien llama es el único hilo: mientras la aplicación trabaja no se atiende a nadie más.
    /// También vuelve si un [`Handle`] detiene el servidor.
    ///
    /// # Errors
    ///
    /// [`ServerError::AlreadyServing`] si otro hilo ya atiende.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{make_server, simple_server::demo_app};
    /// use std::io::{Read, Write};
    /// use std::net::TcpStream;
    ///
    /// let server = make_server("localhost", 0, demo_app)?;
    /// let mut client = TcpStream::connect(&server.local_addrs()[..])?;
    /// client.write_all(b"GET /ruta HTTP/1.0\r\n\r\n")?;
    /// server.handle_request()?;
    ///
    /// let mut response = String::new();
    /// client.read_to_string(&mut response)?;
    /// assert!(response.contains("PATH_INFO = \"/ruta\""));
    /// # Ok::<(), pasarela::Error>(())
    /// ```
    pub fn handle_request(&self) -> Result<(), ServerError> {
        let _serving = self.claim()?;
        self.engine.serve_one();
        Ok(())
    }

    fn claim(&self) -> Result<Serving<'_>, ServerError> {
        if self.serving.swap(true, SeqCst) {
            return Err(ServerError::AlreadyServing);
        }
        Ok(Serving(&self.serving))
    }
}

/// Mientras existe, un hilo atiende este servidor.
struct Serving<'a>(&'a AtomicBool);

impl Drop for Serving<'_> {
    fn drop(&mut self) {
        self.0.store(false, SeqCst);
    }
}
