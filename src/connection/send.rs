//! Enviar una respuesta: de lo que dio la aplicación a los bytes que toma el cliente.

use std::io;

use super::close;
use super::envelope::Envelope;
use super::host::{Class, Host, Moment};
use super::lend::Begun;
use super::link::Link;
use super::service::Context;
use super::stage::{CloseReason, Response, Rest, Stage, Stepped, Terms};
use super::wire::{FileSent, Wire};
use crate::body::Chunk;
use crate::cgi::fastcgi;
use crate::gateway::{self, ResponseBody, ResponseHead};
use crate::http::response::{Delivery, Framing};
use crate::http::{Persistence, Rejection, Version};

/// Lo que hay que saber de una petición para rechazarla: de su método, si es `HEAD`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) is_head: bool,
    pub(super) envelope: Envelope,
}

impl Asked {
    pub(super) fn over_http(is_head: bool) -> Self {
        Self { is_head, envelope: Envelope::Http(Version::Http11) }
    }
}

/// Lo que respondió la aplicación, y cómo hay que enviarlo.
pub(super) struct Answer {
    pub(super) head: Box<ResponseHead>,
    pub(super) body: ResponseBody,
    pub(super) terms: Terms,
}

/// Responde que la petición no se puede atender, y cierra. A `HEAD` se le responde sin cuerpo.
pub(super) fn reject<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    asked: Asked,
    rejection: Rejection,
) -> Stepped<W> {
    let Asked { is_head, envelope } = asked;
    log::debug!("petición de {} rechazada: {rejection}", link.peers);
    link.incoming.clear();
    let scratch = &mut *context.scratch;
    let (mut environ, mut head) = (scratch.environ.lend(), scratch.head.lend());
    let page = gateway::rejected(rejection);
    let mut body = gateway::run(&page, &mut environ, &mut head, is_head);
    context.host.begins(&head, &mut body);
    scratch.environ.take_back(environ);
    let (persistence, reason) = (Persistence::Close, CloseReason::Rejected);
    let terms = Terms { class: Class::UNTAUGHT, persistence, envelope, is_head, reason };
    deliver(link, context, Answer { head, body, terms })
}

/// Empieza a enviar una respuesta.
pub(super) fn deliver<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    Answer { head, mut body, terms }: Answer,
) -> Stepped<W> {
    let Terms { class, envelope, .. } = terms;
    let (delivery, reason) = terms.deliver(body.length());
    let framing = delivery.framing;
    let common = context.scratch.common.missing_from(&head, &*context.host);
    envelope.write_errors(link.outgoing.tail(), &link.carbon);
    envelope.write_head(link.outgoing.tail(), &head, common, delivery);
    context.scratch.head.take_back(head);
    link.begin_body(framing)?;
    // Lo usual: todo el cuerpo es un trozo que ya está en memoria, y cabe con lo que se debe.
    if !matches!(envelope, Envelope::Records(_))
        && !link.outgoing.is_full()
        && let Some(chunk) = body.take_whole()
    {
        context.host.sees(&chunk);
        link.outgoing.push_chunk(framing, chunk);
        return finish(link, envelope, delivery, reason);
    }
    respond(link, context, Response { body, rest: None, envelope, delivery, reason, class })
}

/// Sigue con una respuesta que empezó durante la llamada.
pub(super) fn carry_on<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    Begun { rest, outcome }: Begun,
    Terms { class, envelope, .. }: Terms,
) -> Stepped<W> {
    let (delivery, reason) = match outcome {
        Ok(delivered) => delivered,
        Err(reason) => {
            context.host.during(class, || drop(rest));
            return Ok(Stage::Closed(reason).go());
        }
    };
    link.begin_body(delivery.framing)?;
    match rest {
        Some(body) => {
            respond(link, context, Response { body, rest: None, envelope, delivery, reason, class })
        }
        None => cut_short(link, envelope),
    }
}

/// Sigue con una respuesta que el cliente no terminaba de tomar.
pub(super) fn resume<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    response: Box<Response>,
) -> Stepped<W> {
    if let Envelope::Records(id) = response.envelope
        && close::is_abandoned(link, context, id)
    {
        let keeps_connection = response.delivery.persistence != Persistence::Close;
        abandon(context, *response);
        link.end_body();
        return Ok(close::abandon(link, context, id, keeps_connection));
    }
    match link.flush(context.now()) {
        Ok(true) => respond(link, context, *response),
        Ok(false) => Ok(Stage::Responding(response).park()),
        Err(error) => {
            abandon(context, *response);
            Err(error)
        }
    }
}

fn respond<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    mut response: Response,
) -> Stepped<W> {
    match advance(link, context, &mut response) {
        Ok(Pause::Blocked) => Ok(Stage::Responding(Box::new(response)).park()),
        Ok(Pause::Fairness) => Ok(Stage::Responding(Box::new(response)).give_way()),
        Ok(Pause::ForAnother) => Ok(Stage::Responding(Box::new(response)).hand_off()),
        Ok(Pause::End) => finish(link, response.envelope, response.delivery, response.reason),
        Ok(Pause::Failure) => cut_short(link, response.envelope),
        Err(error) => {
            abandon(context, response);
            Err(error)
        }
    }
}

/// Suelta una respuesta que nadie va a recibir. El cuerpo es de la aplicación, y puede tardar.
pub(super) fn abandon<H: Host>(context: &mut Context<'_, H>, response: Response) {
    context.host.during(response.class, || drop(response));
}

/// Por qué se deja de producir una respuesta.
enum Pause {
    /// El cliente no toma más por ahora.
    Blocked,
    /// Les toca a otras conexiones.
    Fairness,
    /// Lo que sigue suele tardar, y puede hacerlo otro hilo.
    ForAnother,
    /// El cuerpo está completo.
    End,
    /// No llegará a estarlo, y ya se anotó.
    Failure,
}

fn advance<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    response: &mut Response,
) -> io::Result<Pause> {
    let mut produced = 0;
    while produced < context.host.turn() {
        if link.outgoing.is_full() && !link.flush(context.now())? {
            return Ok(Pause::Blocked);
        }
        if response.rest.is_some() {
            produced += push_rest(link, response);
            continue;
        }
        match produce(link, context, response)? {
            Produced::Chunk(chunk) => {
                produced += chunk.len();
                context.host.sees(&chunk);
                push(link, response, chunk);
            }
            Produced::Sent(length) => {
                produced += length;
                continue;
            }
            Produced::Pause(pause) => return Ok(pause),
        }
        // Cada trozo producido sobre la marcha sale antes de pedir el siguiente.
        if response.body.is_lazy() && !link.flush(context.now())? {
            return Ok(Pause::Blocked);
        }
    }
    Ok(Pause::Fairness)
}

/// Qué dio un cuerpo.
enum Produced {
    Chunk(Chunk),
    /// Tantos bytes que ya están enviados.
    Sent(usize),
    /// Nada por ahora, o ya nada.
    Pause(Pause),
}

impl From<Result<Option<Chunk>, ()>> for Produced {
    fn from(next: Result<Option<Chunk>, ()>) -> Self {
        match next {
            Ok(Some(chunk)) => Self::Chunk(chunk),
            Ok(None) => Self::Pause(Pause::End),
            Err(()) => Self::Pause(Pause::Failure),
        }
    }
}

fn produce<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    response: &mut Response,
) -> io::Result<Produced> {
    if !response.body.runs_code() {
        return Ok(response.body.next_chunk().into());
    }
    if response.body.is_lazy() && context.host.hands_off(response.class) {
        link.flush(context.now())?;
        return Ok(Produced::Pause(Pause::ForAnother));
    }
    if let Some(produced) = send_file(link, context, response)? {
        return Ok(produced);
    }
    let class = response.class;
    Ok(link.during(context.host, class, |_| response.body.next_chunk()).into())
}

/// Manda sin leerla una parte del archivo del que sale el cuerpo; `None` si hay que leerla.
fn send_file<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    response: &mut Response,
) -> io::Result<Option<Produced>> {
    let is_wrapped = matches!(response.envelope, Envelope::Records(_));
    let is_chunked = response.delivery.framing == Framing::Chunked;
    if is_wrapped || is_chunked || response.body.file().is_none() {
        return Ok(None);
    }
    if !link.flush(context.now())? {
        return Ok(Some(Produced::Pause(Pause::Blocked)));
    }
    // El disco también puede hacer esperar; pero cuánto se envía lo dice el cliente.
    let now = context.now();
    link.during(context.host, Class::UNTAUGHT, |link| send_part(link, response, now))
}

fn send_part<W: Wire>(
    link: &mut Link<W>,
    response: &mut Response,
    now: Moment,
) -> io::Result<Option<Produced>> {
    let Some((file, length)) = response.body.file() else { return Ok(None) };
    Ok(match link.send_file(file, length, now)? {
        FileSent::Blocked => Some(Produced::Pause(Pause::Blocked)),
        FileSent::NotThisWay => None,
        FileSent::Bytes(count) => Some(match response.body.advance_file(count) {
            Ok(()) => Produced::Sent(count as usize),
            Err(()) => Produced::Pause(Pause::Failure),
        }),
    })
}

/// Pone un trozo entre lo que hay que enviar. Lo que se escribe en registros se copia por partes, para
/// que uno enorme no ocupe el doble.
fn push<W: Wire>(link: &mut Link<W>, response: &mut Response, chunk: Chunk) {
    match response.envelope {
        Envelope::Http(_) | Envelope::Plain(_) => {
            link.outgoing.push_chunk(response.delivery.framing, chunk);
        }
        Envelope::Records(_) => {
            response.rest = Some(Rest::of(chunk));
            push_rest(link, response);
        }
    }
}

/// Pone otra parte del trozo que va por partes; devuelve cuánto mide.
fn push_rest<W: Wire>(link: &mut Link<W>, response: &mut Response) -> usize {
    let (Some(rest), Envelope::Records(id)) = (&mut response.rest, response.envelope) else {
        return 0;
    };
    let part = rest.next_part(fastcgi::MAX_CONTENT);
    let length = part.len();
    fastcgi::write_stdout(link.outgoing.tail(), id, part);
    if rest.is_empty() {
        response.rest = None;
    }
    length
}

fn finish<W: Wire>(
    link: &mut Link<W>,
    envelope: Envelope,
    delivery: Delivery,
    reason: CloseReason,
) -> Stepped<W> {
    envelope.write_errors(link.outgoing.tail(), &link.carbon);
    envelope.write_end(link.outgoing.tail(), delivery.framing);
    link.end_body();
    Ok(match delivery.persistence {
        Persistence::Close => Stage::Closing(reason),
        Persistence::KeepAlive | Persistence::KeepAliveAnnounced => Stage::Idle,
    }
    .go())
}

/// La aplicación no completó el cuerpo: que el cliente no tome la mitad por el todo.
fn cut_short<W: Wire>(link: &mut Link<W>, envelope: Envelope) -> Stepped<W> {
    log::debug!("se corta una respuesta a {}", link.peers);
    envelope.write_errors(link.outgoing.tail(), &link.carbon);
    if envelope.write_cut(link.outgoing.tail()) {
        // El corte va escrito: que llegue.
        link.close_gently();
    }
    Ok(Stage::Cutting(CloseReason::BodyIncomplete).go())
}

#[cfg(test)]
mod tests;
