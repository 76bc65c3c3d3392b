//! Enviar una respuesta: de lo que dio la aplicación a los bytes que toma el cliente.

use std::io;
use std::time::Duration;

use socket2::SockRef;

use super::envelope::Envelope;
use super::link::{FileSent, Link};
use super::service::Context;
use super::stage::{CloseReason, Farewell, Response, Rest, Stage, Step, Terms};
use super::threads::Class;
use crate::body::Chunk;
use crate::cgi::fastcgi;
use crate::gateway::{self, BodyLength, ResponseBody, error_page};
use crate::http::response::{Delivery, Framing};
use crate::http::{Persistence, Rejection, Version};

/// Cuántos trozos se envían seguidos antes de dejar sitio a otras conexiones, y cuántos bytes: lo que
/// se copia en un par de décimas de milisegundo.
const FAIR_CHUNKS: usize = 64;
const FAIR_BYTES: u64 = 1024 * 1024;

/// Lo que hay que saber de una petición para rechazarla: de su método, si es `HEAD`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) method: &'static str,
    pub(super) envelope: Envelope,
}

impl Asked {
    pub(super) fn over_http(method: &'static str) -> Self {
        Self { method, envelope: Envelope::Http(Version::Http11) }
    }
}

/// Responde que la petición no se puede atender, y cierra. A `HEAD` se le responde sin cuerpo.
pub(super) fn reject(
    link: &mut Link,
    context: &mut Context<'_, '_>,
    asked: Asked,
    rejection: Rejection,
) -> io::Result<Step> {
    let Asked { method, envelope } = asked;
    log::debug!("petición de {} rechazada: {rejection}", link.peers);
    link.incoming.clear();
    let scratch = &mut *context.scratch;
    scratch.environ.clear();
    scratch.environ.push_fixed("REQUEST_METHOD", method);
    let page = error_page(rejection.status(), format!("Petición rechazada: {rejection}."));
    let body = gateway::run(&page, &mut scratch.environ, &mut scratch.head);
    let terms = Terms { class: Class::UNTAUGHT, persistence: Persistence::Close, envelope };
    deliver(link, context, body, terms, Farewell::Lingering)
}

/// Empieza a enviar una respuesta, cuya cabeza está en el sitio de trabajo de este hilo.
pub(super) fn deliver(
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
        BodyLength::Unknown => terms.envelope.for_unknown_length(),
    };
    let persistence = match framing {
        Framing::UntilClose => Persistence::Close,
        _ => terms.persistence,
    };
    let delivery = Delivery { framing, persistence };
    let head = &context.scratch.head;
    let common = context.scratch.common.missing_from(head, context.now);
    let Terms { class, envelope, .. } = terms;
    envelope.write_head(link.outgoing.tail(), head, common, delivery);
    respond(link, context, Response { body, rest: None, envelope, delivery, farewell, class })
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
    let (mut chunks, mut bytes) = (0, 0);
    while chunks < FAIR_CHUNKS && bytes < FAIR_BYTES {
        chunks += 1;
        if link.outgoing.is_full() && !link.flush(context.now)? {
            return Ok(Step::Park(Stage::Responding(Box::new(response))));
        }
        if response.rest.is_some() {
            push_rest(link, &mut response);
            continue;
        }
        let next = match response.body.runs_code() {
            true => match produce(link, context, &mut response)? {
                Produced::Next(next) => next,
                Produced::Sent(count) => {
                    bytes += count;
                    continue;
                }
                Produced::Blocked => return Ok(Step::Park(Stage::Responding(Box::new(response)))),
                Produced::ForAnother => {
                    return Ok(Step::HandOff(Stage::Responding(Box::new(response))));
                }
            },
            false => response.body.next_chunk(),
        };
        match next {
            Ok(Some(chunk)) => {
                bytes += chunk.as_bytes().len() as u64;
                push(link, &mut response, chunk);
            }
            Ok(None) => return Ok(finish(link, context, &response)),
            Err(()) => return cut_short(link, context, &response),
        }
        // Cada trozo producido sobre la marcha sale antes de pedir el siguiente.
        if response.body.is_lazy() && !link.flush(context.now)? {
            return Ok(Step::Park(Stage::Responding(Box::new(response))));
        }
    }
    Ok(Step::Yield(Stage::Responding(Box::new(response))))
}

/// Qué dio un cuerpo que hay que producir.
enum Produced {
    /// Su siguiente trozo, si lo hay.
    Next(Result<Option<Chunk>, ()>),
    /// Tantos bytes, que ya están enviados.
    Sent(u64),
    /// El cliente no toma más por ahora.
    Blocked,
    /// Nada: suele tardar, y puede hacerlo otro hilo.
    ForAnother,
}

fn produce(
    link: &mut Link,
    context: &mut Context<'_, '_>,
    response: &mut Response,
) -> io::Result<Produced> {
    let (paces, class) = (&context.service.paces, response.class);
    if response.body.is_lazy() && context.leader.should_hand_off(paces, class) {
        link.flush(context.now)?;
        return Ok(Produced::ForAnother);
    }
    match send_file(link, context, response)? {
        Some(FileSent::Blocked) => return Ok(Produced::Blocked),
        Some(FileSent::Bytes(count)) => return Ok(Produced::Sent(count)),
        Some(FileSent::NotThisWay) | None => {}
    }
    let next = context.leader.during(paces, class, || response.body.next_chunk());
    context.keep_up();
    Ok(Produced::Next(next))
}

/// Pone un trozo entre lo que hay que enviar. Lo que se escribe en registros se copia por partes, para
/// que uno enorme no ocupe el doble.
fn push(link: &mut Link, response: &mut Response, chunk: Chunk) {
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

/// Pone otra parte del trozo que va por partes.
fn push_rest(link: &mut Link, response: &mut Response) {
    let (Some(rest), Envelope::Records(id)) = (&mut response.rest, response.envelope) else {
        return;
    };
    fastcgi::write_stdout(link.outgoing.tail(), id, rest.next_part(fastcgi::MAX_CONTENT));
    if rest.is_empty() {
        response.rest = None;
    }
}

/// Manda sin leerla una parte del archivo del que sale el cuerpo, si es de uno.
fn send_file(
    link: &mut Link,
    context: &mut Context<'_, '_>,
    response: &mut Response,
) -> io::Result<Option<FileSent>> {
    let Some((file, length)) = response.body.file() else { return Ok(None) };
    let is_wrapped = matches!(response.envelope, Envelope::Records(_));
    if is_wrapped || response.delivery.framing == Framing::Chunked {
        return Ok(None);
    }
    if !link.flush(context.now)? {
        return Ok(Some(FileSent::Blocked));
    }
    // El disco también puede hacer esperar; pero cuánto se envía lo dice el cliente.
    let (paces, now) = (&context.service.paces, context.now);
    let sent =
        context.leader.during(paces, Class::UNTAUGHT, || link.send_file(file, length, now))?;
    context.keep_up();
    if let FileSent::Bytes(count) = sent {
        response.body.advance_file(count);
    }
    Ok(Some(sent))
}

fn finish(link: &mut Link, context: &Context<'_, '_>, response: &Response) -> Step {
    response.envelope.write_end(link.outgoing.tail(), response.delivery.framing);
    link.since = context.now;
    link.answered += 1;
    Step::Go(match response.delivery.persistence {
        Persistence::Close => Stage::Closing(response.farewell),
        Persistence::KeepAlive | Persistence::KeepAliveAnnounced => Stage::default(),
    })
}

/// La aplicación no completó el cuerpo: que el cliente no tome la mitad por el todo.
fn cut_short(link: &mut Link, context: &Context<'_, '_>, response: &Response) -> io::Result<Step> {
    response.envelope.write_cut(link.outgoing.tail());
    if !link.flush(context.now)? && matches!(response.envelope, Envelope::Records(_)) {
        return Ok(Step::Park(Stage::Closing(Farewell::Brief)));
    }
    make_cut_visible(link, response.delivery.framing)?;
    Ok(Step::Close(CloseReason::BodyIncomplete))
}

/// Hace que un cierre a medias de una respuesta no parezca su final.
pub(super) fn make_cut_visible(link: &Link, framing: Framing) -> io::Result<()> {
    if framing == Framing::UntilClose {
        // Sin longitud ni trozos, un cierre normal parecería el final: se manda un RST.
        SockRef::from(&*link.socket).set_linger(Some(Duration::ZERO))?;
    }
    Ok(())
}
