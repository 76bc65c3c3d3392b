//! Recibir una petición que entrega un servidor web, con sus variables ya leídas: FastCGI, SCGI o
//! uwsgi.

use std::io;

use super::decoder::Decoder;
use super::envelope::Envelope;
use super::forwarded;
use super::incoming::Received;
use super::link::Link;
use super::protocol::Protocol;
use super::receiving::{Accepted, begin};
use super::sending::{Asked, reject};
use super::service::Context;
use super::stage::{Arrival, CloseReason, Farewell, Reading, Stage, Step, Terms};
use super::threads::{Class, Paces};
use crate::cgi::fastcgi::{Phase, Receiver, ReceiverLimits};
use crate::cgi::head::StatusLine;
use crate::cgi::variables::{self, Process, Variable};
use crate::cgi::{scgi, uwsgi};
use crate::environ::Environ;
use crate::http::{BodyDecoder, Persistence, Rejection, RequestBody};

/// Lo que hay además de los textos de una petición: los de la pasarela.
const OTHER_TEXT: usize = 256;

/// Lee la siguiente petición de SCGI o de uwsgi, que llega en un solo bloque.
pub(super) fn read_block(link: &mut Link, context: &mut Context<'_, '_>) -> io::Result<Step> {
    if !link.incoming.is_empty() {
        match accept_block(link, context) {
            Ok(Some(accepted)) => return begin(link, context, accepted),
            Ok(None) => {}
            Err(rejection) => {
                let envelope = Envelope::Plain(status_line(context.service.protocol));
                return refuse(link, context, envelope, rejection);
            }
        }
    }
    receive(link, context, Reading::default())
}

fn status_line(protocol: Protocol) -> StatusLine {
    match protocol {
        Protocol::Uwsgi => StatusLine::Http,
        _ => StatusLine::Field,
    }
}

fn accept_block(link: &Link, context: &mut Context<'_, '_>) -> Result<Option<Accepted>, Rejection> {
    let (pending, max) = (link.incoming.pending(), context.service.config.max_head);
    let line = status_line(context.service.protocol);
    let head_length = match context.service.protocol {
        Protocol::Uwsgi => {
            let Some(block) = uwsgi::parse(pending, max)? else { return Ok(None) };
            fill(context, block.variables(), block.length)?;
            block.length
        }
        _ => {
            let Some(block) = scgi::parse(pending, max)? else { return Ok(None) };
            fill(context, block.variables(), block.length)?;
            if context.scratch.environ.get("SCGI") != Some("1") {
                return Err(Rejection::Record);
            }
            block.length
        }
    };
    let environ = &context.scratch.environ;
    let body = match environ.content_length() {
        None | Some(0) => None,
        Some(length) => Some(Decoder::Plain(BodyDecoder::new(RequestBody::Length(length), 0))),
    };
    let terms = Terms {
        class: class_of(environ, &context.service.paces),
        persistence: Persistence::Close,
        envelope: Envelope::Plain(line),
    };
    Ok(Some(Accepted { head_length, terms, body, arrival: Arrival::Gathered }))
}

/// Sigue leyendo una petición de FastCGI, cuyas variables llegan en registros.
pub(super) fn read_records(
    link: &mut Link,
    context: &mut Context<'_, '_>,
    reading: Reading,
) -> io::Result<Step> {
    let mut receiver = match reading {
        Reading::Records(receiver) => receiver,
        Reading::Head(_) if link.incoming.is_empty() => {
            return receive(link, context, Reading::default());
        }
        Reading::Head(_) => Box::new(Receiver::new(receiver_limits(context))),
    };
    match receiver.decode(link.incoming.pending(), &mut Vec::new(), 0) {
        Ok(consumed) => link.incoming.consume(consumed),
        Err(rejection) => {
            return refuse(link, context, Envelope::Records(receiver.id()), rejection);
        }
    }
    link.outgoing.tail().extend(receiver.take_replies());
    match receiver.phase() {
        Phase::Waiting if receiver.is_idle() => Ok(Step::Go(Stage::default())),
        Phase::Waiting | Phase::Params => receive(link, context, Reading::Records(receiver)),
        Phase::Content => accept_records(link, context, receiver),
        Phase::Refused => Ok(Step::Go(Stage::Closing(Farewell::Lingering))),
        Phase::Aborted => Ok(abandon(link, context, &receiver)),
        Phase::Done => unreachable!("antes de las variables no hay cuerpo"),
    }
}

fn receiver_limits(context: &Context<'_, '_>) -> ReceiverLimits {
    let config = &context.service.config;
    ReceiverLimits {
        head: config.max_head,
        overhead: config.max_chunk_overhead,
        connections: config.max_connections,
    }
}

fn accept_records(
    link: &mut Link,
    context: &mut Context<'_, '_>,
    mut receiver: Box<Receiver>,
) -> io::Result<Step> {
    let envelope = Envelope::Records(receiver.id());
    if let Err(rejection) = fill(context, receiver.variables(), receiver.variables_length()) {
        return refuse(link, context, envelope, rejection);
    }
    let environ = &context.scratch.environ;
    receiver.expect_content(environ.content_length());
    let persistence = match receiver.keeps_connection() {
        true => Persistence::KeepAlive,
        false => Persistence::Close,
    };
    let terms = Terms { class: class_of(environ, &context.service.paces), persistence, envelope };
    let body = Some(Decoder::Records(receiver));
    begin(link, context, Accepted { head_length: 0, terms, body, arrival: Arrival::Gathered })
}

/// El servidor web ya no quiere la respuesta: se le dice que terminó, y se sigue si él sigue.
pub(super) fn abandon(link: &mut Link, context: &Context<'_, '_>, receiver: &Receiver) -> Step {
    receiver.write_aborted(link.outgoing.tail());
    link.since = context.now;
    Step::Go(match receiver.keeps_connection() && !context.service.is_stopping() {
        true => Stage::default(),
        false => Stage::Closing(Farewell::Lingering),
    })
}

/// Llena el `environ` de este hilo, y comprueba que el cuerpo quepa.
fn fill<'v>(
    context: &mut Context<'_, '_>,
    variables: impl Iterator<Item = Variable<'v>>,
    length: usize,
) -> Result<(), Rejection> {
    let (service, environ) = (context.service, &mut context.scratch.environ);
    let config = &service.config;
    environ.clear();
    environ.reserve(length + OTHER_TEXT);
    variables::fill(environ, variables, Process::Serving, &service.name, config.max_fields)?;
    forwarded::apply(environ, &config.trusted_proxies, config.proxy_headers);
    match environ.content_length() {
        Some(length) if length > config.max_body => Err(Rejection::BodyTooLarge),
        _ => Ok(()),
    }
}

/// Con qué otras peticiones se parece en lo que tarda.
fn class_of(environ: &Environ, paces: &Paces) -> Class {
    paces.class(environ.method(), environ.script_name(), environ.path_info())
}

/// Recibe más. El plazo de una petición a medias cuenta desde que empezó.
fn receive(link: &mut Link, context: &Context<'_, '_>, reading: Reading) -> io::Result<Step> {
    let since = link.since;
    let received = link.exchange_bytes(context.now)?;
    if matches!(reading, Reading::Records(_)) {
        link.since = since;
    }
    Ok(match received {
        Received::Bytes | Received::LastBytes => Step::Go(Stage::Reading(reading)),
        Received::Nothing => Step::Park(Stage::Reading(reading)),
        Received::End => Step::Close(CloseReason::ClientGone),
    })
}

/// Dice que no se puede atender. A quien no habla el protocolo no se le puede decir nada.
fn refuse(
    link: &mut Link,
    context: &mut Context<'_, '_>,
    envelope: Envelope,
    rejection: Rejection,
) -> io::Result<Step> {
    if rejection != Rejection::Record {
        let method = match context.scratch.environ.method() {
            "HEAD" => "HEAD",
            _ => "GET",
        };
        return reject(link, context, Asked { method, envelope }, rejection);
    }
    log::warn!(
        "{} no habla {}, o lo habla mal; se cierra la conexión",
        link.peers,
        context.service.protocol
    );
    link.incoming.clear();
    Ok(Step::Go(Stage::Closing(Farewell::Lingering)))
}
