//! `make_server` y el servidor que devuelve.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use super::error::ServerError;
use super::listen::{Listener, Listeners, Opened};
use super::signals;
use super::threads::{Engine, Handle, Runtime};
use crate::application::Application;
use crate::connection::{Config, Service};

/// Crea un servidor que escucha en todas las direcciones de `host` y atiende con `application`.
///
/// Con el puerto 0 el sistema elige uno libre, que se consulta con [`Server::local_addrs`]. Con
/// `host` vacío se escucha en todas las direcciones de la computadora. Las conexiones ya esperan en
/// la cola del sistema; se atienden con [`Server::serve_forever`].
///
/// # Errors
///
/// Si el nombre no existe, o no se puede escuchar en ese puerto: véase
/// [`ServerErrorKind`](crate::ServerErrorKind).
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

/// Como [`make_server`], con otra configuración: límites, plazos, hilos, o el protocolo de un servidor
/// web que va delante.
///
/// # Errors
///
/// Los mismos que [`make_server`], y
/// [`ServerErrorKind::InvalidConfig`](crate::ServerErrorKind::InvalidConfig) si con un valor de `config`
/// no se puede servir.
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
    make_server_on(Listeners::tcp(host, port), application, config)
}

/// Como [`make_server_with`], en otros sitios: un socket de Unix, varios a la vez, o los que abrió otro
/// programa.
///
/// # Errors
///
/// Los mismos que [`make_server_with`].
///
/// # Examples
///
/// La misma aplicación para la red y para el servidor web que va delante:
///
/// ```
/// # #[cfg(unix)] {
/// use pasarela::Config;
/// use pasarela::simple_server::{Listeners, demo_app, make_server_on};
///
/// let path = std::env::temp_dir().join("pasarela-varios.sock");
/// let listeners = Listeners::tcp("localhost", 0).and(Listeners::unix(&path));
/// let config = Config { unix_mode: Some(0o660), ..Config::default() };
/// let server = make_server_on(listeners, demo_app, config)?;
/// assert!(!server.local_addrs().is_empty());
/// assert_eq!(server.local_path(), Some(&*path));
/// # }
/// # Ok::<(), pasarela::Error>(())
/// ```
pub fn make_server_on(
    listeners: impl Into<Listeners>,
    application: impl Application,
    config: Config,
) -> Result<Server, ServerError> {
    config.check().map_err(ServerError::invalid_config)?;
    let Opened { sockets, name } = listeners.into().open(&config)?;
    let local_addrs = sockets.iter().filter_map(Listener::local_addr).collect();
    let local_path = sockets.iter().find_map(Listener::local_path);
    let own = sockets.iter().filter(|socket| socket.can_spread());
    let spread_over = own.filter_map(Listener::local_addr).collect();
    let handle_signals = config.handle_signals;
    let service = Service::new(config, name);
    let runtime = Runtime::new(service, Box::new(application), sockets)
        .map_err(|error| ServerError::system("preparar el bucle de eventos", error))?;
    let (engine, serving) = (Engine::new(runtime), AtomicBool::new(false));
    Ok(Server { engine, serving, handle_signals, local_addrs, local_path, spread_over })
}

/// Un servidor que escucha.
///
/// Al soltarlo deja de escuchar.
#[derive(Debug)]
#[must_use = "al soltarlo deja de escuchar: falta `serve_forever`"]
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

    /// La ruta del socket de Unix en que escucha, si hay uno; si hay varios, la del primero.
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
    /// SIGTERM) si [`Config::handle_signals`]. Entonces termina las empezadas, espera a sus hilos y vuelve:
    /// quien llama ya puede deshacer lo que usaban. Al que sigue dentro de la aplicación cuando vence
    /// [`Config::shutdown_timeout`] no se le espera.
    ///
    /// Quien insiste termina el programa en el acto: otro Ctrl-C, o cualquier señal un segundo después.
    /// Las que llegan juntas son la misma orden: así avisa a un grupo de procesos quien lo administra.
    ///
    /// Un servidor detenido no vuelve a empezar: se crea otro.
    ///
    /// # Errors
    ///
    /// [`ServerErrorKind::AlreadyServing`](crate::ServerErrorKind::AlreadyServing) si otro hilo ya
    /// atiende, o [`ServerErrorKind::System`](crate::ServerErrorKind::System) si no se puede empezar uno.
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
        for address in &self.local_addrs {
            log::info!("atendiendo en {address}");
        }
        if let Some(path) = &self.local_path {
            log::info!("atendiendo en {}", path.display());
        }
        self.engine
            .serve(&self.spread_over)
            .map_err(|error| ServerError::system("empezar un hilo", error))?;
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
    /// [`ServerErrorKind::AlreadyServing`](crate::ServerErrorKind::AlreadyServing) si otro hilo ya
    /// atiende.
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
        self.engine.serve_one(None);
        Ok(())
    }

    /// Como [`handle_request`](Self::handle_request), sin esperar más de `limit` a que alguien pida algo: dice si
    /// atendió una petición. La que entonces estaba llegando sigue la próxima vez.
    ///
    /// # Errors
    ///
    /// Los mismos.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{make_server, simple_server::demo_app};
    /// use std::time::Duration;
    ///
    /// let server = make_server("localhost", 0, demo_app)?;
    /// assert_eq!(server.handle_request_within(Duration::from_millis(1)), Ok(false));
    /// # Ok::<(), pasarela::Error>(())
    /// ```
    pub fn handle_request_within(&self, limit: Duration) -> Result<bool, ServerError> {
        let _serving = self.claim()?;
        Ok(self.engine.serve_one(Some(limit)))
    }

    fn claim(&self) -> Result<Serving<'_>, ServerError> {
        if self.serving.swap(true, SeqCst) {
            return Err(ServerError::already_serving());
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
