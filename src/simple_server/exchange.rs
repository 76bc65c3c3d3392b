//! Una petición y su respuesta: de la cabeza leída a la aplicación, y de la aplicación a los bytes
//! por enviar.

use std::time::Duration;

use socket2::SockRef;

use super::connection::{CONTINUE, CloseReason, Connection, Farewell, Outcome, Stage, Step};
use super::request_environ;
use super::service::Context;
use super::upload::{Permission, Upload, UploadLimits};
use crate::environ::Environ;
use crate::gateway::{self, BodyLength, ResponseBody, error_page};
use crate::http::head::Patience;
use crate::http::request::{self, Expectation};
use crate::http::response::{self, Delivery, Framing};
use crate::http::{BodyDecoder, Persistence, Rejection, RequestBody, Version};
use crate::input::Input;

/// Cuántos trozos se envían seguidos antes de dejar sitio a otras conexiones.
const FAIR_CHUNKS: usize = 64;

/// Una petición cuyo cuerpo está llegando.
#[derive(Debug)]
pub(super) struct PendingRequest {
    environ: Environ,
    terms: Terms,
    decoder: BodyDecoder,
    content: Vec<u8>,
    arrival: Arrival,
}

/// Lo que la petición pide de la respuesta.
#[derive(Debug, Clone, Copy)]
struct Terms {
    version: Version,
    persistence: Persistence,
}

/// Quién lee el cuerpo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arrival {
    /// El bucle: es pequeño.
    Gathered,
    /// La aplicación, con sus lecturas.
    Streamed(Permission),
}

/// Una respuesta que se está enviando.
#[derive(Debug)]
pub(super) struct Response {
    body: ResponseBody,
    delivery: Delivery,
    farewell: Farewell,
}

/// Lo que se sabe de una petición cuando su `environ` ya está lleno.
struct Accepted {
    head_length: usize,
    terms: Terms,
    body: RequestBody,
    expectation: Expectation,
}

impl Connection {
    /// Lee la siguiente petición.
    pub(super) fn read_request(&mut self, context: &mut Context<'_, '_>) -> Step {
        let pending = self.incoming.pending();
        if pending.is_empty() || !self.patience.is_worth_parsing(pending) {
            self.patience.remember(pending, false);
            return self.receive_more(context);
        }
        match self.parse(context) {
            Ok(Some(accepted)) => self.begin(context, accepted),
            Ok(None) => {
                self.patience.remember(self.incoming.pending(), true);
                self.receive_more(context)
            }
            Err(rejection) => self.reject(context, rejection),
        }
    }

    fn parse(&mut self, context: &mut Context<'_, '_>) -> Result<Option<Accepted>, Rejection> {
        let service = context.service;
        let Some(request) = request::parse(self.incoming.pending(), &service.config.limits())?
        else {
            return Ok(None);
        };
        if let RequestBody::Length(length) = request.body
            && length > service.config.max_body
        {
            return Err(Rejection::BodyTooLarge);
        }
        let environ = &mut context.scratch.environ;
        environ.clear();
        request_environ::fill(environ, &request, &service.name, self.peers);
        Ok(Some(Accepted {
            head_length: request.head.length,
            terms: Terms { version: request.head.version, persistence: request.persistence },
            body: request.body,
            expectation: request.expectation,
        }))
    }

    fn begin(&mut self, context: &mut Context<'_, '_>, accepted: Accepted) -> Step {
        self.incoming.consume(accepted.head_length);
        self.patience = Patience::default();
        if accepted.body == RequestBody::None {
            return self.answer(context, accepted.terms, None);
        }
        let small = context.service.config.small_body as u64;
        let arrival = match (accepted.expectation, accepted.body) {
            (Expectation::Continue, _) => Arrival::Streamed(Permission::Awaited),
            (_, RequestBody::Length(length)) if length > small => {
                Arrival::Streamed(Permission::NotNeeded)
            }
            _ => Arrival::Gathered,
        };
        self.stage = Stage::Body(Box::new(PendingRequest {
            environ: std::mem::take(&mut context.scratch.environ),
            terms: accepted.terms,
            decoder: BodyDecoder::new(accepted.body),
            content: Vec::new(),
            arrival,
        }));
        CONTINUE
    }

    /// Reúne un cuerpo pequeño, o entrega uno grande a la aplicación.
    pub(super) fn gather_body(
        &mut self,
        context: &mut Context<'_, '_>,
        mut pending: Box<PendingRequest>,
    ) -> Step {
        let room = context.service.config.small_body.saturating_sub(pending.content.len());
        let arrived = self.incoming.pending();
        match pending.decoder.decode(arrived, &mut pending.content, room) {
            Ok(consumed) => self.incoming.consume(consumed),
            Err(rejection) => return self.reject(context, rejection),
        }
        let is_large = pending.content.len() >= context.service.config.small_body;
        match pending.arrival {
            _ if pending.decoder.is_done() => {
                pending.environ.set_input(Input::from(pending.content));
                context.scratch.environ = pending.environ;
                self.answer(context, pending.terms, None)
            }
            Arrival::Gathered if !is_large => {
                self.stage = Stage::Body(pending);
                self.receive_more(context)
            }
            Arrival::Gathered => self.stream_body(context, pending, Permission::NotNeeded),
            Arrival::Streamed(permission) => self.stream_body(context, pending, permission),
        }
    }

    fn stream_body(
        &mut self,
        context: &mut Context<'_, '_>,
        pending: Box<PendingRequest>,
        permission: Permission,
    ) -> Step {
        // Las respuestas anteriores van antes que un posible `100 Continue`.
        if !self.flush(context)? {
            self.stage = Stage::Body(pending);
            return Ok(Some(Outcome::Park));
        }
        let config = &context.service.config;
        let limits = UploadLimits { max_body: config.max_body, timeout: config.body_timeout };
        let PendingRequest { mut environ, terms, decoder, content, .. } = *pending;
        let incoming = std::mem::take(&mut self.incoming);
        let socket = self.socket.clone();
        let upload = Upload::new(socket, incoming, decoder, content, limits, permission);
        environ.set_input(Input::reader(upload.clone()));
        context.scratch.environ = environ;
        self.answer(context, terms, Some(upload))
    }

    /// Llama a la aplicación y empieza a enviar su respuesta.
    fn answer(
        &mut self,
        context: &mut Context<'_, '_>,
        terms: Terms,
        upload: Option<Upload>,
    ) -> Step {
        let scratch = &mut *context.scratch;
        let application = &*context.service.application;
        let body = context
            .leader
            .during(|| gateway::run(application, &mut scratch.environ, &mut scratch.head));
        scratch.environ.clear();
        let farewell = self.settle_upload(upload);
        let mut persistence = terms.persistence;
        if farewell == Farewell::Lingering || context.is_stopping() {
            persistence = Persistence::Close;
        }
        self.deliver(context, body, Terms { persistence, ..terms }, farewell)
    }

    /// Recupera lo que llegó detrás de un cuerpo grande. Si quedó sin leer, la conexión tendrá que
    /// cerrarse: un cuerpo sin leer nunca se convierte en la petición siguiente.
    fn settle_upload(&mut self, upload: Option<Upload>) -> Farewell {
        let Some(upload) = upload else { return Farewell::Brief };
        let Some(incoming) = upload.recover() else { return Farewell::Lingering };
        self.incoming = incoming;
        Farewell::Brief
    }

    /// Responde que la petición no se puede atender, y cierra.
    pub(super) fn reject(&mut self, context: &mut Context<'_, '_>, rejection: Rejection) -> Step {
        log::debug!("petición de {} rechazada: {rejection}", self.peers.remote);
        let method = if self.incoming.pending().starts_with(b"HEAD ") { "HEAD" } else { "GET" };
        self.incoming.consume(usize::MAX);
        let scratch = &mut *context.scratch;
        scratch.environ.clear();
        scratch.environ.push_fixed("REQUEST_METHOD", method);
        let page = error_page(rejection.status(), format!("Petición rechazada: {rejection}."));
        let body = gateway::run(&page, &mut scratch.environ, &mut scratch.head);
        let terms = Terms { version: Version::Http11, persistence: Persistence::Close };
        self.deliver(context, body, terms, Farewell::Lingering)
    }

    fn deliver(
        &mut self,
        context: &mut Context<'_, '_>,
        body: ResponseBody,
        terms: Terms,
        farewell: Farewell,
    ) -> Step {
        let framing = match body.length() {
            BodyLength::Forbidden => Framing::None,
            BodyLength::Declared(_) => Framing::Declared,
            BodyLength::Known(length) => Framing::Length(length),
            BodyLength::Unknown => Framing::for_unknown_length(terms.version),
        };
        let persistence = match framing {
            Framing::UntilClose => Persistence::Close,
            _ => terms.persistence,
        };
        let delivery = Delivery { framing, persistence };
        let head = &context.scratch.head;
        let common = context.scratch.common.missing_from(head);
        let out = self.outgoing.tail();
        response::write_head(out, head.status(), &common, head.fields(), delivery);
        self.respond(context, Response { body, delivery, farewell })
    }

    /// Sigue con una respuesta que el cliente no terminaba de tomar.
    pub(super) fn resume(
        &mut self,
        context: &mut Context<'_, '_>,
        response: Box<Response>,
    ) -> Step {
        if !self.flush(context)? {
            return self.wait_with(response, Outcome::Park);
        }
        self.respond(context, *response)
    }

    fn respond(&mut self, context: &mut Context<'_, '_>, mut response: Response) -> Step {
        let framing = response.delivery.framing;
        for _ in 0..FAIR_CHUNKS {
            if self.outgoing.is_full() && !self.flush(context)? {
                return self.wait_with(Box::new(response), Outcome::Park);
            }
            let is_lazy = response.body.is_lazy();
            let next = match is_lazy {
                true => context.leader.during(|| response.body.next_chunk()),
                false => response.body.next_chunk(),
            };
            match next {
                Ok(Some(chunk)) => self.outgoing.push_chunk(framing, chunk),
                Ok(None) => return self.finish(context, &response),
                Err(()) => return self.cut_short(context, framing),
            }
            // Cada trozo producido sobre la marcha sale antes de pedir el siguiente.
            if is_lazy && !self.flush(context)? {
                return self.wait_with(Box::new(response), Outcome::Park);
            }
        }
        self.wait_with(Box::new(response), Outcome::Yield)
    }

    fn wait_with(&mut self, response: Box<Response>, outcome: Outcome) -> Step {
        self.stage = Stage::Responding(response);
        Ok(Some(outcome))
    }

    fn finish(&mut self, context: &mut Context<'_, '_>, response: &Response) -> Step {
        response::write_end(self.outgoing.tail(), response.delivery.framing);
        self.since = context.now;
        self.answered += 1;
        if response.delivery.persistence == Persistence::Close {
            self.stage = Stage::Closing(response.farewell);
        }
        CONTINUE
    }

    /// La aplicación no completó el cuerpo: que el cliente no tome la mitad por el todo.
    fn cut_short(&mut self, context: &mut Context<'_, '_>, framing: Framing) -> Step {
        self.flush(context)?;
        if framing == Framing::UntilClose {
            // Sin longitud ni trozos, un cierre normal parecería el final: se manda un RST.
            SockRef::from(&*self.socket).set_linger(Some(Duration::ZERO))?;
        }
        Ok(Some(Outcome::Close(CloseReason::BodyIncomplete)))
    }
}
