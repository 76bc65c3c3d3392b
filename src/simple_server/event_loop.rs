//! El bucle de eventos: quien lo lidera saca una conexión lista, la atiende y la devuelve.
//!
//! Dos cerrojos, nunca tomados mientras corre la aplicación: el del sondeo, que solo usa el líder,
//! y el de la casa de las conexiones. Un aviso para una conexión que está fuera la marca, y al
//! volver se pone en la cola: con avisos por flancos, uno perdido es un cliente colgado.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use mio::event::Event;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Registry, Token, Waker};

use super::connection::{Connection, Outcome};
use super::exchange::CloseReason;
use super::house::{House, Summons};
use super::link::Readiness;
use super::relay::{Leader, Relay};
use super::request_environ::Peers;
use super::service::{Context, Scratch, Service};

/// Cada cuánto se buscan plazos vencidos. Los plazos son de segundos: medio de más no se nota.
const SWEEP: Duration = Duration::from_millis(500);

/// Cuántas conexiones se aceptan seguidas antes de atenderlas.
const ACCEPT_BATCH: usize = 64;

/// Cuántos avisos se recogen de una vez.
const EVENTS: usize = 1024;

/// Las fichas de los sockets que escuchan van desde el final, y la del despertador es la última.
const WAKER: Token = Token(usize::MAX);
const LAST_LISTENER: usize = usize::MAX - 1;

#[derive(Debug)]
pub(super) struct EventLoop {
    poller: Mutex<Poller>,
    house: Mutex<House>,
    registry: Registry,
    waker: Waker,
    service: Arc<Service>,
    pub(super) relay: Relay,
    /// Cuándo se pidió que se detuviera.
    stopping: OnceLock<Instant>,
    over: AtomicBool,
}

/// Lo que solo toca el líder.
#[derive(Debug)]
struct Poller {
    poll: Poll,
    events: Events,
    listeners: Vec<Listener>,
    next_sweep: Instant,
}

#[derive(Debug)]
struct Listener {
    socket: TcpListener,
    queue: Queue,
}

/// Lo que se sabe de la cola de un socket que escucha.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Queue {
    Empty,
    MayHaveMore,
    /// El sistema no dio con qué aceptar; se vuelve a probar más tarde, sin dar vueltas en vano.
    Starved,
}

/// Hasta cuándo lidera un hilo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    Shutdown,
    /// Hasta que se atienda una conexión que dé respuesta.
    OneRequest,
}

impl EventLoop {
    pub(super) fn new(service: Arc<Service>, sockets: Vec<TcpListener>) -> io::Result<Self> {
        let poll = Poll::new()?;
        let registry = poll.registry().try_clone()?;
        let waker = Waker::new(&registry, WAKER)?;
        let mut listeners = Vec::new();
        for (index, mut socket) in sockets.into_iter().enumerate() {
            registry.register(&mut socket, Token(LAST_LISTENER - index), Interest::READABLE)?;
            listeners.push(Listener { socket, queue: Queue::MayHaveMore });
        }
        let events = Events::with_capacity(EVENTS);
        let poller = Poller { poll, events, listeners, next_sweep: Instant::now() };
        Ok(Self {
            poller: Mutex::new(poller),
            house: Mutex::new(House::default()),
            registry,
            waker,
            service,
            relay: Relay::default(),
            stopping: OnceLock::new(),
            over: AtomicBool::new(false),
        })
    }

    /// Pide que se detenga con orden.
    pub(super) fn stop(&self) {
        let _ = self.stopping.set(Instant::now());
        self.wake();
        self.relay.wake_clock();
    }

    /// Si ya no queda nada que hacer, o se acabó el plazo para hacerlo.
    pub(super) fn is_over(&self) -> bool {
        let timeout = self.service.config.shutdown_timeout;
        self.over.load(SeqCst)
            || self.stopping.get().is_some_and(|since| since.elapsed() >= timeout)
    }

    /// Despide a los hilos que esperan: ya no habrá nada que hacer.
    pub(super) fn finish(&self) {
        self.over.store(true, SeqCst);
        self.relay.crew().dismiss();
        self.relay.wake_clock();
    }

    /// Cuántos hilos puede usar.
    pub(super) fn max_threads(&self) -> usize {
        self.service.config.max_threads
    }

    /// Atiende conexiones mientras este hilo lidere.
    pub(super) fn lead(&self, leader: &mut Leader<'_>, scratch: &mut Scratch, until: Until) {
        while leader.leads() && !self.is_over() {
            let now = Instant::now();
            let answered = self.serve_ready(leader, scratch, now, until);
            if answered && until == Until::OneRequest {
                return;
            }
            if leader.leads() {
                self.poll(now);
            }
        }
    }

    /// Atiende las conexiones que hay en la cola; `true` si alguna dio una respuesta.
    fn serve_ready(
        &self,
        leader: &mut Leader<'_>,
        scratch: &mut Scratch,
        now: Instant,
        until: Until,
    ) -> bool {
        let mut answered = false;
        let batch = self.house().ready_count();
        for _ in 0..batch {
            let Some((key, mut connection, summons)) = self.house().take_ready() else { break };
            let (service, stopping) = (&*self.service, &self.stopping);
            let context = &mut Context { service, scratch, leader, now, stopping };
            let before = connection.delivered();
            let outcome = match summons {
                Summons::News => connection.serve(context),
                Summons::Deadline => connection.expire(context),
            };
            answered |= connection.delivered() > before;
            let deadline = connection.deadline(context);
            self.put_back(key, connection, outcome, deadline);
            if !leader.leads() {
                // El líder nuevo puede estar esperando avisos con esto en la cola.
                self.wake();
                break;
            }
            if answered && until == Until::OneRequest {
                break;
            }
        }
        answered
    }

    fn put_back(
        &self,
        key: usize,
        connection: Box<Connection>,
        outcome: Outcome,
        deadline: Instant,
    ) {
        match outcome {
            Outcome::Park => self.house().park(key, connection, deadline),
            Outcome::Yield => self.house().requeue(key, connection, deadline),
            Outcome::Close(reason) => {
                if reason != CloseReason::Finished {
                    log::debug!("conexión {key} cerrada: {reason:?}");
                }
                drop(connection);
                self.house().remove(key);
            }
        }
    }

    /// Espera avisos y los reparte.
    fn poll(&self, now: Instant) {
        let mut poller = self.poller.lock().unwrap_or_else(PoisonError::into_inner);
        let poller = &mut *poller;
        let timeout = self.patience(poller, now);
        match poller.poll.poll(&mut poller.events, timeout) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                log::error!("no se pudieron recoger los avisos del sistema: {error}");
            }
            _ => {}
        }
        let now = Instant::now();
        self.hand_out(poller);
        self.accept(poller, now);
        self.sweep(poller, now);
        self.check_stopping(poller, now);
    }

    /// Cuánto se puede esperar sin descuidar nada.
    fn patience(&self, poller: &Poller, now: Instant) -> Option<Duration> {
        let house = self.house();
        let can_accept = house.len() < self.service.config.max_connections;
        let any = |queue: Queue| poller.listeners.iter().any(|listener| listener.queue == queue);
        if house.ready_count() > 0 || (can_accept && any(Queue::MayHaveMore)) {
            return Some(Duration::ZERO);
        }
        let must_look_back =
            house.len() > 0 || any(Queue::Starved) || self.stopping.get().is_some();
        must_look_back.then(|| poller.next_sweep.saturating_duration_since(now))
    }

    fn hand_out(&self, poller: &mut Poller) {
        let mut house = self.house();
        for event in &poller.events {
            match event.token() {
                WAKER => {}
                Token(token) if token > LAST_LISTENER - poller.listeners.len() => {
                    poller.listeners[LAST_LISTENER - token].queue = Queue::MayHaveMore;
                }
                Token(key) => house.notice(key, readiness(event)),
            }
        }
    }

    fn accept(&self, poller: &mut Poller, now: Instant) {
        for listener in &mut poller.listeners {
            let mut batch = ACCEPT_BATCH;
            while listener.queue == Queue::MayHaveMore && batch > 0 {
                if self.house().len() >= self.service.config.max_connections {
                    return;
                }
                batch -= 1;
                match listener.socket.accept() {
                    Ok((socket, remote)) => self.welcome(socket, remote, now),
                    Err(error) => listener.queue = queue_after(&error),
                }
            }
        }
    }

    fn welcome(&self, mut socket: TcpStream, remote: std::net::SocketAddr, now: Instant) {
        // Sin esto, el sistema retiene hasta 40 ms el final de una respuesta corta.
        let _ = socket.set_nodelay(true);
        let local_port = socket.local_addr().map_or(0, |address| address.port());
        let key = self.house().reserve();
        let interest = Interest::READABLE | Interest::WRITABLE;
        if let Err(error) = self.registry.register(&mut socket, Token(key), interest) {
            log::warn!("no se pudo vigilar una conexión nueva: {error}");
            self.house().remove(key);
            return;
        }
        let peers = Peers { remote, local_port };
        let connection = Box::new(Connection::new(socket, peers, now));
        self.house().requeue(key, connection, now + self.service.config.head_timeout);
    }

    fn sweep(&self, poller: &mut Poller, now: Instant) {
        if now >= poller.next_sweep {
            self.house().summon_expired(now);
            poller.next_sweep = now + SWEEP;
            for listener in &mut poller.listeners {
                if listener.queue == Queue::Starved {
                    listener.queue = Queue::MayHaveMore;
                }
            }
        }
    }

    fn check_stopping(&self, poller: &mut Poller, now: Instant) {
        if self.stopping.get().is_none() {
            return;
        }
        if !poller.listeners.is_empty() {
            // Lo que ya estaba en la cola del sistema cuenta como recibido.
            self.accept(poller, now);
            poller.listeners.clear();
            self.house().summon_all();
        }
        if self.house().len() == 0 {
            self.finish();
        }
    }

    fn wake(&self) {
        if let Err(error) = self.waker.wake() {
            log::error!("no se pudo despertar al bucle de eventos: {error}");
        }
    }

    /// Ningún código ajeno se ejecuta con este cerrojo: si se envenenó, la casa sigue entera.
    fn house(&self) -> MutexGuard<'_, House> {
        self.house.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn readiness(event: &Event) -> Readiness {
    let failed = event.is_error();
    Readiness {
        readable: event.is_readable() || event.is_read_closed() || failed,
        writable: event.is_writable() || event.is_write_closed() || failed,
        read_closed: event.is_read_closed() || failed,
    }
}

fn queue_after(error: &io::Error) -> Queue {
    match error.kind() {
        io::ErrorKind::WouldBlock => Queue::Empty,
        // Se fue antes de que la aceptaran.
        io::ErrorKind::Interrupted
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::ConnectionReset => Queue::MayHaveMore,
        _ => {
            log::warn!("no se pudo aceptar una conexión: {error}");
            Queue::Starved
        }
    }
}
