//! `make_server` y el servidor que devuelve.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Weak};
use std::thread;

use super::config::Config;
use super::error::ServerError;
use super::event_loop::{EventLoop, Until};
use super::listener::listen;
use super::relay::Leader;
use super::service::{Scratch, Service};
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
    let service = Service { application: Box::new(application), config, name };
    let event_loop = EventLoop::new(Arc::new(service), listeners)
        .map_err(|error| ServerError::system("preparar el bucle de eventos", &error))?;
    Ok(Server {
        shared: Arc::new(Shared { event_loop, serving: AtomicBool::new(false) }),
        local_addrs,
    })
}

/// Un servidor HTTP/1.1 que escucha.
///
/// Al soltarlo deja de escuchar.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    local_addrs: Vec<SocketAddr>,
}

#[derive(Debug)]
struct Shared {
    event_loop: EventLoop,
    serving: AtomicBool,
}

/// Con qué detener un servidor desde otro hilo.
#[derive(Debug, Clone)]
pub struct Handle(Weak<Shared>);

impl Handle {
    /// Deja de aceptar conexiones, termina las peticiones empezadas (hasta
    /// [`Config::shutdown_timeout`]) y hace que [`Server::serve_forever`] vuelva.
    pub fn shutdown(&self) {
        // Si el servidor ya no existe, tampoco hay nada que detener.
        if let Some(shared) = self.0.upgrade() {
            shared.event_loop.stop();
        }
    }
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
        Handle(Arc::downgrade(&self.shared))
    }

    /// Atiende peticiones hasta que un [`Handle`] lo detenga. Un servidor detenido no vuelve a
    /// empezar: se crea otro.
    ///
    /// # Errors
    ///
    /// [`ServerError::AlreadyServing`] si otro hilo ya atiende, o [`ServerError::System`] si no se
    /// puede empezar un hilo.
    pub fn serve_forever(&self) -> Result<(), ServerError> {
        let _turn = self.claim()?;
        log::info!("atendiendo en {:?}", self.local_addrs);
        let event_loop = &self.shared.event_loop;
        let relay = &event_loop.relay;
        relay
            .crew()
            .start(relay.current_turn(), event_loop.max_threads(), || self.spawn())
            .map_err(|error| ServerError::system("empezar un hilo", &error))?;
        relay.keep_time(|| event_loop.is_over(), || self.spawn());
        event_loop.finish();
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
        let event_loop = &self.shared.event_loop;
        let relay = &event_loop.relay;
        let mut leader = Leader::new(relay, relay.current_turn());
        event_loop.lead(&mut leader, &mut Scratch::default(), Until::OneRequest);
        Ok(())
    }

    fn claim(&self) -> Result<Turn<'_>, ServerError> {
        if self.shared.serving.swap(true, SeqCst) {
            return Err(ServerError::AlreadyServing);
        }
        Ok(Turn(&self.shared.serving))
    }

    /// Empieza un hilo de la cuadrilla.
    fn spawn(&self) -> io::Result<()> {
        let shared = self.shared.clone();
        let work = move || {
            let event_loop = &shared.event_loop;
            let mut scratch = Scratch::default();
            while let Some(turn) = event_loop.relay.crew().wait_for_lead() {
                let mut leader = Leader::new(&event_loop.relay, turn);
                event_loop.lead(&mut leader, &mut scratch, Until::Shutdown);
            }
        };
        thread::Builder::new().name("pasarela".to_owned()).spawn(work).map(drop)
    }
}

/// Mientras existe, un hilo atiende este servidor.
struct Turn<'a>(&'a AtomicBool);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.store(false, SeqCst);
    }
}
