//! Recibir una petición: su cabeza, y su cuerpo si es pequeño.
//!
//! Cada función da un paso desde la etapa en que está la conexión y dice cuál es la siguiente.

use std::io;

use super::calling::answer;
use super::forwarded;
use super::incoming::Received;
use super::link::Link;
use super::pace::Slot;
use super::request_environ;
use super::sending::reject;
use super::service::Context;
use super::stage::{Arrival, CloseReason, PendingRequest, Stage, Step, Terms};
use super::upload::{Permission, Upload, UploadLimits};
use crate::http::head::Patience;
use crate::http::request::{self, Expectation};
use crate::http::{BodyDecoder, Rejection, RequestBody};
use crate::input::Input;

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
            Err(rejection) => return reject_head(link, context, rejection),
        }
    }
    patience.remember(link.incoming.pending(), is_worth_parsing, &context.service.limits);
    let stage = Stage::Reading(patience);
    Ok(match link.exchange_bytes(context.now)? {
        Received::Bytes | Received::LastBytes => Step::Go(stage),
        Received::Nothing => Step::Park(stage),
        Received::End => return give_up(link, context),
    })
}

/// El cliente no enviará más y su petición está a medias. Si ya estaba mal escrita se le dice,
/// llegara como llegara.
fn give_up(link: &mut Link, context: &mut Context<'_, '_>) -> io::Result<Step> {
    if !link.incoming.is_empty()
        && let Err(rejection) = parse(link, context)
    {
        return reject_head(link, context, rejection);
    }
    Ok(Step::Close(CloseReason::ClientGone))
}

fn reject_head(
    link: &mut Link,
    context: &mut Context<'_, '_>,
    rejection: Rejection,
) -> io::Result<Step> {
    let method = method_at(link.incoming.pending());
    reject(link, context, method, rejection)
}

/// De la petición que empieza ahí, lo que importa de su método para rechazarla.
pub(super) fn method_at(mut pending: &[u8]) -> &'static str {
    while let Some(rest) = pending.strip_prefix(b"\r\n") {
        pending = rest;
    }
    if pending.starts_with(b"HEAD ") { "HEAD" } else { "GET" }
}

fn parse(link: &Link, context: &mut Context<'_, '_>) -> Result<Option<Accepted>, Rejection> {
    let service = context.service;
    let Some(request) = request::parse(link.incoming.pending(), &service.limits)? else {
        return Ok(None);
    };
    if let RequestBody::Length(length) = request.body
        && length > service.config.max_body
    {
        return Err(Rejection::BodyTooLarge);
    }
    let environ = &mut context.scratch.environ;
    environ.clear();
    request_environ::fill(environ, &request, &link.peers);
    forwarded::apply(environ, &service.config.trusted_proxies, service.config.proxy_headers);
    Ok(Some(Accepted {
        head_length: request.head.length,
        terms: Terms {
            slot: Slot::of(request.head.method, request.target.path_and_query().path),
            version: request.head.version,
            persistence: request.persistence,
        },
        body: request.body,
        expectation: request.expectation,
    }))
}

fn begin(link: &mut Link, context: &mut Context<'_, '_>, accepted: Accepted) -> io::Result<Step> {
    link.incoming.consume(accepted.head_length);
    if accepted.body == RequestBody::None {
        return answer(link, context, accepted.terms, None);
    }
    let arrival = match accepted.expectation {
        Expectation::Continue => Arrival::Streamed(Permission::Awaited),
        // También de uno grande se espera el principio: quien lo deja a medias no ocupa un hilo.
        Expectation::None => Arrival::Gathered,
    };
    Ok(Step::Go(Stage::Body(Box::new(PendingRequest {
        environ: std::mem::take(&mut context.scratch.environ),
        terms: accepted.terms,
        decoder: BodyDecoder::new(accepted.body, context.service.config.max_chunk_overhead),
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
        Err(rejection) => return reject(link, context, pending.method(), rejection),
    }
    if pending.content.len() as u64 > context.service.config.max_body {
        return reject(link, context, pending.method(), Rejection::BodyTooLarge);
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
