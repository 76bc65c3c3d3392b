//! Una conexión: la máquina de estados entre los bytes que llegan y los que salen.
//!
//! ```text
//!           cabeza entera         cuerpo listo              se puede seguir
//!  Reading ──────────────▶ Body ───────────────▶ Responding ───────────────▶ Reading
//!     │ rechazo             │ rechazo               │ hay que cerrar
//!     └─────────────────────┴───────▶ Responding ───┴──▶ Closing ──▶ Lingering ──▶ cerrada
//! ```
//!
//! Entre `Body` y `Responding` está la llamada a la aplicación; si suele tardar, la conexión queda
//! en `Calling` hasta que la toma un hilo de la cuadrilla.
//!
//! No espera nunca: cuando no puede seguir, lo dice y vuelve al bucle. Solo la aplicación espera,
//! y entonces el relevo se ocupa. Los pasos están en `receiving`,
//! `calling` y `sending`.

use std::io;
use std::time::{Duration, Instant};

use mio::{Registry, Token};

use super::calling;
use super::config::FAR_AWAY;
use super::incoming::Received;
use super::link::{Link, Readiness};
use super::listen::Socket;
use super::protocol::Protocol;
use super::receiving;
use super::request_environ::Peers;
use super::sending::{self, Asked};
use super::service::{Context, Service};
use super::stage::{CloseReason, Farewell, Reading, Stage, Step};
use super::threads::{Class, Permit};
use super::upload::Upload;
use crate::http::Rejection;

/// Cuántos pasos se dan seguidos antes de dejar sitio a otras conexiones.
const FAIR_SHARE: usize = 64;

/// Qué hacer con una conexión que ya no avanza.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Esperar a que el sistema avise.
    Park,
    /// Tiene más trabajo, pero les toca a otras.
    Yield,
    /// Tiene trabajo para un hilo que pueda detenerse.
    HandOff,
    Close(CloseReason),
}

#[derive(Debug)]
pub(super) struct Connection {
    link: Link,
    stage: Stage,
}

impl Connection {
    pub(super) fn new(socket: Socket, peers: Peers, now: Instant) -> Self {
        Self { link: Link::new(socket, peers, now), stage: Stage::default() }
    }

    /// Anota lo que avisó el sistema.
    pub(super) fn notice(&mut self, news: Readiness) {
        self.link.notice(news);
    }

    /// Pide al sistema avisos sobre esta conexión, si no se le habían pedido.
    pub(super) fn watch(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        self.link.watch(registry, token)
    }

    /// Cuántas respuestas tomó el sistema enteras.
    pub(super) fn delivered(&self) -> u64 {
        self.link.delivered()
    }

    /// Hasta cuándo se espera a que avance.
    pub(super) fn deadline(&self, service: &Service) -> Instant {
        let config = &service.config;
        let is_idle = self.link.incoming.is_empty() && self.link.answered > 0;
        if let (Some(stopping), Stage::Reading(Reading::Head(_))) =
            (service.stopping.get(), &self.stage)
            && self.link.is_quiet()
        {
            return after(self.link.since.max(*stopping), config.last_call);
        }
        let patience = match self.stage {
            Stage::Reading(Reading::Head(_)) if is_idle => config.idle_timeout,
            Stage::Reading(_) => config.head_timeout,
            Stage::Body(_) => config.body_timeout,
            // No espera al cliente, sino a un hilo.
            Stage::Calling(_) => FAR_AWAY,
            Stage::Responding(_) | Stage::Closing(_) => config.write_timeout,
            Stage::Lingering { .. } => config.linger_timeout,
        };
        after(self.link.since, patience)
    }

    /// Si no tiene nada a medias: cerrarla no corta ninguna petición que se haya visto.
    pub(super) fn is_idle(&self) -> bool {
        matches!(self.stage, Stage::Reading(Reading::Head(_))) && self.link.is_quiet()
    }

    /// Con qué otras peticiones se parece en lo que tarda la que espera a un hilo.
    pub(super) fn class(&self) -> Class {
        match &self.stage {
            Stage::Calling(call) => call.terms.class,
            Stage::Responding(response) => response.class,
            _ => Class::UNTAUGHT,
        }
    }

    /// Si para seguir hace falta un permiso: la aplicación tendrá que esperar a la red.
    pub(super) fn needs_permit(&self) -> bool {
        self.upload().is_some()
    }

    /// Le da el permiso que esperaba.
    pub(super) fn grant(&mut self, permit: Option<Permit>) {
        if let (Some(upload), Some(permit)) = (self.upload(), permit) {
            upload.grant(permit);
        }
    }

    fn upload(&self) -> Option<&Upload> {
        match &self.stage {
            Stage::Calling(call) => call.upload.as_ref(),
            _ => None,
        }
    }

    /// Avanza hasta donde se pueda.
    pub(super) fn serve(&mut self, context: &mut Context<'_, '_>) -> Outcome {
        self.link.borrow_room(context.scratch);
        let outcome = self.advance(context);
        self.link.return_room(context.scratch);
        outcome
    }

    /// Venció el plazo que dio [`deadline`](Self::deadline).
    pub(super) fn expire(&mut self, context: &mut Context<'_, '_>) -> Outcome {
        let pending = self.link.incoming.pending();
        let is_http = context.service.protocol == Protocol::Http;
        let halfway = match &self.stage {
            // En los demás protocolos, la mitad de una cabeza no dice a quién responder.
            Stage::Reading(_) if !pending.is_empty() && is_http => {
                Some(Asked::over_http(receiving::method_at(pending)))
            }
            Stage::Body(request) => Some(request.asked()),
            _ => None,
        };
        if let Stage::Responding(response) = &self.stage {
            // Si el socket ya no sirve, el corte se nota igual.
            let _ = sending::make_cut_visible(&self.link, response.delivery.framing);
        }
        let Some(asked) = halfway else {
            return Outcome::Close(match context.service.is_stopping() {
                true => CloseReason::Stopping,
                false => CloseReason::Deadline,
            });
        };
        self.link.borrow_room(context.scratch);
        let step = sending::reject(&mut self.link, context, asked, Rejection::Timeout);
        let outcome = self.follow(step).unwrap_or_else(|| self.advance(context));
        self.link.return_room(context.scratch);
        outcome
    }

    fn advance(&mut self, context: &mut Context<'_, '_>) -> Outcome {
        for _ in 0..FAIR_SHARE {
            let link = &mut self.link;
            let step = match std::mem::take(&mut self.stage) {
                Stage::Reading(reading) => receiving::read_request(link, context, reading),
                Stage::Body(pending) => receiving::gather_body(link, context, pending),
                Stage::Calling(call) => calling::resume(link, context, *call),
                Stage::Responding(response) => sending::resume(link, context, response),
                Stage::Closing(farewell) => close(link, context, farewell),
                Stage::Lingering { heard } => linger(link, context, heard),
            };
            if let Some(outcome) = self.follow(step) {
                return outcome;
            }
        }
        match self.link.flush(context.now) {
            Ok(_) => Outcome::Yield,
            Err(_) => Outcome::Close(CloseReason::ClientGone),
        }
    }

    /// Da un paso; `None` si se puede dar otro. Un error de E/S significa que el cliente se fue.
    fn follow(&mut self, step: io::Result<Step>) -> Option<Outcome> {
        let (stage, outcome) = match step {
            Ok(Step::Go(stage)) => (stage, None),
            Ok(Step::Park(stage)) => (stage, Some(Outcome::Park)),
            Ok(Step::Yield(stage)) => (stage, Some(Outcome::Yield)),
            Ok(Step::HandOff(stage)) => (stage, Some(Outcome::HandOff)),
            Ok(Step::Close(reason)) => return Some(Outcome::Close(reason)),
            Err(_) => return Some(Outcome::Close(CloseReason::ClientGone)),
        };
        self.stage = stage;
        outcome
    }
}

/// Cuándo se acaba la paciencia, que puede ser infinita.
fn after(since: Instant, patience: Duration) -> Instant {
    since + patience.min(FAR_AWAY)
}

/// Cierra, después de enviar lo pendiente.
fn close(link: &mut Link, context: &Context<'_, '_>, farewell: Farewell) -> io::Result<Step> {
    if !link.flush(context.now)? {
        return Ok(Step::Park(Stage::Closing(farewell)));
    }
    // Cerrar con bytes sin leer manda un RST, y el RST se come la respuesta en camino.
    if farewell == Farewell::Brief && !link.may_have_unread() {
        return Ok(Step::Close(CloseReason::Finished));
    }
    link.socket.finish()?;
    link.since = context.now;
    Ok(Step::Go(Stage::Lingering { heard: 0 }))
}

/// Escucha y olvida lo que el cliente todavía envíe.
fn linger(link: &mut Link, context: &Context<'_, '_>, heard: usize) -> io::Result<Step> {
    let heard = heard + link.incoming.pending().len();
    link.incoming.clear();
    if heard > context.service.config.max_linger {
        return Ok(Step::Close(CloseReason::Finished));
    }
    let stage = Stage::Lingering { heard };
    Ok(match link.receive()? {
        Received::Bytes | Received::LastBytes => Step::Go(stage),
        Received::Nothing => Step::Park(stage),
        Received::End => Step::Close(CloseReason::Finished),
    })
}
