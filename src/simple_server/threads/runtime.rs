//! Lo que comparten los hilos de un servidor, y con qué se les pide que se detengan.

use std::fmt;
use std::io;
use std::sync::{Arc, Weak};
use std::time::Instant;

use super::capacity::{Capacity, descriptors};
use super::clock::Clock;
use super::event_loop::EventLoop;
use super::pace::Paces;
use super::pool::Pool;
use super::relay::Turn;
use super::workload::PoolSize;
use crate::application::Application;
use crate::connection::Class;
use crate::connection::{Config, Context, Moment, Scratch, Service};
use crate::simple_server::listen::Listener;
use crate::simple_server::wire::Connection;

pub(crate) struct Runtime {
    pub(super) service: Service,
    application: Box<dyn Application>,
    pub(super) paces: Paces,
    epoch: Instant,
    pub(super) loops: Vec<EventLoop>,
    pub(super) pool: Arc<Pool<Class, Job>>,
    pub(super) clock: Clock,
    pub(super) capacity: Capacity,
}

/// Lo que un hilo toma de la cuadrilla.
#[derive(Debug)]
pub(in crate::simple_server) enum Job {
    /// Liderar el bucle `index`.
    Lead { index: usize, turn: Turn },
    /// Atender una conexión del bucle `index`, que está fuera de él.
    Serve { index: usize, key: usize, connection: Box<Connection> },
}

impl Runtime {
    /// Unos bucles parados; el primero escucha en `listeners`.
    pub(in crate::simple_server) fn new(
        service: Service,
        application: Box<dyn Application>,
        listeners: Vec<Listener>,
    ) -> io::Result<Self> {
        let count = service.config.loops();
        let loops = (0..count).map(|_| EventLoop::new()).collect::<io::Result<Vec<_>>>()?;
        for listener in listeners {
            loops[0].listen(listener)?;
        }
        let capacity = Capacity::new(service.config.max_connections, descriptors());
        let pool = Pool::new(pool_size(&service.config));
        let is_shared = service.config.batch_wrapper.is_set();
        Ok(Self {
            service,
            application,
            paces: if is_shared { Paces::shared() } else { Paces::default() },
            epoch: Instant::now(),
            loops,
            pool,
            clock: Clock::default(),
            capacity,
        })
    }

    /// Cuánto ha pasado desde que empezó el servidor.
    pub(super) fn now(&self) -> Moment {
        self.epoch.elapsed()
    }

    /// Lo que necesita una conexión para avanzar en este hilo.
    pub(super) fn context<'a, H>(
        &'a self,
        scratch: &'a mut Scratch,
        host: &'a mut H,
    ) -> Context<'a, H> {
        Context { service: &self.service, application: &*self.application, scratch, host }
    }

    /// Pide que se detenga con orden.
    fn stop(&self) {
        let _ = self.service.stopping.set(self.now());
        self.loops.iter().for_each(EventLoop::wake);
        self.clock.wake();
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("service", &self.service).finish_non_exhaustive()
    }
}

/// Cuántos hilos, y cuántos de los que no lideran pueden detenerse. Si son muchos, se guarda uno por
/// bucle: si algo que siempre fue rápido tarda, hay quien releve aunque lo lento los ocupe todos.
fn pool_size(config: &Config) -> PoolSize {
    let (threads, loops) = (config.max_threads, config.loops());
    let others = threads.saturating_sub(loops).max(1);
    let busy = others - loops.min(threads / 16).min(others - 1);
    PoolSize { threads, busy, share: busy - busy / 8, uploads: (others / 2).max(1) }
}

/// Con qué detener un servidor desde otro hilo.
///
/// # Examples
///
/// ```
/// use pasarela::{make_server, simple_server::demo_app};
/// use std::thread;
///
/// let server = make_server("localhost", 0, demo_app)?;
/// let handle = server.handle();
/// let thread = thread::spawn(move || server.serve_forever());
///
/// handle.clone().shutdown();
/// thread.join().expect("sin pánico")?;
/// handle.shutdown(); // El servidor ya no existe: no pasa nada.
/// # Ok::<(), pasarela::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "no detiene nada hasta que se llama a `shutdown`"]
pub struct Handle(Weak<Runtime>);

impl Handle {
    pub(crate) fn of(runtime: &Arc<Runtime>) -> Self {
        Self(Arc::downgrade(runtime))
    }

    /// Deja de aceptar conexiones, termina las peticiones empezadas (hasta
    /// [`Config::shutdown_timeout`](crate::Config::shutdown_timeout)) y hace que
    /// [`Server::serve_forever`](crate::Server::serve_forever) vuelva.
    ///
    /// Lo pide y no lo espera: quien quiera esperar se une al hilo que atiende.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{make_server, simple_server::demo_app};
    ///
    /// let server = make_server("localhost", 0, demo_app)?;
    /// server.handle().shutdown();
    /// server.serve_forever()?; // Vuelve sin haber atendido a nadie.
    /// # Ok::<(), pasarela::Error>(())
    /// ```
    pub fn shutdown(&self) {
        // Si el servidor ya no existe, tampoco hay nada que detener.
        if let Some(runtime) = self.0.upgrade() {
            runtime.stop();
        }
    }

    /// Si ya se pidió que se detenga, con un [`Handle`] o una señal, o si el servidor ya no existe.
    ///
    /// Lo mira una aplicación que tarda, para terminar antes, y la que responde a un balanceador si le
    /// puede mandar a alguien.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{make_server, simple_server::demo_app};
    ///
    /// let server = make_server("localhost", 0, demo_app)?;
    /// let handle = server.handle();
    /// assert!(!handle.is_stopping());
    ///
    /// handle.shutdown();
    /// assert!(handle.is_stopping());
    /// # Ok::<(), pasarela::Error>(())
    /// ```
    pub fn is_stopping(&self) -> bool {
        self.0.upgrade().is_none_or(|runtime| runtime.service.is_stopping())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    /// De tantos bucles y tantos hilos, cuántos se detienen, cuántos en una clase y cuántos subiendo.
    fn shares(event_loops: usize, max_threads: usize) -> [usize; 3] {
        let config = Config { event_loops, max_threads, ..Config::default() };
        let PoolSize { busy, share, uploads, .. } = pool_size(&config);
        [busy, share, uploads]
    }

    #[test]
    fn siempre_queda_un_hilo_para_lo_lento_y_la_mitad_de_ellos_para_las_subidas() {
        assert_eq!(shares(2, 160), [156, 137, 79]);
        assert_eq!(shares(8, 4), [1, 1, 1]);
        assert_eq!(shares(0, 10), [9, 8, 4]);
        assert_eq!([shares(4, 1), shares(4, 0)], [[1, 1, 1]; 2]);
    }
}
