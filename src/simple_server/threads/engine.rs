//! El motor: empieza los hilos, les hace de reloj y espera a que terminen.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::event_loop::EventLoop;
use super::relay::Turn;
use super::roster::{Roster, roster};
use super::runtime::{Job, Runtime};
use super::worker::Worker;
use super::workload::Priority;
use crate::guarded::Guarded;
use crate::simple_server::listen::{Listener, listen_again};

/// Cada cuánto se buscan plazos vencidos. Los plazos son de segundos: medio de más no se nota.
const SWEEP: Duration = Duration::from_millis(500);

/// Lo que tarda en irse, con holgura, un hilo que ya no está en la aplicación.
const FAREWELL: Duration = Duration::from_millis(100);

/// Lo que se tarda, con holgura, en empezar a mirar quién llega.
const ONE_LOOK: Duration = Duration::from_millis(5);

/// Quien hace andar los hilos de un servidor.
#[derive(Debug)]
pub(crate) struct Engine {
    runtime: Arc<Runtime>,
}

/// Lo que recuerda el reloj de un latido a otro.
struct Watch {
    seen: Vec<Turn>,
    swept: Instant,
    at_sweep: Vec<Turn>,
}

impl Engine {
    pub(crate) fn new(runtime: Runtime) -> Self {
        Self { runtime: Arc::new(runtime) }
    }

    pub(crate) fn runtime(&self) -> &Arc<Runtime> {
        &self.runtime
    }

    /// Atiende con todos los hilos que hagan falta; este hace de reloj. Vuelve al detenerse.
    pub(crate) fn serve(&self, addresses: &[SocketAddr]) -> io::Result<()> {
        let (roster, gathering) = roster();
        let served = self.serve_until_over(roster, addresses);
        self.runtime.loops.iter().for_each(EventLoop::finish);
        self.runtime.pool.dismiss().into_iter().map(Guarded::new).for_each(drop);
        // Lo que no terminó a tiempo se corta ahora, y no cuando alguien suelte el servidor.
        for event_loop in &self.runtime.loops {
            let left = event_loop.connections().drain();
            left.into_iter().map(Guarded::new).for_each(drop);
        }
        if !gathering.wait(self.patience()) {
            log::warn!("hay hilos que siguen en la aplicación, y no se les espera más");
        }
        served
    }

    /// Atiende una petición con este único hilo; `false` si nadie pide nada en ese plazo.
    pub(crate) fn serve_one(&self, limit: Option<Duration>) -> bool {
        // Un plazo que no cabe en el reloj no vence, y con el más corto se mira una vez.
        let limit = limit.map(|limit| limit.max(ONE_LOOK));
        let give_up = limit.and_then(|limit| self.runtime.now().checked_add(limit));
        let waits = || give_up.is_none_or(|give_up| self.runtime.now() < give_up);
        Worker::new(&self.runtime).serve_one(waits)
    }

    fn serve_until_over(&self, roster: Roster, addresses: &[SocketAddr]) -> io::Result<()> {
        self.listen_on_every_core(addresses);
        let Runtime { loops, pool, clock, .. } = &*self.runtime;
        let runtime = self.runtime.clone();
        pool.hire_with(Box::new(move || hire(&roster, runtime.clone())));
        for (index, event_loop) in loops.iter().enumerate() {
            let turn = event_loop.relay.current();
            pool.offer(Job::Lead { index, turn }, Priority::First)?;
        }
        let turns = vec![Turn::default(); loops.len()];
        let mut watch = Watch { seen: turns.clone(), swept: Instant::now(), at_sweep: turns };
        clock.keep_time(|| self.is_over(), || self.tick(&mut watch));
        Ok(())
    }

    /// Donde el sistema reparte las conexiones de un puerto entre varios sockets, uno por núcleo. El
    /// que no se pueda poner no hace falta: su bucle recibe conexiones de los demás.
    fn listen_on_every_core(&self, addresses: &[SocketAddr]) {
        if addresses.is_empty() {
            return;
        }
        let backlog = self.runtime.service.config.backlog;
        for (core, event_loop) in self.runtime.loops.iter().enumerate().skip(1) {
            let listened = listen_again(addresses, backlog, core).and_then(|sockets| {
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
        let timeout = self.runtime.service.config.shutdown_timeout;
        self.runtime.loops.iter().all(EventLoop::is_done)
            || self.stopping_for().is_some_and(|spent| spent >= timeout)
    }

    /// Cuánto hace que se pidió que se detenga, si se pidió.
    fn stopping_for(&self) -> Option<Duration> {
        let since = self.runtime.service.stopping.get()?;
        Some(self.runtime.now().saturating_sub(*since))
    }

    /// Cuánto se espera a los hilos cuando ya no hay nada que hacer: lo que quede del plazo, y un momento si
    /// venció.
    fn patience(&self) -> Duration {
        let timeout = self.runtime.service.config.shutdown_timeout;
        timeout.saturating_sub(self.stopping_for().unwrap_or_default()).max(FAREWELL)
    }

    /// Un latido del reloj: releva a los líderes que siguen en la llamada del latido anterior, y de
    /// vez en cuando hace que se busquen los plazos vencidos. `true` si alguno llama a la aplicación.
    fn tick(&self, watch: &mut Watch) -> bool {
        let loops = &self.runtime.loops;
        if watch.swept.elapsed() >= SWEEP {
            watch.swept = Instant::now();
            self.runtime.capacity.grow_back();
            for (event_loop, before) in loops.iter().zip(&mut watch.at_sweep) {
                let turn = event_loop.relay.current();
                event_loop.sweep_soon(turn.calls_since(*before));
                *before = turn;
            }
        }
        let mut is_busy = false;
        for (index, (event_loop, seen)) in loops.iter().zip(&mut watch.seen).enumerate() {
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
        let Runtime { paces, loops, pool, .. } = &*self.runtime;
        // Sin otro hilo que lidere, el que está termina antes.
        if !pool.seat_relieved() {
            return loops[index].relay.mark_late(paces);
        }
        let Some(turn) = loops[index].relay.take_over(turn, paces) else {
            return pool.unseat_relieved();
        };
        if let Err(error) = pool.offer(Job::Lead { index, turn }, Priority::First) {
            log::warn!("no se pudo empezar otro hilo: {error}");
        }
    }
}

/// Empieza un hilo de la cuadrilla.
fn hire(roster: &Roster, runtime: Arc<Runtime>) -> io::Result<()> {
    roster.start(move || {
        let wrapper = &runtime.service.config.thread_wrapper;
        wrapper.run(|| Worker::new(&runtime).work());
    })
}
