//! Lo que hace un hilo de la cuadrilla: lidera un bucle mientras no lo releven, o atiende una conexión
//! que puede hacerle esperar.
//!
//! Quien lidera saca una conexión lista, la atiende y la devuelve; cuando no queda ninguna, espera
//! avisos y acepta las nuevas.

use std::ops::ControlFlow::{self, Break, Continue};
use std::time::Duration;

use super::event_loop::EventLoop;
use super::host::Thread;
use super::permit::Permit;
use super::poller::Poller;
use super::pool::Assignment;
use super::ready::{Cause, Queue, Ready, Wait};
use super::reception::Reception;
use super::relay::{Leader, Post, Turn};
use super::runtime::{Job, Runtime};
use super::workload::{Priority, Seat};
use crate::connection::{CloseReason, Host, Moment, Outcome, Scratch};
use crate::guarded::catch;
use crate::simple_server::wire::{Connection, SocketWire};

/// Cada cuánto se mira lo que nadie avisa: si ya se puede aceptar, si el detenerse acabó.
const LOOK_BACK: Duration = Duration::from_millis(20);

/// Cuánto se atiende a las conexiones que hay antes de mirar quién llega.
const TURN: Duration = Duration::from_millis(5);

/// Lo mismo, si en cada tanda se usa algo que otros esperan. Más no conviene: a un intérprete, quien lo espera se
/// lo pide al cabo de un plazo como este, y sería a medias de una llamada rápida.
const SHARED_TURN: Duration = Duration::from_micros(500);

/// Cada cuántas se mira si el turno se acabó.
const LOOK_EVERY: usize = 16;

/// Un hilo, en el bucle que le toca.
#[derive(Debug)]
pub(super) struct Worker<'e> {
    runtime: &'e Runtime,
    here: &'e EventLoop,
    index: usize,
    leader: Leader<'e>,
    scratch: Scratch,
    until: Until,
    /// Si está dentro de una tanda ([`BatchWrapper`](crate::BatchWrapper)).
    is_in_batch: bool,
    /// Si en el último turno que atendió peticiones este hilo llamó a la aplicación, y no las dejó todas a otros.
    makes_calls: bool,
}

/// Hasta cuándo lidera un hilo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    Shutdown,
    /// Hasta que se atienda una conexión que dé respuesta.
    OneRequest,
}

/// Qué pasó con una conexión que se atendió.
#[derive(Debug, Clone, Copy)]
struct Served {
    is_answered: bool,
    is_queued: bool,
    is_for_another: bool,
}

fn post<'e>(runtime: &'e Runtime, here: &'e EventLoop) -> Post<'e> {
    Post { relay: &here.relay, clock: &runtime.clock, company: &*runtime.pool }
}

impl<'e> Worker<'e> {
    pub(super) fn new(runtime: &'e Runtime) -> Self {
        let here = &runtime.loops[0];
        Self {
            runtime,
            here,
            index: 0,
            leader: Leader::helper(post(runtime, here)),
            scratch: Scratch::default(),
            until: Until::Shutdown,
            is_in_batch: false,
            makes_calls: false,
        }
    }

    /// Trabaja hasta que sobra.
    pub(super) fn work(mut self) {
        while let Some(Assignment { work, permit, mut seat }) = self.runtime.pool.next() {
            match work {
                Job::Lead { index, turn } => {
                    self.lead(index, turn);
                    if !self.leader.leads() {
                        seat = Seat::Busy;
                    }
                }
                Job::Serve { index, key, connection } => {
                    // Lo de la aplicación ya se guarda en su sitio; que nada más se lleve un hilo.
                    let _ = catch(|| self.help(index, key, connection, permit));
                }
            }
            self.runtime.pool.finish(seat);
        }
    }

    /// Atiende una petición con este único hilo; `false` si no hubo ninguna mientras dijo `waits`.
    pub(super) fn serve_one(mut self, waits: impl Fn() -> bool) -> bool {
        self.until = Until::OneRequest;
        self.leader = Leader::alone(post(self.runtime, self.here));
        self.serve_while_leading(waits)
    }

    fn lead(&mut self, index: usize, turn: Turn) {
        self.go_to(index);
        let post = post(self.runtime, self.here);
        self.leader = match self.runtime.service.config.max_threads {
            0 | 1 => Leader::alone(post),
            _ => Leader::new(post, turn),
        };
        // Pase lo que pase, el bucle conserva a quien lo lidera.
        while catch(|| self.serve_while_leading(|| true)).is_err() {
            log::error!("un pánico en el bucle {index}; sigue quien lo lidera");
        }
    }

    /// Atiende una conexión que espera fuera del bucle a un hilo que pueda detenerse.
    fn help(
        &mut self,
        index: usize,
        key: usize,
        mut connection: Box<Connection>,
        permit: Option<Permit>,
    ) {
        self.go_to(index);
        if let Some(permit) = permit {
            connection.grant(permit);
        }
        let cause = Cause::News(Default::default());
        let mut now = self.runtime.now();
        if self.serve(Ready { key, connection, cause }, &mut now).is_queued {
            self.here.wake();
        }
    }

    fn go_to(&mut self, index: usize) {
        self.index = index;
        self.here = &self.runtime.loops[index];
        self.leader = Leader::helper(post(self.runtime, self.here));
        self.is_in_batch = false;
    }

    fn reception(&self) -> Reception<'e> {
        let Self { runtime, here, index, until, .. } = *self;
        Reception { runtime, here, index, keeps_all: until == Until::OneRequest }
    }

    fn serve_while_leading(&mut self, waits: impl Fn() -> bool) -> bool {
        while self.leader.leads() && !self.here.is_done() && waits() {
            if self.serve_ready() && self.until == Until::OneRequest {
                return true;
            }
            if self.leader.leads() {
                self.poll();
            }
        }
        false
    }

    /// Atiende las conexiones que hay en las colas, durante un turno; `true` si alguna dio una respuesta
    /// y basta con una.
    fn serve_ready(&mut self) -> bool {
        let (start, calls) = (self.runtime.now(), self.leader.calls());
        let batches = self.here.connections().batches();
        if batches.iter().all(|(_, batch)| *batch == 0) {
            return false;
        }
        let served = batches
            .into_iter()
            .try_for_each(|(queue, batch)| self.serve_batch(queue, batch, start));
        // Un turno en que solo hubo avisos no cambia nada.
        self.makes_calls |= self.leader.calls() != calls;
        served == Break(true)
    }

    /// Atiende `batch` conexiones de una cola. Las que llegan son una tanda, si suelen llamar a la aplicación
    /// en este hilo; si todas quedan para otros, nadie espera para recibirlas. Las que siguen con lo que hacían
    /// casi solo envían: cada llamada suya es una tanda.
    fn serve_batch(&mut self, queue: Queue, batch: usize, start: Moment) -> ControlFlow<bool> {
        let runtime = self.runtime;
        let wrapper = &runtime.service.config.batch_wrapper;
        self.is_in_batch =
            self.makes_calls && batch > 0 && queue == Queue::Fresh && wrapper.is_set();
        match self.is_in_batch {
            true => wrapper.run(|| self.serve_queue(queue, batch, runtime.now())),
            false => self.serve_queue(queue, batch, start),
        }
    }

    /// Atiende hasta `batch` conexiones de una cola, durante lo que quede del turno que empezó en `start`.
    fn serve_queue(&mut self, queue: Queue, batch: usize, start: Moment) -> ControlFlow<bool> {
        let turn = if self.is_in_batch { SHARED_TURN } else { TURN };
        let mut now = start;
        let (wrapper, calls) = (&self.runtime.service.config.batch_wrapper, self.leader.calls());
        let could_be_batch = queue == Queue::Fresh && !self.is_in_batch && wrapper.is_set();
        for number in 1..=batch {
            let Some(ready) = self.here.connections().take(queue) else { break };
            let served = self.serve(ready, &mut now);
            self.makes_calls &= !served.is_for_another;
            if !self.leader.leads() {
                // El líder nuevo puede estar esperando avisos con esto en la cola.
                if served.is_queued {
                    self.here.wake();
                }
                return Break(false);
            }
            if served.is_answered && self.until == Until::OneRequest {
                return Break(true);
            }
            // Las que siguen se atienden en una tanda, el turno que viene.
            if could_be_batch && self.leader.calls() != calls {
                break;
            }
            // Mirar la hora no es gratis: quien vuelve a la cola es quien pudo tardar.
            if (served.is_queued || self.is_in_batch || number % LOOK_EVERY == 0)
                && self.runtime.now() - start > turn
            {
                break;
            }
        }
        Continue(())
    }

    fn serve(&mut self, ready: Ready<Box<Connection>>, now: &mut Moment) -> Served {
        let Ready { key, mut connection, cause } = ready;
        if SocketWire::WATCHES_EARLY {
            // Si no se pudo, se dice al devolverla.
            let _ = self.here.watch(key, &mut connection);
        }
        let thread = &mut Thread::new(self.runtime, &mut self.leader, self.is_in_batch, *now);
        let context = &mut self.runtime.context(&mut self.scratch, thread);
        let before = connection.delivered();
        let outcome = match cause {
            Cause::News(news) => {
                connection.notice(news);
                connection.serve(context)
            }
            Cause::Deadline(news) => {
                connection.notice(news);
                connection.expire(context)
            }
        };
        *now = context.host.now();
        let is_answered = connection.delivered() > before;
        let is_for_another = matches!(outcome, Outcome::HandOff);
        let is_queued = self.put_back(key, connection, outcome, *now);
        Served { is_answered, is_queued, is_for_another }
    }

    /// Devuelve una conexión a su bucle, o la despide; `true` si queda en la cola.
    fn put_back(
        &self,
        key: usize,
        mut connection: Box<Connection>,
        outcome: Outcome,
        now: Moment,
    ) -> bool {
        let outcome = match outcome {
            // Mientras la atiende otro hilo no hacen falta avisos.
            Outcome::Close(_) | Outcome::HandOff => outcome,
            // Hasta aquí no hacía falta: muchas conexiones se atienden y se cierran de una vez.
            _ => self.here.watch(key, &mut connection).map_or_else(
                |error| {
                    log::warn!("no se pudo vigilar una conexión: {error}");
                    Outcome::Close(CloseReason::ClientGone)
                },
                |()| outcome,
            ),
        };
        match outcome {
            Outcome::Park => {
                let deadline = connection.deadline(&self.runtime.service);
                let wait = Wait { since: now, deadline, is_idle: connection.is_idle() };
                return self.here.connections().park(key, connection, wait);
            }
            Outcome::Yield => {
                self.here.connections().requeue(key, connection);
                return true;
            }
            Outcome::HandOff => self.hand_off(key, connection),
            Outcome::Close(reason) => self.dismiss(key, connection, reason),
        }
        false
    }

    fn hand_off(&self, key: usize, connection: Box<Connection>) {
        let priority = match connection.needs_permit() {
            true => Priority::WithPermit,
            false => Priority::Of(connection.class()),
        };
        let job = Job::Serve { index: self.index, key, connection };
        if let Err(error) = self.runtime.pool.offer(job, priority) {
            log::warn!("no se pudo empezar otro hilo: {error}");
        }
    }

    fn dismiss(&self, key: usize, connection: Box<Connection>, reason: CloseReason) {
        self.reception().let_go(self.here, key, connection, reason);
        self.here.connections().remove(key);
        if self.runtime.service.is_stopping() {
            // Puede ser la última: que quien lidera lo mire.
            self.here.wake();
        }
    }

    /// Espera avisos y los reparte.
    fn poll(&self) {
        let mut poller = self.here.poller();
        let timeout = self.poll_timeout(&poller);
        poller.wait(timeout);
        poller.hand_out(&mut self.here.connections());
        if poller.acceptor.may_accept() {
            self.reception().accept(&mut poller);
        }
        self.look_after(&mut poller);
    }

    /// Cuánto se puede esperar sin descuidar nada.
    fn poll_timeout(&self, poller: &Poller) -> Option<Duration> {
        let (acceptor, capacity) = (&poller.acceptor, &self.runtime.capacity);
        if self.here.connections().is_any_ready() || (acceptor.may_accept() && capacity.has_room())
        {
            return Some(Duration::ZERO);
        }
        // Lo normal es que avise el reloj; aquí, lo que él no ve.
        let must_look_back = acceptor.may_accept()
            || acceptor.is_starved()
            || self.runtime.service.is_stopping()
            || self.until == Until::OneRequest;
        must_look_back.then_some(LOOK_BACK)
    }

    /// De vez en cuando: los plazos vencidos, y si hay que detenerse.
    fn look_after(&self, poller: &mut Poller) {
        if self.runtime.service.is_stopping() {
            self.stop(poller);
        }
        // Las recién llegadas solo se sabe que no hacen nada cuando ya se las atendió.
        while self.runtime.capacity.is_exceeded() && self.reception().make_room() {}
        let is_rare = poller.is_stopping;
        if self.here.take_sweep() || is_rare || self.until == Until::OneRequest {
            self.here.connections().queue_expired(self.runtime.now());
        }
        poller.acceptor.retry();
    }

    fn stop(&self, poller: &mut Poller) {
        if !poller.is_stopping {
            poller.is_stopping = true;
            poller.acceptor.stop_inviting(&self.here.registry);
            self.here.connections().queue_parked();
        }
        // Lo que ya estaba en la cola del sistema cuenta como recibido.
        self.reception().accept(poller);
        if !poller.acceptor.may_accept() {
            poller.acceptor.close();
        }
        if poller.acceptor.is_closed() && self.here.connections().close() {
            self.here.mark_done();
            self.runtime.clock.wake();
        }
    }
}
