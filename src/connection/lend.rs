//! Prestar a la aplicación con qué escribir durante la llamada, y recuperarlo cuando vuelve.

use super::incoming::Incoming;
use super::link::{Link, Readiness};
use super::service::Service;
use super::sink::LinkSink;
use super::stage::{CloseReason, Terms};
use super::upload::Upload;
use super::wire::Wire;
use crate::application::Application;
use crate::environ::Environ;
use crate::gateway::{self, Lent, Ran, ResponseBody, ResponseHead};
use crate::http::response::Delivery;

/// Lo que dejó una llamada.
pub(super) enum Called {
    /// No salió nada todavía: es la respuesta, entera.
    Whole(ResponseBody),
    /// La respuesta empezó durante la llamada.
    Begun(Begun),
}

/// Una respuesta que empezó durante la llamada.
pub(super) struct Begun {
    /// Lo que falta; `None` si no llegará a estar completa.
    pub(super) rest: Option<ResponseBody>,
    /// Cómo se envía, y por qué se cierra después si se cierra; o por qué ya no se le puede enviar nada.
    pub(super) outcome: Result<(Delivery, CloseReason), CloseReason>,
}

impl Called {
    /// El cuerpo que se va a enviar, si lo hay.
    pub(super) fn body(&mut self) -> Option<&mut ResponseBody> {
        match self {
            Self::Whole(body) => Some(body),
            Self::Begun(begun) => begun.rest.as_mut(),
        }
    }
}

/// Una llamada a la que se presta con qué escribir.
pub(super) struct Lending<'a> {
    pub(super) service: &'a Service,
    pub(super) application: &'a dyn Application,
    pub(super) terms: Terms,
}

impl Lending<'_> {
    /// Llama a la aplicación. El cuerpo grande se presta también, porque al empezar la respuesta hay que saber
    /// si llegó entero; vuelve si no empezó.
    pub(super) fn call<W: Wire>(
        self,
        link: &mut Link<W>,
        environ: &mut Environ,
        head: &mut ResponseHead,
        upload: &mut Option<Upload<W::Source>>,
    ) -> Called {
        let Self { service, application, mut terms } = self;
        if service.is_stopping() {
            terms.close(CloseReason::Stopping);
        }
        let outgoing = std::mem::take(&mut link.outgoing);
        let timeout = service.config.write_timeout;
        let sink = LinkSink::new(link.wire.sender(), outgoing, upload.take(), terms, timeout);
        let lent = Lent::new(sink, service.config.header_text, terms.is_head);
        environ.insert_extension(lent.writer());
        let ran = gateway::run_lending(application, environ, head, terms.is_head, &lent);
        let loan = lent.with_sink(LinkSink::take_back);
        link.outgoing = loan.outgoing;
        match ran {
            Ran::Whole(body) => {
                *upload = loan.upload;
                Called::Whole(body)
            }
            Ran::Begun(rest) => {
                recover(link, loan.upload, loan.arrived);
                Called::Begun(Begun { rest, outcome: loan.outcome })
            }
        }
    }
}

/// Recupera lo que cambió mientras otro leía y escribía por el cable: lo último que se supo de él ya no vale.
fn recover<W: Wire>(
    link: &mut Link<W>,
    upload: Option<Upload<W::Source>>,
    arrived: Option<Incoming>,
) {
    let readable = upload.is_some();
    link.notice(Readiness { readable, writable: true, ..Readiness::default() });
    match arrived {
        Some(incoming) => link.incoming = incoming,
        None => link.reader = upload.map(|upload| upload.reader()),
    }
}

#[cfg(test)]
mod tests;
