//! Una conexión: la máquina de estados entre los bytes que llegan y los que salen.
//!
//! ```text
//!         primer byte        cabeza entera         cuerpo listo            se puede seguir
//!  Idle ─────────────▶ Head ──────────────▶ Body ───────────────▶ Responding ────────────▶ Idle
//!                       │ rechazo             │ rechazo              │ la última    │ a medias
//!                       └─────────────────────┴──────▶ Responding    ▼              ▼
//!                                                                  Closing ◀────  Cutting
//!                                                                    ▼              ▼
//!                                                                 Lingering ──────▶ Closed
//! ```
//!
//! Entre la cabeza o el cuerpo y la respuesta está la llamada a la aplicación; si suele tardar, la
//! conexión queda en `Calling` hasta que la toma otro hilo. Un paso puede recorrer varias etapas, y
//! entonces la que se ve es la última. Esto es lo que puede verse detrás de cada una:
//!
//! | etapa | qué espera | su plazo cuenta | sigue |
//! |---|---|---|---|
//! | `Idle` | una petición | desde que empezó | `Head` `Body` `Calling` `Responding` `Closing` `Cutting` `Closed` |
//! | `Head` | el resto de la cabeza | desde que empezó | `Idle` `Body` `Calling` `Responding` `Closing` `Cutting` `Closed` |
//! | `Body` | el cuerpo | desde el último byte, y en total | `Idle` `Calling` `Responding` `Closing` `Cutting` `Closed` |
//! | `Calling` | un hilo | no tiene: no espera al cliente | `Idle` `Responding` `Closing` `Cutting` `Closed` |
//! | `Responding` | que el cliente reciba | desde el último byte | `Idle` `Closing` `Cutting` `Closed` |
//! | `Closing` | que reciba lo último | desde el último byte | `Lingering` `Closed` |
//! | `Cutting` | que salga lo anterior | desde el último byte | `Closing` `Closed` |
//! | `Lingering` | que el cliente calle | desde que empezó | `Closed` |
//!
//! No espera nunca: cuando no puede seguir, lo dice. No conoce sockets, relojes ni hilos: los bytes
//! se mueven por un [`Wire`], y la hora y las llamadas las pone un [`Host`]. Por eso cabe entera en
//! una prueba, y en una página.
//!
//! **Cuándo un cierre es un corte.** Mientras una respuesta no está entera, cualquier cierre de su
//! conexión (un plazo, la detención, un pánico, el final del proceso) tiene que verse como un corte.
//! Con longitud o por trozos se ve solo. Donde el cierre marca el final, la conexión corta desde que
//! empieza el cuerpo ([`Link::begin_body`]) hasta que se termina ([`Link::end_body`]) y el sistema lo
//! toma entero: se corta por omisión, y lo que se pide es lo contrario.
//!
//! **Quién toca un enlace.** El hilo que avanza la conexión, y ninguno más; salvo el cuerpo grande que
//! lee la aplicación, que tiene su lado propio ([`Source`](wire::Source)) y comparte con la máquina
//! una sola cosa, el permiso de enviar, bajo su cerrojo ([`upload`]). Y durante una llamada, si se pide, lo que
//! se debe al cliente está prestado a quien escribe ([`sink`]); cuando la llamada vuelve, vuelve con ella ([`lend`]).

mod config;
mod protocol;
mod wrappers;
mod wire;
mod memory;
mod stage_kind;
mod host;
mod service;
mod room;
mod stage;
mod link;
mod incoming;
mod outgoing;
mod envelope;
mod decoder;
mod http_head;
mod cgi_head;
mod body;
mod window;
mod upload;
mod sink;
mod lend;
mod call;
mod send;
mod close;
#[cfg(test)]
mod stand;
#[cfg(test)]
mod cuts;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod findings;
#[cfg(test)]
mod received;
#[cfg(test)]
mod simulation;

use std::time::Duration;

use config::FAR_AWAY;
pub use config::{AmbiguousPaths, Config};
pub(crate) use host::{Class, Host, Moment};
pub(crate) use link::Readiness;
pub(crate) use memory::{Client, Event, MemoryWire, System};
pub use protocol::Protocol;
pub(crate) use service::{Context, Scratch, Service};
pub(crate) use stage::CloseReason;
#[cfg(any(test, feature = "laboratory"))]
pub(crate) use stage_kind::StageKind;
pub(crate) use upload::Permit;
pub(crate) use wire::{Awaited, FileSent, Source, Wire};
pub use wrappers::{BatchWrapper, ThreadWrapper};

use self::link::Link;
use self::send::Asked;
use self::stage::{Next, PendingRequest, Stage, Step, Stepped};
use self::upload::Upload;
use self::window::MIN_RATE;
use crate::gateway::Peers;
use crate::guarded::catch;
use crate::http::Rejection;

/// Cuántos pasos se dan seguidos antes de dejar sitio a otras conexiones.
const FAIR_SHARE: usize = 64;

/// Qué hacer con una conexión que ya no avanza.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Esperar a que el sistema avise.
    Park,
    /// Tiene más trabajo, pero les toca a otras.
    Yield,
    /// Tiene trabajo para un hilo que pueda detenerse.
    HandOff,
    Close(CloseReason),
}

#[derive(Debug)]
pub(crate) struct Connection<W: Wire> {
    link: Link<W>,
    stage: Stage<W::Source>,
    /// Cuándo empezó esta etapa.
    since: Moment,
}

impl<W: Wire> Connection<W> {
    pub(crate) fn new(wire: W, peers: Peers, now: Moment) -> Self {
        Self { link: Link::new(wire, peers, now), stage: Stage::Idle, since: now }
    }

    /// Anota lo que avisó el sistema.
    pub(crate) fn notice(&mut self, news: Readiness) {
        self.link.notice(news);
    }

    /// El cable, para pedir avisos sobre él.
    pub(crate) fn wire(&mut self) -> &mut W {
        &mut self.link.wire
    }

    /// Cuántas respuestas se han producido enteras.
    pub(crate) fn answered(&self) -> u64 {
        self.link.answered()
    }

    /// Cuántas respuestas tomó el sistema enteras.
    pub(crate) fn delivered(&self) -> u64 {
        self.link.delivered()
    }

    /// En qué etapa está.
    #[cfg(test)]
    pub(crate) fn stage(&self) -> StageKind {
        self.stage.kind()
    }

    /// Si no hay nada a medias: cerrarla no corta ninguna petición que haya empezado a llegar.
    pub(crate) fn is_idle(&self) -> bool {
        matches!(self.stage, Stage::Idle) && self.link.is_quiet()
    }

    /// Hasta cuándo se espera a que avance.
    pub(crate) fn deadline(&self, service: &Service) -> Moment {
        let config = &service.config;
        let after =
            |since: Moment, patience: Duration| since.saturating_add(patience.min(FAR_AWAY));
        let moved = self.since.max(self.link.moved());
        match &self.stage {
            Stage::Idle if !self.link.outgoing.is_empty() => after(moved, config.write_timeout),
            Stage::Idle => match service.stopping.get() {
                Some(stopping) => after(self.since.max(*stopping), config.last_call),
                None if self.link.answered() > 0 => after(self.since, config.idle_timeout),
                None => after(self.since, config.head_timeout),
            },
            Stage::Head(_) => after(self.since, config.head_timeout),
            Stage::Body(pending) => {
                let earned = Duration::from_secs(pending.content.len() as u64 / MIN_RATE);
                let in_total = after(self.since, config.body_timeout.saturating_add(earned));
                after(moved, config.body_timeout).min(in_total)
            }
            Stage::Calling(_) => after(self.since, FAR_AWAY),
            Stage::Responding(_) | Stage::Closing(_) | Stage::Cutting(_) => {
                after(moved, config.write_timeout)
            }
            Stage::Lingering { .. } => after(self.since, config.linger_timeout),
            Stage::Closed(_) => self.since,
        }
    }

    /// Con qué otras peticiones se parece en lo que tarda la que espera a un hilo.
    pub(crate) fn class(&self) -> Class {
        match &self.stage {
            Stage::Calling(call) => call.terms.class,
            Stage::Responding(response) => response.class,
            _ => Class::UNTAUGHT,
        }
    }

    /// Si para seguir hace falta un permiso: la aplicación tendrá que esperar a la red.
    pub(crate) fn needs_permit(&self) -> bool {
        self.upload().is_some()
    }

    /// Le da el permiso que esperaba.
    pub(crate) fn grant(&mut self, permit: impl Permit) {
        if let Some(upload) = self.upload() {
            upload.grant(Box::new(permit));
        }
    }

    fn upload(&self) -> Option<&Upload<W::Source>> {
        match &self.stage {
            Stage::Calling(call) => call.upload.as_ref(),
            _ => None,
        }
    }

    /// Avanza hasta donde se pueda.
    pub(crate) fn serve<H: Host>(&mut self, context: &mut Context<'_, H>) -> Outcome {
        self.with_room(context, Self::advance)
    }

    /// Venció el plazo que dio [`deadline`](Self::deadline).
    pub(crate) fn expire<H: Host>(&mut self, context: &mut Context<'_, H>) -> Outcome {
        self.with_room(context, |connection, context| {
            let step = connection.step(context, give_up);
            connection.follow(step).unwrap_or_else(|| connection.advance(context))
        })
    }

    /// Hace algo con el sitio que presta el hilo. La pasarela ya atrapa los pánicos de la aplicación;
    /// los que quedan son de lo suyo que se suelta en otros momentos: entonces se envía lo que ya se
    /// debía, y se corta.
    fn with_room<H: Host>(
        &mut self,
        context: &mut Context<'_, H>,
        mut act: impl FnMut(&mut Self, &mut Context<'_, H>) -> Outcome,
    ) -> Outcome {
        self.link.borrow_room(context.scratch);
        let attempt = catch(|| act(self, context));
        let outcome = attempt.or_else(|_| {
            log::error!("un pánico al soltar algo de la aplicación; se corta la conexión");
            self.stage = Stage::Cutting(CloseReason::Panic);
            catch(|| self.advance(context))
        });
        self.link.return_room(context.scratch);
        outcome.unwrap_or(Outcome::Close(CloseReason::Panic))
    }

    fn advance<H: Host>(&mut self, context: &mut Context<'_, H>) -> Outcome {
        for _ in 0..FAIR_SHARE {
            let step = self.step(context, take_step);
            if let Some(outcome) = self.follow(step) {
                return outcome;
            }
        }
        match self.link.flush(context.now()) {
            Ok(_) => Outcome::Yield,
            Err(_) => Outcome::Close(CloseReason::ClientGone),
        }
    }

    /// Da un paso desde la etapa en que está. Si no vuelve, lo que queda es el motivo.
    fn step<H: Host>(
        &mut self,
        context: &mut Context<'_, H>,
        take: impl FnOnce(&mut Link<W>, &mut Context<'_, H>, Stage<W::Source>) -> Stepped<W>,
    ) -> Step<W::Source> {
        let stage = std::mem::replace(&mut self.stage, Stage::Closed(CloseReason::Panic));
        let (before, answered) = (stage.kind(), self.link.answered());
        // Un error de E/S significa que el cliente se fue.
        let step = take(&mut self.link, context, stage)
            .unwrap_or_else(|_| Stage::Closed(CloseReason::ClientGone).go());
        let after = step.stage.kind();
        debug_assert!(before.may_become(after), "de {before:?} no se pasa a {after:?}");
        if before != after {
            context.host.moves(after);
        }
        if before != after || answered != self.link.answered() {
            self.since = context.now();
        }
        step
    }

    /// Queda en la etapa de ese paso; `None` si se puede dar otro.
    fn follow(&mut self, step: Step<W::Source>) -> Option<Outcome> {
        self.stage = step.stage;
        if let Stage::Closed(reason) = self.stage {
            return Some(Outcome::Close(reason));
        }
        match step.then {
            Next::Go => None,
            Next::Park => Some(Outcome::Park),
            Next::Yield => Some(Outcome::Yield),
            Next::HandOff => Some(Outcome::HandOff),
        }
    }
}

fn take_step<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    stage: Stage<W::Source>,
) -> Stepped<W> {
    match stage {
        Stage::Idle => http_head::wait(link, context),
        Stage::Head(reading) => http_head::read(link, context, reading),
        Stage::Body(pending) => body::gather(link, context, pending),
        Stage::Calling(call) => call::resume(link, context, *call),
        Stage::Responding(response) => send::resume(link, context, response),
        Stage::Closing(reason) => close::close(link, context, reason),
        Stage::Cutting(reason) => close::cut(link, context, reason),
        Stage::Lingering { heard, reason } => close::linger(link, context, heard, reason),
        Stage::Closed(reason) => Ok(Stage::Closed(reason).go()),
    }
}

/// Se acabó el plazo. A quien dejó una petición a medias se le dice, si se sabe cómo.
fn give_up<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    stage: Stage<W::Source>,
) -> Stepped<W> {
    let asked = match stage {
        // En los demás protocolos, la mitad de una cabeza no dice a quién responder.
        Stage::Head(_) if context.service.config.protocol == Protocol::Http => {
            Asked::over_http(http_head::is_head(link.incoming.pending()))
        }
        Stage::Body(pending) => pending.asked(),
        Stage::Idle if context.service.is_stopping() => {
            return Ok(Stage::Closed(CloseReason::Stopping).go());
        }
        Stage::Responding(response) => {
            send::abandon(context, *response);
            return Ok(Stage::Closed(CloseReason::Deadline).go());
        }
        _ => return Ok(Stage::Closed(CloseReason::Deadline).go()),
    };
    send::reject(link, context, asked, Rejection::Timeout)
}

impl PendingRequest {
    /// Lo que hay que saber para rechazarla.
    fn asked(&self) -> Asked {
        Asked { is_head: self.terms.is_head, envelope: self.terms.envelope }
    }
}
