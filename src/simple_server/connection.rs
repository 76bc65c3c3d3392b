//! Una conexión: la máquina de estados entre los bytes que llegan y los que salen.
//!
//! ```text
//!           cabeza entera         cuerpo listo              se puede seguir
//!  Reading ──────────────▶ Body ───────────────▶ Responding ───────────────▶ Reading
//!     │ rechazo             │ rechazo               │ hay que cerrar
//!     └─────────────────────┴───────▶ Responding ───┴──▶ Closing ──▶ Lingering ──▶ cerrada
//! ```
//!
//! No espera nunca: cuando no puede seguir, lo dice y vuelve al bucle. Solo la aplicación espera,
//! y entonces el relevo se ocupa. Lo que pasa entre una petición y su respuesta está en `exchange`.

use std::io;
use std::net::Shutdown;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mio::net::TcpStream;

use super::exchange::{PendingRequest, Response};
use super::incoming::{Incoming, Received};
use super::outgoing::Outgoing;
use super::request_environ::Peers;
use super::service::{Context, Scratch};
use crate::http::Rejection;
use crate::http::head::Patience;

/// Cuánto se escucha a un cliente tras la última respuesta, para que un cierre brusco no se la
/// coma (RFC 9112 §9.6).
const LINGER: Duration = Duration::from_secs(2);

/// Cuántos bytes se le escuchan, como mucho.
const LINGER_BYTES: usize = 1024 * 1024;

/// Cuántas peticiones o trozos se atienden seguidos antes de dejar sitio a otras conexiones.
const FAIR_SHARE: usize = 64;

/// Qué hacer con una conexión que ya no avanza.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Esperar a que el sistema avise.
    Park,
    /// Tiene más trabajo, pero les toca a otras.
    Yield,
    Close(CloseReason),
}

/// Por qué se cierra una conexión.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CloseReason {
    /// La última respuesta salió entera.
    Finished,
    /// El cliente cerró, o la red falló.
    ClientGone,
    /// Venció su plazo.
    Deadline,
    /// La aplicación no completó el cuerpo: se corta para que se note.
    BodyIncomplete,
    /// El servidor se detiene y no había petición a medias.
    Stopping,
}

/// Un paso de la máquina de estados. Un error de E/S significa que el cliente se fue.
pub(super) type Step = io::Result<Option<Outcome>>;

/// El paso que deja seguir con el siguiente.
pub(super) const CONTINUE: Step = Ok(None);

#[derive(Debug)]
pub(super) struct Connection {
    pub(super) socket: Arc<TcpStream>,
    pub(super) peers: Peers,
    pub(super) incoming: Incoming,
    pub(super) outgoing: Outgoing,
    pub(super) stage: Stage,
    pub(super) patience: Patience,
    /// Cuándo avanzó por última vez, o cuándo empezó a llegar la cabeza a medias.
    pub(super) since: Instant,
    readiness: Readiness,
    /// Cuántas respuestas ha producido enteras.
    pub(super) answered: u64,
    /// Cuántas de ellas tomó el sistema enteras.
    delivered: u64,
}

#[derive(Debug)]
pub(super) enum Stage {
    Reading,
    Body(Box<PendingRequest>),
    Responding(Box<Response>),
    Closing(Farewell),
    Lingering { heard: usize },
}

/// Si hay que seguir escuchando al cliente después de la última respuesta.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Farewell {
    Brief,
    Lingering,
}

/// Lo último que se supo del socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Readiness {
    pub(super) readable: bool,
    pub(super) writable: bool,
    /// El cliente cerró su lado: siempre queda por leer el final.
    pub(super) read_closed: bool,
}

impl Readiness {
    /// Añade lo que dice un aviso nuevo.
    pub(super) fn add(&mut self, news: Self) {
        self.readable |= news.readable;
        self.writable |= news.writable;
        self.read_closed |= news.read_closed;
    }
}

impl Connection {
    pub(super) fn new(socket: TcpStream, peers: Peers, now: Instant) -> Self {
        Self {
            socket: Arc::new(socket),
            peers,
            incoming: Incoming::default(),
            outgoing: Outgoing::default(),
            stage: Stage::Reading,
            patience: Patience::default(),
            since: now,
            // Se prueba a leer al llegar: lo usual es que la petición ya esté ahí.
            readiness: Readiness { readable: true, writable: true, read_closed: false },
            answered: 0,
            delivered: 0,
        }
    }

    /// Anota lo que avisó el sistema.
    pub(super) fn notice(&mut self, news: Readiness) {
        self.readiness.add(news);
    }

    /// Avanza hasta donde se pueda.
    pub(super) fn serve(&mut self, context: &mut Context<'_, '_>) -> Outcome {
        self.with_room(context, |connection, context| connection.advance(context))
    }

    /// Venció el plazo que dio [`deadline`](Self::deadline).
    pub(super) fn expire(&mut self, context: &mut Context<'_, '_>) -> Outcome {
        let is_request = match self.stage {
            Stage::Reading => !self.incoming.is_empty(),
            Stage::Body(_) => true,
            _ => false,
        };
        if !is_request {
            return Outcome::Close(CloseReason::Deadline);
        }
        self.with_room(context, |connection, context| {
            match connection.reject(context, Rejection::Timeout) {
                Ok(_) => connection.advance(context),
                Err(_) => Outcome::Close(CloseReason::ClientGone),
            }
        })
    }

    /// Cuántas respuestas tomó el sistema enteras.
    pub(super) fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Hasta cuándo se espera a que avance.
    pub(super) fn deadline(&self, context: &Context<'_, '_>) -> Instant {
        let config = &context.service.config;
        self.since
            + match self.stage {
                Stage::Reading if self.incoming.is_empty() && self.answered > 0 => {
                    config.idle_timeout
                }
                Stage::Reading => config.head_timeout,
                Stage::Body(_) => config.body_timeout,
                Stage::Responding(_) | Stage::Closing(_) => config.write_timeout,
                Stage::Lingering { .. } => LINGER,
            }
    }

    /// Presta los búferes del hilo a la conexión mientras los usa.
    fn with_room(
        &mut self,
        context: &mut Context<'_, '_>,
        work: impl FnOnce(&mut Self, &mut Context<'_, '_>) -> Outcome,
    ) -> Outcome {
        let Scratch { incoming, outgoing, .. } = context.scratch;
        if !self.incoming.has_room_of_its_own() {
            std::mem::swap(&mut self.incoming, incoming);
        }
        if !self.outgoing.has_room_of_its_own() {
            std::mem::swap(&mut self.outgoing, outgoing);
        }
        let outcome = work(self, context);
        if self.incoming.is_empty() {
            context.scratch.incoming = std::mem::take(&mut self.incoming);
        }
        if self.outgoing.is_empty() {
            context.scratch.outgoing = std::mem::take(&mut self.outgoing);
        }
        outcome
    }

    fn advance(&mut self, context: &mut Context<'_, '_>) -> Outcome {
        for _ in 0..FAIR_SHARE {
            let step = match std::mem::replace(&mut self.stage, Stage::Reading) {
                Stage::Reading => self.read_request(context),
                Stage::Body(pending) => self.gather_body(context, pending),
                Stage::Responding(response) => self.resume(context, response),
                Stage::Closing(farewell) => self.close(context, farewell),
                Stage::Lingering { heard } => self.linger(heard),
            };
            match step {
                Ok(None) => {}
                Ok(Some(outcome)) => return outcome,
                Err(_) => return Outcome::Close(CloseReason::ClientGone),
            }
        }
        match self.flush(context) {
            Ok(_) => Outcome::Yield,
            Err(_) => Outcome::Close(CloseReason::ClientGone),
        }
    }

    /// Envía lo pendiente y recibe más, sin esperar. `None` si llegó algo.
    pub(super) fn receive_more(&mut self, context: &mut Context<'_, '_>) -> Step {
        // Lo que se debe se envía antes de esperar otra cosa.
        if !self.flush(context)? || !self.readiness.readable {
            return Ok(Some(self.park_or_stop(context)));
        }
        // De una cabeza cuenta el primer byte; de un cuerpo, cada uno.
        let is_progress = self.incoming.is_empty();
        match self.receive()? {
            Received::Bytes | Received::LastBytes => {
                if is_progress {
                    self.since = context.now;
                }
                CONTINUE
            }
            Received::Nothing => Ok(Some(self.park_or_stop(context))),
            Received::End => Ok(Some(Outcome::Close(CloseReason::ClientGone))),
        }
    }

    fn park_or_stop(&self, context: &Context<'_, '_>) -> Outcome {
        let is_idle = matches!(self.stage, Stage::Reading)
            && self.incoming.is_empty()
            && self.outgoing.is_empty();
        match context.is_stopping() && is_idle {
            true => Outcome::Close(CloseReason::Stopping),
            false => Outcome::Park,
        }
    }

    fn receive(&mut self) -> io::Result<Received> {
        let received = self.incoming.receive(&*self.socket)?;
        let drained = matches!(received, Received::Nothing)
            || (received == Received::LastBytes && !self.readiness.read_closed);
        self.readiness.readable = !drained;
        Ok(received)
    }

    /// Envía lo pendiente; `true` si no queda nada.
    pub(super) fn flush(&mut self, context: &Context<'_, '_>) -> io::Result<bool> {
        if self.outgoing.is_empty() {
            self.delivered = self.answered;
            return Ok(true);
        }
        if !self.readiness.writable {
            return Ok(false);
        }
        let before = self.outgoing.pending();
        let done = self.outgoing.send(&*self.socket)?;
        self.readiness.writable = done;
        if done {
            self.delivered = self.answered;
        }
        if self.outgoing.pending() < before {
            self.since = context.now;
        }
        Ok(done)
    }

    fn close(&mut self, context: &mut Context<'_, '_>, farewell: Farewell) -> Step {
        if !self.flush(context)? {
            self.stage = Stage::Closing(farewell);
            return Ok(Some(Outcome::Park));
        }
        // Cerrar con bytes sin leer manda un RST, y el RST se come la respuesta en camino.
        let may_have_unread = self.readiness.readable || !self.incoming.is_empty();
        if farewell == Farewell::Brief && !may_have_unread {
            return Ok(Some(Outcome::Close(CloseReason::Finished)));
        }
        self.socket.shutdown(Shutdown::Write)?;
        self.since = context.now;
        self.stage = Stage::Lingering { heard: 0 };
        CONTINUE
    }

    fn linger(&mut self, heard: usize) -> Step {
        let heard = heard + self.incoming.pending().len();
        self.incoming.consume(usize::MAX);
        if heard > LINGER_BYTES {
            return Ok(Some(Outcome::Close(CloseReason::Finished)));
        }
        self.stage = Stage::Lingering { heard };
        if !self.readiness.readable {
            return Ok(Some(Outcome::Park));
        }
        match self.receive()? {
            Received::Bytes | Received::LastBytes => CONTINUE,
            Received::Nothing => Ok(Some(Outcome::Park)),
            Received::End => Ok(Some(Outcome::Close(CloseReason::Finished))),
        }
    }
}
