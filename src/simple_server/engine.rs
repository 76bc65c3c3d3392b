//! El motor: los bucles, los hilos que los atienden y el reloj que los vigila.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use super::crew::{Crew, Priority, Shift};
use super::event_loop::{EventLoop, Surroundings, Until, Work};
use super::listeners::Listener;
use super::relay::{Clock, Leader, Turn};
use super::shared::Shared;
use super::tcp;
use crate::application::Application;
use crate::connection::{Scratch, Service};

/// Cada cuánto se buscan plazos vencidos. Los plazos son de segundos: medio de más no se nota.
const SWEEP: Duration = Duration::from_millis(500);

/// Lo que recuerda el reloj de un latido a otro.
struct Watch {
    seen: Vec<Turn>,
    swept: Instant,
    at_sweep: Vec<Turn>,
}

#[derive(Debug)]
pub(super) struct Engine {
    shared: Shared,
    loops: Vec<EventLoop>,
    crew: Crew<Work>,
    clock: Clock,
}

impl Engine {
    /// Un motor parado; el primer bucle escucha en `listeners`.
    pub(super) fn new(
        service: Service,
        application: Box<dyn Application>,
        listeners: Vec<Listener>,
    ) -> io::Result<Self> {
        let shared = Shared::new(service, application);
        let loops = (0..shared.service.config.loops())
            .map(|_| EventLoop::new())
            .collect::<io::Result<Vec<_>>>()?;
        for listener in listeners {
            loops[0].listen(listener)?;
        }
        let crew = Crew::new(shared.service.config.max_threads, shared.berths.clone());
        Ok(Self { shared, loops, crew, clock: Clock::default() })
    }

    /// Pide que se detenga con orden.
    pub(super) fn stop(&self) {
        let _ = self.shared.service.stopping.set(self.shared.now());
        self.loops.iter().for_each(EventLoop::wake);
        self.clock.wake();
    }

    /// Atiende con todos los hilos que hagan falta; este hace de reloj. Vuelve al detenerse.
    pub(super) fn serve(self: &Arc<Self>, addresses: &[SocketAddr]) -> io::Result<()> {
        let served = self.serve_until_over(addresses);
        self.loops.iter().for_each(EventLoop::finish);
        self.crew.dismiss();
        served
    }

    fn serve_until_over(self: &Arc<Self>, addresses: &[SocketAddr]) -> io::Result<()> {
        self.listen_on_every_core(addresses);
        let engine = Arc::downgrade(self);
        self.crew.hire_with(Box::new(move || hire(&engine)));
        let engine = Arc::downgrade(self);
        self.shared.berths.when_free(Box::new(move || {
            if let Some(engine) = engine.upgrade() {
                engine.crew.look_again();
            }
        }));
        for (index, event_loop) in self.loops.iter().enumerate() {
            let turn = event_loop.relay.current();
            self.crew.offer(Work::Lead { index, turn }, Priority::First)?;
        }
        let turns = vec![Turn::default(); self.loops.len()];
        let mut watch = Watch { seen: turns.clone(), swept: Instant::now(), at_sweep: turns };
        self.clock.keep_time(|| self.is_over(), || self.tick(&mut watch));
        Ok(())
    }

    /// Atiende una petición con este único hilo.
    pub(super) fn serve_one(&self) {
        let event_loop = &self.loops[0];
        let around = Surroundings { loops: &self.loops[..1], ..self.around(0) };
        let mut leader = Leader::alone(&event_loop.relay, &self.clock);
        event_loop.lead(around, &mut leader, &mut Scratch::default(), Until::OneRequest);
    }

    fn around(&self, index: usize) -> Surroundings<'_> {
        Surroundings {
            shared: &self.shared,
            crew: &self.crew,
            clock: &self.clock,
            loops: &self.loops,
            index,
        }
    }

    /// Donde el sistema reparte las conexiones de un puerto entre varios sockets, uno por núcleo. El
    /// que no se pueda poner no hace falta: su bucle recibe conexiones de los demás.
    fn listen_on_every_core(&self, addresses: &[SocketAddr]) {
        if addresses.is_empty() {
            return;
        }
        let backlog = self.shared.service.config.backlog;
        for (core, event_loop) in self.loops.iter().enumerate().skip(1) {
            let listened = tcp::listen_again(addresses, backlog, core).and_then(|sockets| {
                let mut listeners = sockets.into_iter().map(Listener::tcp);
                listeners.try_for_each(|listener| event_loop.listen(listener))
            });
            if let Err(error) = listened {
                log::debug!("el núcleo {core} no escucha por su cuenta: {error}");
            }
        }
    }

    /// Si no queda nada que hacer, o se acabó el plazo para hacerlo.
    fn is_over(&self) -> bool {
        let timeout = self.shared.service.config.shutdown_timeout;
        let stopping = self.shared.service.stopping.get();
        self.loops.iter().all(EventLoop::is_done)
            || stopping.is_some_and(|since| self.shared.now().saturating_sub(*since) >= timeout)
    }

    /// Un latido del reloj: releva a los líderes que siguen en la llamada del latido anterior, y de
    /// vez en cuando hace que se busquen los plazos vencidos. `true` si alguno llama a la aplicación.
    fn tick(&self, watch: &mut Watch) -> bool {
        if watch.swept.elapsed() >= SWEEP {
            watch.swept = Instant::now();
            for (event_loop, before) in self.loops.iter().zip(&mut watch.at_sweep) {
                let turn = event_loop.relay.current();
                event_loop.sweep_soon(turn.calls_since(*before));
                *before = turn;
            }
        }
        let mut is_busy = false;
        for (index, (event_loop, seen)) in self.loops.iter().zip(&mut watch.seen).enumerate() {
            let turn = event_loop.relay.current();
            is_busy |= turn != *seen || turn.is_in_call();
            if turn == *seen && turn.is_in_call() {
                self.relieve(index, turn);
            }
            *seen = turn;
        }
        is_busy
    }

    fn relieve(&self, index: usize, turn: Turn) {
        // Sin otro hilo que lidere, el que está termina antes.
        if !self.crew.has_room() {
            return self.loops[index].relay.mark_late();
        }
        let Some(turn) = self.loops[index].relay.take_over(turn) else { return };
        if let Err(error) = self.crew.offer(Work::Lead { index, turn }, Priority::First) {
            log::warn!("no se pudo empezar otro hilo: {error}");
        }
    }

    /// Lo que hace un hilo de la cuadrilla hasta que sobra.
    fn work(&self) {
        let mut scratch = Scratch::default();
        while let Some(Shift { work, berth }) = self.crew.next() {
            match work {
                Work::Lead { index, turn } => {
                    let event_loop = &self.loops[index];
                    let mut leader = match self.shared.service.config.max_threads {
                        0 | 1 => Leader::alone(&event_loop.relay, &self.clock),
                        _ => Leader::new(&event_loop.relay, &self.clock, turn),
                    };
                    event_loop.lead(self.around(index), &mut leader, &mut scratch, Until::Shutdown);
                }
                Work::Errand { index, key, mut connection } => {
                    if let Some(berth) = berth {
                        connection.grant(berth);
                    }
                    let around = self.around(index);
                    self.loops[index].run_errand(around, key, connection, &mut scratch);
                }
            }
        }
    }
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
pub struct Handle(Weak<Engine>);

impl Handle {
    pub(super) fn of(engine: &Arc<Engine>) -> Self {
        Self(Arc::downgrade(engine))
    }

    /// Deja de aceptar conexiones, termina las peticiones empezadas (hasta
    /// [`Config::shutdown_timeout`](super::Config::shutdown_timeout)) y hace que
    /// [`Server::serve_forever`](super::Server::serve_forever) vuelva.
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
        if let Some(engine) = self.0.upgrade() {
            engine.stop();
        }
    }
}

/// Empieza un hilo de la cuadrilla.
fn hire(engine: &Weak<Engine>) -> io::Result<()> {
    let Some(engine) = engine.upgrade() else { return Ok(()) };
    thread::Builder::new().name("pasarela".to_owned()).spawn(move || engine.work()).map(drop)
}
