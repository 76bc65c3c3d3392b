//! `make_server` y el servidor que devuelve.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use super::config::Config;
use super::engine::{Engine, Handle};
use super::error::ServerError;
use super::listener::listen;
use super::service::Service;
use super::signals;
use crate::application::Application;

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
/// ```no_run
/// use pasarela::{Body, Config, Environ, Result, StartResponse, make_server_with};
///
/// fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
///     start_response("204 No Content", &[])?;
///     Ok(Body::empty())
/// }
///
/// let config = Config { max_body: 1024, ..Config::default() };
/// make_server_with("localhost", 8000, application, config)?.serve_forever()?;
/// # Ok::<(), pasarela::Error>(())
/// ```
pub fn make_server_with(
    host: &str,
    port: u16,
    application: impl Application,
    config: Config,
) -> Result<Server, ServerError> {
    let listeners = listen(host, port, config.backlog)?;
    let local_addrs: Vec<SocketAddr> =
        listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect();
    let name = if host.is_empty() { "localhost" } else { host }.to_owned();
    let handle_signals = config.handle_signals;
    let service = Service::new(Box::new(application), config, name);
    let engine = Engine::new(service, listeners)
        .map_err(|error| ServerError::system("preparar el bucle de eventos", &error))?;
    let serving = AtomicBool::new(false);
    Ok(Server { engine: Arc::new(engine), serving, handle_signals, local_addrs })
}

/// Un servidor HTTP/1.1 que escucha.
///
/// Al soltarlo deja de escuchar.
#[derive(Debug)]
pub struct Server {
    engine: Arc<Engine>,
    serving: AtomicBool,
    handle_signals: bool,
    local_addrs: Vec<SocketAddr>,
}

impl Server {
    /// Las direcciones en que escucha, con su puerto real.
    pub fn local_addrs(&self) -> Vec<SocketAddr> {
        self.local_addrs.clone()
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
        Handle::of(&self.engine)
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
    pub fn serve_forever(&self) -> Result<(), ServerError> {
        let _turn = self.claim()?;
        let _stopped_by_signals =
            self.handle_signals.then(|| signals::stop_on_signal(self.handle()));
        log::info!("atendiendo en {:?}", self.local_addrs);
        self.engine
            .serve(&self.local_addrs)
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
    pub fn handle_request(&self) -> Result<(), ServerError> {
        let _turn = self.claim()?;
        self.engine.serve_one();
        Ok(())
    }

    fn claim(&self) -> Result<Turn<'_>, ServerError> {
        if self.serving.swap(true, SeqCst) {
            return Err(ServerError::AlreadyServing);
        }
        Ok(Turn(&self.serving))
    }
}

/// Mientras existe, un hilo atiende este servidor.
struct Turn<'a>(&'a AtomicBool);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.store(false, SeqCst);
    }
}
