//! Recibir una petición: su cabeza, y su cuerpo si es pequeño.
//!
//! Cada función da un paso desde la etapa en que está la conexión y dice cuál es la siguiente.

use std::io;

use super::calling::answer;
use super::decoder::Decoder;
use super::envelope::Envelope;
use super::forwarded;
use super::incoming::Received;
use super::link::Link;
use super::protocol::Protocol;
use super::relayed;
use super::request_environ;
use super::sending::{Asked, reject};
use super::service::{Context, Scratch};
use super::stage::{Arrival, CloseReason, PendingRequest, Reading, Stage, Step, Terms};
use super::upload::{Permission, Upload, UploadLimits};
use crate::http::head::Patience;
use crate::http::request::{self, Expectation};
use crate::http::response::CONTINUE;
use crate::http::{BodyDecoder, Rejection, RequestBody};
use crate::input::Input;

/// Lo que se sabe de una petición cuando su `environ` ya está lleno.
pub(super) struct Accepted {
    pub(super) head_length: usize,
    pub(super) terms: Terms,
    /// Cómo se lee su cuerpo, si lo tiene.
    pub(super) body: Option<Decoder>,
    pub(super) arrival: Arrival,
}

/// Lee la siguiente petición.
pub(super) fn read_request(
    link: &mut Link,
    context: &mut Context<'_, '_>,
    reading: Reading,
) -> io::Result<Step> {
    match (context.service.protocol, reading) {
        (Protocol::Http, Reading::Head(patience)) => read_head(link, context, patience),
        (Protocol::Scgi | Protocol::Uwsgi, _) => relayed::read_block(link, context),
        (_, reading) => relayed::read_records(link, context, reading),
    }
}

/// Lee la siguiente petición de HTTP.
fn read_head(
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
    let stage = Stage::Reading(Reading::Head(patience));
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
    let asked = Asked::over_http(method_at(link.incoming.pending()));
    reject(link, context, asked, rejection)
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
    let Scratch { environ, fields, .. } = &mut *context.scratch;
    let Some(request) = request::parse(link.incoming.pending(), &service.limits, fields)? else {
        return Ok(None);
    };
    if let RequestBody::Length(length) = request.body
        && length > service.config.max_body
    {
        return Err(Rejection::BodyTooLarge);
    }
    environ.clear();
    request_environ::fill(environ, &request, &link.peers);
    forwarded::apply(environ, &service.config.trusted_proxies, service.config.proxy_headers);
    Ok(Some(Accepted {
        head_length: request.head.length,
        terms: Terms {
            class: service.paces.class(
                request.head.method,
                "",
                request.target.path_and_query().path,
            ),
            persistence: request.persistence,
            envelope: Envelope::Http(request.head.version),
        },
        body: match request.body {
            RequestBody::None => None,
            body => {
                let max_overhead = service.config.max_chunk_overhead;
                Some(Decoder::Plain(BodyDecoder::new(body, max_overhead)))
            }
        },
        arrival: match request.expectation {
            Expectation::Continue => Arrival::Streamed(Permission::Awaited),
            // También de uno grande se espera el principio: quien lo deja a medias no ocupa un hilo.
            Expectation::None => Arrival::Gathered,
        },
    }))
}

/// Empieza a atender una petición, cuyo `environ` es el de este hilo.
pub(super) fn begin(
    link: &mut Link,
    context: &mut Context<'_, '_>,
    accepted: Accepted,
) -> io::Result<Step> {
    link.incoming.consume(accepted.head_length);
    let Some(decoder) = accepted.body else {
        return answer(link, context, accepted.terms, None);
    };
    Ok(Step::Go(Stage::Body(Box::new(PendingRequest {
        environ: std::mem::take(&mut context.scratch.environ),
        terms: accepted.terms,
        decoder,
        content: Vec::new(),
        arrival: accepted.arrival,
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
        Err(rejection) => return reject(link, context, pending.asked(), rejection),
    }
    link.outgoing.tail().extend(pending.decoder.take_replies());
    if let Decoder::Records(receiver) = &pending.decoder
        && pending.decoder.is_aborted()
    {
        return Ok(relayed::abandon(link, context, receiver));
    }
    if pending.content.len() as u64 > context.service.config.max_body {
        return reject(link, context, pending.asked(), Rejection::BodyTooLarge);
    }
    match pending.arrival {
        _ if pending.decoder.is_done() => {
            pending.environ.set_input(Input::from(pending.content));
            context.scratch.environ = pending.environ;
            answer(link, context, pending.terms, None)
        }
        Arrival::Streamed(permission) if context.service.permits.is_any_free() => {
            stream_body(link, context, pending, permission)
        }
        Arrival::Streamed(_) => {
            // Quien recibe el permiso y calla esperará aquí, sin retener un hilo.
            link.outgoing.tail().extend_from_slice(CONTINUE);
            pending.arrival = Arrival::Gathered;
            Ok(Step::Go(Stage::Body(pending)))
        }
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
