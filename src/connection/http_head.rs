//! Esperar una petición y leer su cabeza, cuando llega por HTTP.
//!
//! Cada función da un paso desde la etapa en que está la conexión y dice cuál es la siguiente.

use super::body::{Accepted, begin};
use super::cgi_head;
use super::decoder::Decoder;
use super::envelope::Envelope;
use super::host::Host;
use super::incoming::Received;
use super::link::Link;
use super::protocol::Protocol;
use super::send::{Asked, reject};
use super::service::{Context, Scratch};
use super::stage::{Arrival, CloseReason, Reading, Stage, Stepped, Terms};
use super::upload::Permission;
use super::wire::Wire;
use crate::gateway::fill_environ;
use crate::http::Patience;
use crate::http::request::{self, Request};
use crate::http::rules::Expectation;
use crate::http::{BodyDecoder, Persistence, Rejection, RequestBody, Version};
use crate::proxies;

/// Espera el primer byte de una petición, y lee lo que haya de su cabeza.
pub(super) fn wait<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
) -> Stepped<W> {
    if link.incoming.is_empty() {
        match link.exchange_bytes(context.now())? {
            Received::Bytes | Received::LastBytes => {}
            Received::Nothing => return Ok(Stage::Idle.park()),
            Received::End => return Ok(Stage::Closed(CloseReason::ClientGone).go()),
        }
    }
    read(link, context, Reading::Whole(Patience::default()))
}

/// Lee la cabeza de una petición que ya empezó a llegar.
pub(super) fn read<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    reading: Reading,
) -> Stepped<W> {
    match (context.service.config.protocol, reading) {
        (Protocol::Http, Reading::Whole(patience)) => read_http(link, context, patience),
        _ if !H::IS_BEHIND => unreachable!("nadie entrega aquí peticiones ajenas"),
        (Protocol::Scgi | Protocol::Uwsgi, _) => cgi_head::read_block(link, context),
        (_, reading) => cgi_head::read_records(link, context, reading),
    }
}

fn read_http<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    mut patience: Patience,
) -> Stepped<W> {
    let is_worth_parsing = patience.is_worth_parsing(link.incoming.pending());
    if is_worth_parsing {
        match parse(link, context) {
            Ok(Some(accepted)) => return begin(link, context, accepted),
            Ok(None) => {}
            Err(rejection) => return reject_head(link, context, rejection),
        }
    }
    patience.remember(link.incoming.pending(), is_worth_parsing, &context.service.limits);
    let stage = Stage::Head(Reading::Whole(patience));
    Ok(match link.exchange_bytes(context.now())? {
        Received::Bytes | Received::LastBytes => stage.go(),
        Received::Nothing => stage.park(),
        Received::End => return give_up(link, context),
    })
}

/// El cliente no enviará más y su petición está a medias. Si ya estaba mal escrita se le dice,
/// llegara como llegara.
fn give_up<W: Wire, H: Host>(link: &mut Link<W>, context: &mut Context<'_, H>) -> Stepped<W> {
    match parse(link, context) {
        Err(rejection) => reject_head(link, context, rejection),
        Ok(_) => Ok(Stage::Closed(CloseReason::ClientGone).go()),
    }
}

fn reject_head<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    rejection: Rejection,
) -> Stepped<W> {
    let asked = Asked::over_http(is_head(link.incoming.pending()));
    reject(link, context, asked, rejection)
}

/// Si la petición que empieza ahí es `HEAD`: lo que importa de su método para rechazarla.
pub(super) fn is_head(mut pending: &[u8]) -> bool {
    while let Some(rest) = pending.strip_prefix(b"\r\n") {
        pending = rest;
    }
    pending.starts_with(b"HEAD ")
}

fn parse<W: Wire, H: Host>(
    link: &Link<W>,
    context: &mut Context<'_, H>,
) -> Result<Option<Accepted>, Rejection> {
    let parsed = accept(link, context);
    // Lo que una cabeza enorme le hizo tomar, se devuelve.
    context.scratch.fields.clear();
    parsed
}

fn accept<W: Wire, H: Host>(
    link: &Link<W>,
    context: &mut Context<'_, H>,
) -> Result<Option<Accepted>, Rejection> {
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
    if service.config.refuses(|| request.target.path_and_query().decoded_path()) {
        return Err(Rejection::AmbiguousPath);
    }
    let mut environ = environ.lend();
    fill_environ(&mut environ, &request, &link.peers);
    if H::IS_BEHIND {
        proxies::apply(&mut environ, service.config.trust());
    }
    Ok(Some(Accepted {
        environ,
        head_length: request.head.length,
        terms: terms_of(&request, &*context.host),
        body: match request.body {
            RequestBody::None => None,
            body => {
                let max_overhead = service.config.max_chunk_overhead;
                Some(Decoder::Plain(BodyDecoder::new(body, max_overhead)))
            }
        },
        arrival: match request.expectation {
            Expectation::Continue => Arrival::Streamed(Permission::Awaited { sent: 0 }),
            // También de uno grande se espera el principio: quien lo deja a medias no ocupa un hilo.
            Expectation::None => Arrival::Gathered,
        },
    }))
}

fn terms_of(request: &Request<'_>, host: &impl Host) -> Terms {
    let head = &request.head;
    Terms {
        class: host.classify(head.method, "", request.target.path_and_query().path),
        persistence: request.persistence,
        envelope: Envelope::Http(head.version),
        is_head: head.method == "HEAD",
        reason: match (head.version, request.persistence) {
            (Version::Http10, Persistence::Close) => CloseReason::OneResponse,
            _ => CloseReason::ClientAsked,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::stand::{Stand, echo, get, ignore, last_ok, ok, post};
    use crate::connection::{Config, StageKind};
    use pretty_assertions::assert_eq;

    #[test]
    fn sin_un_byte_no_hay_peticion() {
        let mut stand = Stand::http(ignore);
        assert_eq!(stand.say("").stage(), StageKind::Idle);
        assert_eq!(stand.say("G").stage(), StageKind::Head);
        assert_eq!(stand.say(&get("/")[1..]).stage(), StageKind::Idle);
        assert_eq!(stand.seen(), ok("hecho"));
    }

    /// El estado con que se responde, y si lleva cuerpo.
    #[track_caller]
    fn check(asked: &str, status: &str, has_body: bool) {
        let mut stand = Stand::http(ignore);
        let seen = stand.say(asked).seen();
        let (head, body) = seen.split_once("\r\n\r\n").expect("una cabeza");
        assert_eq!((&head["HTTP/1.1 ".len()..][..3], !body.is_empty()), (status, has_body));
    }

    #[test]
    fn a_head_se_le_rechaza_sin_cuerpo() {
        check("GET / HTTP/1.1\r\n\r\n", "400", true);
        check("HEAD / HTTP/1.1\r\n\r\n", "400", false);
        check("\r\n\r\nHEAD / HTTP/1.1\r\n\r\n", "400", false);
        check("HEADER / HTTP/1.1\r\n\r\n", "400", true);
    }

    #[test]
    fn un_cuerpo_que_no_cabe_se_rechaza_sin_esperarlo() {
        let config = Config { max_body: 10, ..Config::default() };
        let mut stand = Stand::http(echo).with(config);
        stand.say(post("", 11));
        assert!(stand.seen().starts_with("HTTP/1.1 413 "), "{}", stand.seen());
        assert_eq!(stand.world.calls, 0);
    }

    #[test]
    fn a_medias_y_mal_escrita_tambien_se_dice() {
        let mut wrong = Stand::http(ignore);
        wrong.say("GET / HTTP/1.1\r\nmal").finish();
        assert_eq!((wrong.seen(), wrong.reason()), (String::new(), Some(CloseReason::ClientGone)));
        let mut line = Stand::http(ignore);
        line.say("GET /\n").finish();
        assert!(line.seen().starts_with("HTTP/1.1 400 "), "{}", line.seen());
    }

    #[test]
    fn uno_punto_cero_cierra_si_no_pide_seguir() {
        let mut stand = Stand::http(ignore);
        stand.say("GET / HTTP/1.0\r\n\r\n");
        assert_eq!(
            (stand.seen(), stand.reason()),
            (last_ok("hecho"), Some(CloseReason::OneResponse))
        );
    }
}
