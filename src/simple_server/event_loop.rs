//! El bucle de eventos: quien lo lidera saca una conexión lista, la atiende y la devuelve.
//!
//! Hay uno por núcleo, y cada uno escucha por su cuenta en el mismo puerto: una conexión se queda
//! en el núcleo que recibe sus paquetes.
//!
//! Dos cerrojos, nunca tomados mientras corre la aplicación: el del sondeo, que solo usa el líder,
//! y el de la casa de las conexiones. Un aviso para una conexión que está fuera la marca, y al
//! volver se pone en la cola: con avisos por flancos, uno perdido es un cliente colgado.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mio::{Registry, Token, Waker};

use super::crew::{Crew, Priority};
use super::door::Arrival;
use super::host::Thread;
use super::house::{Connection, House, Summons};
use super::listeners::Listener;
use super::placement::{Tally, choose};
use super::poller::Poller;
use super::relay::{Clock, Leader, Relay, Turn};
use super::shared::Shared;
use super::wire::SocketWire;
use crate::connection::{CloseReason, Context, Host, Moment, Outcome, Scratch};
use crate::gateway::Peers;
use crate::guarded::catch;

/// Cada cuánto se mira lo que nadie avisa: si ya se puede aceptar, si el detenerse acabó.
const LOOK_BACK: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub(super) struct EventLoop {
    poller: Mutex<Poller>,
    house: Mutex<House>,
    tally: Tally,
    registry: Registry,
    waker: Waker,
    pub(super) relay: Relay,
    /// Si el reloj avisó de que toca buscar plazos vencidos.
    is_sweep_due: AtomicBool,
    is_done: AtomicBool,
}

/// Lo que rodea a un bucle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) shared: &'a Shared,
    pub(super) crew: &'a Crew<Work>,
    pub(super) clock: &'a Clock,
    /// Todos los bucles que atienden, también este.
    pub(super) loops: &'a [EventLoop],
    /// Cuál de ellos es este.
    pub(super) index: usize,
}

/// Lo que hace un hilo de la cuadrilla.
#[derive(Debug)]
pub(super) enum Work {
    /// Liderar el bucle `index`.
    Lead { index: usize, turn: Turn },
    /// Atender una conexión del bucle `index`, que está fuera de su casa.
    Errand { index: usize, key: usize, connection: Box<Connection> },
}

/// Hasta cuándo lidera un hilo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    Shutdown,
    /// Hasta que se atienda una conexión que dé respuesta.
    OneRequest,
}

impl EventLoop {
    pub(super) fn new() -> io::Result<Self> {
        let poller = Poller::new()?;
        let (registry, waker) = (poller.registry()?, poller.waker()?);
        Ok(Self {
            poller: Mutex::new(poller),
            house: Mutex::new(House::default()),
            tally: Tally::default(),
            registry,
            waker,
            relay: Relay::default(),
            is_sweep_due: AtomicBool::new(false),
            is_done: AtomicBool::new(false),
        })
    }

    /// Añade un socket que escucha.
    pub(super) fn listen(&self, listener: Listener) -> io::Result<()> {
        self.poller().door.add(listener, &self.registry)?;
        self.tally.start_listening();
        Ok(())
    }

    /// Si ya se detuvo y no queda ninguna conexión.
    pub(super) fn is_done(&self) -> bool {
        self.is_done.load(SeqCst)
    }

    /// Que quien lidera lo deje, aunque queden conexiones, y se deje de escuchar.
    pub(super) fn finish(&self) {
        self.is_done.store(true, SeqCst);
        self.wake();
        self.poller().door.close();
    }

    /// Interrumpe la espera de avisos.
    pub(super) fn wake(&self) {
        if let Err(error) = self.waker.wake() {
            log::error!("no se pudo despertar al bucle de eventos: {error}");
        }
    }

    /// Pasó otro medio segundo, con `calls` llamadas: que quien lidera busque los plazos vencidos. Lo pide el reloj, para que esperar avisos no
    /// cueste un plazo del sistema cada vez.
    pub(super) fn sweep_soon(&self, calls: usize) {
        self.tally.turn_page(calls);
        if !self.tally.is_empty() {
            self.is_sweep_due.store(true, SeqCst);
            self.wake();
        }
    }

    /// Atiende conexiones mientras este hilo lidere.
    pub(super) fn lead(
        &self,
        around: Surroundings<'_>,
        leader: &mut Leader<'_>,
        scratch: &mut Scratch,
        until: Until,
    ) {
        while leader.leads() && !self.is_done() {
            let now = around.shared.now();
            let answered = self.serve_ready(around, leader, scratch, now, until);
            if answered && until == Until::OneRequest {
                return;
            }
            if leader.leads() {
                self.poll(around, until);
            }
        }
    }

    /// Atiende una conexión que espera fuera de la casa a un hilo que pueda detenerse.
    pub(super) fn run_errand(
        &self,
        around: Surroundings<'_>,
        key: usize,
        connection: Box<Connection>,
        scratch: &mut Scratch,
    ) {
        let mut leader = Leader::helper(&self.relay, around.clock);
        let thread = &mut Thread::new(around.shared, &mut leader, around.shared.now());
        let context = &mut around.shared.context(scratch, thread);
        if self.serve(around, key, connection, Summons::News, context).is_queued {
            self.wake();
        }
    }

    /// Atiende las conexiones que hay en la cola; `true` si alguna dio una respuesta.
    fn serve_ready(
        &self,
        around: Surroundings<'_>,
        leader: &mut Leader<'_>,
        scratch: &mut Scratch,
        mut now: Moment,
        until: Until,
    ) -> bool {
        let batch = self.house().ready_count();
        for _ in 0..batch {
            let Some((key, connection, summons)) = self.house().take_ready() else { break };
            let thread = &mut Thread::new(around.shared, leader, now);
            let context = &mut around.shared.context(scratch, thread);
            let served = self.serve(around, key, connection, summons, context);
            now = context.host.now();
            if !leader.leads() {
                // El líder nuevo puede estar esperando avisos con esto en la cola.
                if served.is_queued {
                    self.wake();
                }
                break;
            }
            if served.is_answered && until == Until::OneRequest {
                return true;
            }
        }
        false
    }

    fn serve(
        &self,
        around: Surroundings<'_>,
        key: usize,
        mut connection: Box<Connection>,
        summons: Summons,
        context: &mut Context<'_, Thread<'_, '_>>,
    ) -> Served {
        let before = connection.delivered();
        let outcome = match summons {
            Summons::News => connection.serve(context),
            Summons::Deadline => connection.expire(context),
        };
        let is_answered = connection.delivered() > before;
        let deadline = connection.deadline(context.service);
        let is_queued = self.put_back(around, key, connection, outcome, deadline);
        Served { is_answered, is_queued }
    }

    /// Devuelve una conexión a la casa, o la despide; `true` si queda en la cola.
    fn put_back(
        &self,
        around: Surroundings<'_>,
        key: usize,
        mut connection: Box<Connection>,
        outcome: Outcome,
        deadline: Moment,
    ) -> bool {
        let outcome = match outcome {
            // Mientras la atiende otro hilo no hacen falta avisos, y en Windows no podrían pedirse.
            Outcome::Close(_) | Outcome::HandOff => outcome,
            // Hasta aquí no hacía falta: muchas conexiones se atienden y se cierran de una vez.
            _ => connection.wire().watch(&self.registry, Token(key)).map_or_else(
                |error| {
                    log::warn!("no se pudo vigilar una conexión: {error}");
                    Outcome::Close(CloseReason::ClientGone)
                },
                |()| outcome,
            ),
        };
        match outcome {
            Outcome::Park => return self.house().park(key, connection, deadline),
            Outcome::Yield => {
                self.house().requeue(key, connection, deadline);
                return true;
            }
            Outcome::HandOff => {
                let priority = match connection.needs_permit() {
                    true => Priority::WithBerth,
                    false => Priority::Normal,
                };
                let errand = Work::Errand { index: around.index, key, connection };
                if let Err(error) = around.crew.offer(errand, priority) {
                    log::warn!("no se pudo empezar otro hilo: {error}");
                }
            }
            Outcome::Close(reason) => self.dismiss(around, key, connection, reason),
        }
        false
    }

    fn dismiss(
        &self,
        around: Surroundings<'_>,
        key: usize,
        connection: Box<Connection>,
        reason: CloseReason,
    ) {
        if !reason.is_usual() {
            log::debug!("conexión {key} cerrada: {reason:?}");
        }
        if catch(|| drop(connection)).is_err() {
            log::error!("un pánico al soltar lo que quedaba de la conexión {key}");
        }
        self.house().remove(key);
        self.tally.leave();
        around.shared.connections.fetch_sub(1, Relaxed);
        if around.shared.service.is_stopping() {
            // Puede ser la última: que quien lidera lo mire.
            self.wake();
        }
    }

    /// Espera avisos y los reparte.
    fn poll(&self, around: Surroundings<'_>, until: Until) {
        let mut poller = self.poller();
        let timeout = self.patience(around, &poller, until);
        poller.wait(timeout);
        poller.hand_out(&mut self.house());
        if poller.door.has_visitors() {
            self.accept(around, &mut poller);
        }
        self.look_after(around, &mut poller, until);
    }

    /// Cuánto se puede esperar sin descuidar nada.
    fn patience(
        &self,
        around: Surroundings<'_>,
        poller: &Poller,
        until: Until,
    ) -> Option<Duration> {
        let door = &poller.door;
        if self.house().ready_count() > 0 || (door.has_visitors() && around.shared.has_room()) {
            return Some(Duration::ZERO);
        }
        // Lo normal es que avise el reloj; aquí, lo que él no ve.
        let must_look_back = door.has_visitors()
            || door.is_starved()
            || around.shared.service.is_stopping()
            || until == Until::OneRequest;
        must_look_back.then_some(LOOK_BACK)
    }

    fn accept(&self, around: Surroundings<'_>, poller: &mut Poller) {
        if !around.shared.has_room() {
            return;
        }
        let (shared, now) = (around.shared, around.shared.now());
        poller.door.accept(|Arrival { socket, remote, local_port }| {
            shared.connections.fetch_add(1, Relaxed);
            let peers = Peers::new(&shared.service.name, local_port, remote);
            self.place(around, Box::new(Connection::new(SocketWire::new(socket), peers, now)));
            shared.has_room()
        });
    }

    /// Lleva una conexión nueva a la casa de uno de los bucles.
    fn place(&self, around: Surroundings<'_>, connection: Box<Connection>) {
        let home = self.lightest(around);
        let refused = match home.admit(connection) {
            Ok(()) if std::ptr::eq(home, self) => return,
            Ok(()) => return home.wake(),
            // Ya terminó; este, que está aceptando, no.
            Err(connection) => self.admit(connection),
        };
        refused.expect("un bucle no termina mientras acepta");
    }

    fn admit(&self, connection: Box<Connection>) -> Result<(), Box<Connection>> {
        // Antes de que otro hilo pueda despedirla y descontarla.
        self.tally.arrive();
        let admitted = self.house().admit(connection);
        if admitted.is_err() {
            self.tally.leave();
        }
        admitted
    }

    /// El bucle que debe atender una conexión nueva.
    fn lightest<'a>(&'a self, around: Surroundings<'a>) -> &'a Self {
        let mut loads = around.loops.iter().map(|other| other.tally.load());
        &around.loops[choose(around.index, &mut loads)]
    }

    /// De vez en cuando: los plazos vencidos, y si hay que detenerse.
    fn look_after(&self, around: Surroundings<'_>, poller: &mut Poller, until: Until) {
        if around.shared.service.is_stopping() {
            self.stop(around, poller);
        }
        let is_rare = poller.is_stopping;
        if self.is_sweep_due.swap(false, SeqCst) || is_rare || until == Until::OneRequest {
            self.house().summon_expired(around.shared.now());
        }
        poller.door.retry();
    }

    fn stop(&self, around: Surroundings<'_>, poller: &mut Poller) {
        if !poller.is_stopping {
            poller.is_stopping = true;
            poller.door.stop_inviting(&self.registry);
            self.house().summon_all();
        }
        // Lo que ya estaba en la cola del sistema cuenta como recibido.
        self.accept(around, poller);
        if !poller.door.has_visitors() {
            poller.door.close();
        }
        if poller.door.is_closed() && self.house().close() {
            self.is_done.store(true, SeqCst);
            around.clock.wake();
        }
    }

    fn poller(&self) -> MutexGuard<'_, Poller> {
        self.poller.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ningún código ajeno se ejecuta con este cerrojo: si se envenenó, la casa sigue entera.
    fn house(&self) -> MutexGuard<'_, House> {
        self.house.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Qué pasó con una conexión que se atendió.
#[derive(Debug, Clone, Copy)]
struct Served {
    is_answered: bool,
    is_queued: bool,
}
