//! Una petición y su respuesta: de la cabeza leída a la aplicación, y de la aplicación a los bytes
//! por enviar.
//!
//! Cada función da un paso desde la etapa en que está la conexión y dice cuál es la siguiente.

use std::io;
use std::time::Duration;

use socket2::SockRef;

use super::incoming::Received;
use super::link::Link;
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

/// En qué punto está la conversación con un cliente.
#[derive(Debug)]
pub(super) enum Stage {
    /// Espera o recibe una cabeza.
    Reading(Patience),
    /// Recibe un cuerpo.
    Body(Box<PendingRequest>),
    /// Envía una respuesta.
    Responding(Box<Response>),
    /// Envía lo último.
    Closing(Farewell),
    /// Ya respondió; escucha por cortesía.
    Lingering { heard: usize },
}

impl Default for Stage {
    fn default() -> Self {
        Self::Reading(Patience::default())
    }
}

/// El resultado de un paso. Un error de E/S significa que el cliente se fue.
#[derive(Debug)]
pub(super) enum Step {
    Go(Stage),
    /// No puede seguir hasta que el sistema avise.
    Park(Stage),
    /// Puede seguir, pero les toca a otras conexiones.
    Yield(Stage),
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

/// Si hay que seguir escuchando al cliente después de la última respuesta.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Farewell {
    Brief,
    Lingering,
}

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

/// Lee la siguiente petición.
pub(super) fn read_request(
    link: &mut Link,
    context: &mut Context<'_, '_>,
    mut patience: Patience,
) -> io::Result<Step> {
    let pending = link.incoming.pending();
    let is_worth_parsing = !pending.is_empty() && patience.is_worth_parsing(pending);
    if is_worth_parsing {
        match parse(link, context) {
            Ok(Some(accepted)) => return begin(link, context, accepted),
            Ok(None) => {}
            Err(rejection) => return reject(link, context, rejection),
        }
    }
    patience.remember(link.incoming.pending(), is_worth_parsing);
    let stage = Stage::Reading(patience);
    Ok(match link.exchange_bytes(context.now)? {
        Received::Bytes | Received::LastBytes => Step::Go(stage),
        Received::Nothing if context.is_stopping() && link.is_quiet() => {
            Step::Close(CloseReason::Stopping)
        }
        Received::Nothing => Step::Park(stage),
        Received::End => Step::Close(CloseReason::ClientGone),
    })
}

fn parse(link: &Link, context: &mut Context<'_, '_>) -> Result<Option<Accepted>, Rejection> {
    let service = context.service;
    let Some(request) = request::parse(link.incoming.pending(), &service.config.limits())? else {
        return Ok(None);
    };
    if let RequestBody::Length(length) = request.body
        && length > service.config.max_body
    {
        return Err(Rejection::BodyTooLarge);
    }
    let environ = &mut context.scratch.environ;
    environ.clear();
    request_environ::fill(environ, &request, &service.name, link.peers);
    Ok(Some(Accepted {
        head_length: request.head.length,
        terms: Terms { version: request.head.version, persistence: request.persistence },
        body: request.body,
        expectation: request.expectation,
    }))
}

fn begin(link: &mut Link, context: &mut Context<'_, '_>, accepted: Accepted) -> io::Result<Step> {
    link.incoming.consume(accepted.head_length);
    if accepted.body == RequestBody::None {
        return answer(link, context, accepted.terms, None);
    }
    let small = context.service.config.small_body as u64;
    let arrival = match (accepted.expectation, accepted.body) {
        (Expectation::Continue, _) => Arrival::Streamed(Permission::Awaited),
        (_, RequestBody::Length(length)) if length > small => {
            Arrival::Streamed(Permission::NotNeeded)
        }
        _ => Arrival::Gathered,
    };
    Ok(Step::Go(Stage::Body(Box::new(PendingRequest {
        environ: std::mem::take(&mut context.scratch.environ),
        terms: accepted.terms,
        decoder: BodyDecoder::new(accepted.body),
        content: Vec::new(),
        arrival,
    }))))
}

/// Reúne un cuerpo pequeño, o entrega uno grande a la aplicación.
pub(super) fn gather_body(
    link: &mut Link,
    context: &mut Context<'_, '_>,
    mut pending: Box<PendingRequest>,
) -> io::Result<Step> {
    let small = context.service.config.small_body;
    let room = small.saturating_sub(pending.content.len());
    match pending.decoder.decode(link.incoming.pending(), &mut pending.content, room) {
        Ok(consumed) => link.incoming.consume(consumed),
        Err(rejection) => return reject(link, context, rejection),
    }
    match pending.arrival {
        _ if pending.decoder.is_done() => {
            pending.environ.set_input(Input::from(pending.content));
            context.scratch.environ = pending.environ;
            answer(link, context, pending.terms, None)
        }
        Arrival::Streamed(permission) => stream_body(link, context, pending, permission),
        Arrival::Gathered if pending.content.len() >= small => {
            stream_body(link, context, pending, Permission::NotNeeded)
        }
        Arrival::Gathered => {
            let stage = Stage::Body(pending);
            Ok(match link.exchange_bytes(context.now)? {
                Received::Bytes | Received::LastBytes => Step::Go(stage),
                Received::Nothing => Step::Park(stage),
                Received::End => Step::Close(CloseReason::ClientGone),
            })
        }
    }
}

fn stream_body(
    link: &mut Link,
    context: &mut Context<'_, '_>,
    pending: Box<PendingRequest>,
    permission: Permission,
) -> io::Result<Step> {
    // Las respuestas anteriores van antes que un posible `100 Continue`.
    if !link.flush(context.now)? {
        return Ok(Step::Park(Stage::Body(pending)));
    }
    let config = &context.service.config;
    let limits = UploadLimits { max_body: config.max_body, timeout: config.body_timeout };
    let PendingRequest { mut environ, terms, decoder, content, .. } = *pending;
    let incoming = std::mem::take(&mut link.incoming);
    let socket = link.socket.clone();
    let upload = Upload::new(socket, incoming, decoder, content, limits, permission);
    environ.set_input(Input::reader(upload.clone()));
    context.scratch.environ = environ;
    answer(link, context, terms, Some(upload))
}

/// Llama a la aplicación y empieza a enviar su respuesta.
fn answer(
    link: &mut Link,
    context: &mut Context<'_, '_>,
    terms: Terms,
    upload: Option<Upload>,
) -> io::Result<Step> {
    let scratch = &mut *context.scratch;
    let application = &*context.service.application;
    let body = context
        .leader
        .during(|| gateway::run(application, &mut scratch.environ, &mut scratch.head));
    scratch.environ.clear();
    let farewell = settle_upload(link, upload);
    let mut persistence = terms.persistence;
    if farewell == Farewell::Lingering || context.is_stopping() {
        persistence = Persistence::Close;
    }
    deliver(link, context, body, Terms { persistence, ..terms }, farewell)
}

/// Recupera lo que llegó detrás de un cuerpo grande. Si quedó sin leer, la conexión tendrá que
/// cerrarse: un cuerpo sin leer nunca se convierte en la petición siguiente.
fn settle_upload(link: &mut Link, upload: Option<Upload>) -> Farewell {
    let Some(upload) = upload else { return Farewell::Brief };
    let Some(incoming) = upload.recover() else { return Farewell::Lingering };
    link.incoming = incoming;
    Farewell::Brief
}

/// Responde que la petición no se puede atender, y cierra.
pub(super) fn reject(
    link: &mut Link,
    context: &mut Context<'_, '_>,
    rejection: Rejection,
) -> io::Result<Step> {
    log::debug!("petición de {} rechazada: {rejection}", link.peers.remote);
    let method = if link.incoming.pending().starts_with(b"HEAD ") { "HEAD" } else { "GET" };
    link.incoming.clear();
    let scratch = &mut *context.scratch;
    scratch.environ.clear();
    scratch.environ.push_fixed("REQUEST_METHOD", method);
    let page = error_page(rejection.status(), format!("Petición rechazada: {rejection}."));
    let body = gateway::run(&page, &mut scratch.environ, &mut scratch.head);
    let terms = Terms { version: Version::Http11, persistence: Persistence::Close };
    deliver(link, context, body, terms, Farewell::Lingering)
}

fn deliver(
    link: &mut Link,
    context: &mut Context<'_, '_>,
    body: ResponseBody,
    terms: Terms,
    farewell: Farewell,
) -> io::Result<Step> {
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
    response::write_head(link.outgoing.tail(), head.status(), &common, head.fields(), delivery);
    respond(link, context, Response { body, delivery, farewell })
}

/// Sigue con una respuesta que el cliente no terminaba de tomar.
pub(super) fn resume(
    link: &mut Link,
    context: &mut Context<'_, '_>,
    response: Box<Response>,
) -> io::Result<Step> {
    if !link.flush(context.now)? {
        return Ok(Step::Park(Stage::Responding(response)));
    }
    respond(link, context, *response)
}

fn respond(
    link: &mut Link,
    context: &mut Context<'_, '_>,
    mut response: Response,
) -> io::Result<Step> {
    let framing = response.delivery.framing;
    for _ in 0..FAIR_CHUNKS {
        if link.outgoing.is_full() && !link.flush(context.now)? {
            return Ok(Step::Park(Stage::Responding(Box::new(response))));
        }
        let is_lazy = response.body.is_lazy();
        let next = match is_lazy {
            true => context.leader.during(|| response.body.next_chunk()),
            false => response.body.next_chunk(),
        };
        match next {
            Ok(Some(chunk)) => link.outgoing.push_chunk(framing, chunk),
            Ok(None) => return Ok(finish(link, context, &response)),
            Err(()) => return cut_short(link, context, framing),
        }
        // Cada trozo producido sobre la marcha sale antes de pedir el siguiente.
        if is_lazy && !link.flush(context.now)? {
            return Ok(Step::Park(Stage::Responding(Box::new(response))));
        }
    }
    Ok(Step::Yield(Stage::Responding(Box::new(response))))
}

fn finish(link: &mut Link, context: &Context<'_, '_>, response: &Response) -> Step {
    response::write_end(link.outgoing.tail(), response.delivery.framing);
    link.since = context.now;
    link.answered += 1;
    Step::Go(match response.delivery.persistence {
        Persistence::Close => Stage::Closing(response.farewell),
        Persistence::KeepAlive | Persistence::KeepAliveAnnounced => Stage::default(),
    })
}

/// La aplicación no completó el cuerpo: que el cliente no tome la mitad por el todo.
fn cut_short(link: &mut Link, context: &Context<'_, '_>, framing: Framing) -> io::Result<Step> {
    link.flush(context.now)?;
    if framing == Framing::UntilClose {
        // Sin longitud ni trozos, un cierre normal parecería el final: se manda un RST.
        SockRef::from(&*link.socket).set_linger(Some(Duration::ZERO))?;
    }
    Ok(Step::Close(CloseReason::BodyIncomplete))
}
