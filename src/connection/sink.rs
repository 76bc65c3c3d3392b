//! Por donde sale lo que la aplicación escribe durante la llamada (PEP 3333, «The write() Callable»).
//!
//! Mientras dura, lo que se debe al cliente está aquí y no en el enlace: sale primero, y quien lo envía es el
//! hilo que escribe. Aquí se espera, porque ese hilo ya está detenido en la aplicación; a un cliente que no
//! toma nada, lo que dure el plazo de escritura.

use std::io;
use std::time::Duration;

use super::envelope::Envelope;
use super::incoming::Incoming;
use super::outgoing::Outgoing;
use super::service::CommonFields;
use super::stage::{CloseReason, Terms};
use super::upload::{Settled, Upload};
use super::window::Window;
use super::wire::{Awaited, Source};
use crate::cgi::fastcgi;
use crate::gateway::{BodyLength, ResponseHead, Sink};
use crate::http::response::{Delivery, Framing};

#[derive(Debug)]
pub(super) struct LinkSink<S> {
    source: S,
    outgoing: Outgoing,
    terms: Terms,
    upload: Option<Upload<S>>,
    /// Lo que llegó detrás de ella, si la respuesta empezó con ella entera.
    arrived: Option<Incoming>,
    begun: Option<(Delivery, CloseReason)>,
    failure: Option<CloseReason>,
    timeout: Duration,
    window: Window,
}

/// Lo que se presta, y cómo quedó al volver.
#[derive(Debug)]
pub(super) struct Loan<S> {
    pub(super) outgoing: Outgoing,
    pub(super) upload: Option<Upload<S>>,
    pub(super) arrived: Option<Incoming>,
    /// Cómo se envía la respuesta, y por qué se cierra después si se cierra; o por qué ya no se le puede enviar
    /// nada. Si no empezó, da lo mismo.
    pub(super) outcome: Result<(Delivery, CloseReason), CloseReason>,
}

impl<S: Source> LinkSink<S> {
    /// `outgoing` es lo que se debe, y `timeout` lo que se espera a quien no toma nada.
    pub(super) fn new(
        source: S,
        outgoing: Outgoing,
        upload: Option<Upload<S>>,
        terms: Terms,
        timeout: Duration,
    ) -> Self {
        Self {
            source,
            outgoing,
            terms,
            upload,
            arrived: None,
            begun: None,
            failure: None,
            timeout,
            window: Window::default(),
        }
    }

    /// Devuelve lo prestado: la llamada volvió.
    pub(super) fn take_back(&mut self) -> Loan<S> {
        Loan {
            outgoing: std::mem::take(&mut self.outgoing),
            upload: self.upload.take(),
            arrived: self.arrived.take(),
            outcome: match (self.failure, self.begun) {
                (None, Some(begun)) => Ok(begun),
                (failure, _) => Err(failure.unwrap_or(CloseReason::ClientGone)),
            },
        }
    }

    /// Un cuerpo que no ha llegado entero quizá no llegue nunca, y la cabeza tiene que decirlo ya.
    fn settle(&mut self) {
        let Some(upload) = &self.upload else { return };
        let Settled { interim, rest } = upload.settle();
        self.outgoing.tail().extend_from_slice(interim);
        match rest {
            Some((incoming, replies)) => {
                self.outgoing.tail().extend(replies);
                self.arrived = Some(incoming);
            }
            None => self.terms.close(CloseReason::BodyUnread),
        }
    }

    fn push(&mut self, framing: Framing, part: &[u8]) {
        match self.terms.envelope {
            Envelope::Http(_) | Envelope::Plain(_) => self.outgoing.push_part(framing, part),
            Envelope::Records(id) => fastcgi::write_stdout(self.outgoing.tail(), id, part),
        }
    }

    /// Envía todo lo que se debe, esperando lo que haga falta hasta el plazo.
    fn flush(&mut self) -> io::Result<()> {
        loop {
            let (source, before) = (&self.source, self.outgoing.pending());
            let is_done = self.outgoing.send(|pieces| source.send(pieces))?;
            self.window.count(before - self.outgoing.pending());
            if is_done {
                return Ok(());
            }
            let left = self.window.left(self.timeout);
            let waited = self.source.wait(Awaited::Room, left)?;
            if self.window.is_slow_after(waited, self.timeout) {
                return Err(io::ErrorKind::TimedOut.into());
            }
        }
    }

    /// Anota por qué ya no se puede seguir.
    fn noting<T>(&mut self, attempt: io::Result<T>) -> io::Result<T> {
        attempt.inspect_err(|error| {
            self.failure = Some(match error.kind() {
                io::ErrorKind::TimedOut => CloseReason::Deadline,
                _ => CloseReason::ClientGone,
            });
        })
    }
}

impl<S: Source> Sink for LinkSink<S> {
    fn begin(&mut self, head: &ResponseHead, length: BodyLength) -> io::Result<()> {
        self.settle();
        let (delivery, reason) = self.terms.deliver(length);
        let common = CommonFields::at(self.source.calendar());
        let (envelope, tail) = (self.terms.envelope, self.outgoing.tail());
        envelope.write_head(tail, head, common.without_own(head), delivery);
        self.begun = Some((delivery, reason));
        // Desde aquí, cualquier cierre tiene que verse como un corte.
        let cuts = delivery.framing.ends_with_any_close();
        let asked = if cuts { self.source.abort_when_closed(true) } else { Ok(()) };
        self.noting(asked)
    }

    /// Se copia por partes, para que uno enorme no ocupe el doble.
    fn send(&mut self, part: &[u8]) -> io::Result<()> {
        let framing = self.begun.map_or(Framing::None, |(delivery, _)| delivery.framing);
        for part in part.chunks(fastcgi::MAX_CONTENT) {
            self.push(framing, part);
            if self.outgoing.is_full() {
                let sent = self.flush();
                self.noting(sent)?;
            }
        }
        let sent = self.flush();
        self.noting(sent)
    }
}
