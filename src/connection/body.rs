//! El cuerpo de una petición: se reúne si es pequeño, y si no lo lee la aplicación.

use super::call::answer;
use super::close;
use super::decoder::Decoder;
use super::host::Host;
use super::incoming::Received;
use super::link::Link;
use super::send::reject;
use super::service::Context;
use super::stage::{Arrival, CloseReason, PendingRequest, Stage, Stepped, Terms};
use super::upload::{Permission, Upload, UploadLimits};
use super::wire::Wire;
use crate::environ::Environ;
use crate::http::Rejection;
use crate::http::response::CONTINUE;
use crate::input::InputStream;

/// Una petición cuya cabeza se entendió.
pub(super) struct Accepted {
    pub(super) environ: Box<Environ>,
    pub(super) head_length: usize,
    pub(super) terms: Terms,
    /// Cómo se lee su cuerpo, si lo tiene.
    pub(super) body: Option<Decoder>,
    pub(super) arrival: Arrival,
}

/// Empieza a atender una petición.
pub(super) fn begin<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    accepted: Accepted,
) -> Stepped<W> {
    let Accepted { environ, head_length, terms, body, arrival } = accepted;
    link.incoming.consume(head_length);
    let Some(decoder) = body else { return answer(link, context, environ, terms, None) };
    let pending = PendingRequest { environ, terms, decoder, content: Vec::new(), arrival };
    Ok(Stage::Body(Box::new(pending)).go())
}

/// Reúne un cuerpo pequeño, o entrega uno grande a la aplicación.
pub(super) fn gather<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    mut pending: Box<PendingRequest>,
) -> Stepped<W> {
    let small = context.service.config.small_body;
    let room = small.saturating_sub(pending.content.len());
    match pending.decoder.decode(link.incoming.pending(), &mut pending.content, room) {
        Ok(consumed) => link.incoming.consume(consumed),
        Err(rejection) => return reject(link, context, pending.asked(), rejection),
    }
    link.outgoing.tail().extend(pending.decoder.take_replies());
    if let Some(receiver) = pending.decoder.aborted() {
        let (id, keeps_connection) = (receiver.id(), receiver.keeps_connection());
        return Ok(close::abandon(link, context, id, keeps_connection));
    }
    if pending.content.len() as u64 > context.service.config.max_body {
        return reject(link, context, pending.asked(), Rejection::BodyTooLarge);
    }
    if pending.decoder.is_done() {
        let PendingRequest { mut environ, terms, content, .. } = *pending;
        environ.set_input(InputStream::from(content));
        return answer(link, context, environ, terms, None);
    }
    match pending.arrival {
        Arrival::Streamed(permission) if context.host.has_upload_room() => {
            stream(link, context, pending, permission)
        }
        Arrival::Streamed(_) => {
            // Quien recibe el permiso y calla esperará aquí, sin retener un hilo.
            link.outgoing.tail().extend_from_slice(CONTINUE);
            pending.arrival = Arrival::Gathered;
            Ok(Stage::Body(pending).go())
        }
        Arrival::Gathered if pending.content.len() >= small => {
            stream(link, context, pending, Permission::NotNeeded)
        }
        Arrival::Gathered => wait(link, context, pending),
    }
}

fn wait<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &Context<'_, H>,
    pending: Box<PendingRequest>,
) -> Stepped<W> {
    Ok(match link.exchange_bytes(context.now())? {
        Received::Bytes | Received::LastBytes => Stage::Body(pending).go(),
        Received::Nothing => Stage::Body(pending).park(),
        Received::End => Stage::Closed(CloseReason::ClientGone).go(),
    })
}

/// Deja el cuerpo a la aplicación, que lo leerá a su ritmo.
fn stream<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    pending: Box<PendingRequest>,
    permission: Permission,
) -> Stepped<W> {
    // Las respuestas anteriores van antes que un posible `100 Continue`.
    if !link.flush(context.now())? {
        return Ok(Stage::Body(pending).park());
    }
    let config = &context.service.config;
    let limits = UploadLimits { max_body: config.max_body, timeout: config.body_timeout };
    let PendingRequest { mut environ, terms, decoder, content, .. } = *pending;
    let incoming = std::mem::take(&mut link.incoming);
    let upload = Upload::new(link.wire.source(), incoming, decoder, content, limits, permission);
    environ.set_input(InputStream::reader(upload.clone()));
    answer(link, context, environ, terms, Some(upload))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::stand::{Stand, echo, get, ignore, ok, post};
    use crate::connection::{Config, Event, Outcome, StageKind};
    use pretty_assertions::assert_eq;

    fn small(small_body: usize) -> Config {
        Config { small_body, ..Config::default() }
    }

    #[test]
    fn uno_pequeno_se_reune_antes_de_llamar() {
        let mut stand = Stand::http(echo);
        stand.say(post("", 4)).say("ho");
        assert_eq!((stand.stage(), stand.world.calls), (StageKind::Body, 0));
        stand.say(["la", &get("/otra")].concat());
        let expected = [ok("POST / [hola]"), ok("GET /otra []")].concat();
        assert_eq!((stand.seen(), stand.stage()), (expected, StageKind::Idle));
    }

    #[test]
    fn uno_grande_lo_lee_la_aplicacion() {
        let script = [Event::Send(b"la".to_vec())];
        let mut stand = Stand::http(echo).with(small(2)).scripted(script);
        stand.say(post("", 4));
        assert_eq!(stand.world.calls, 0, "también de uno grande se espera el principio");
        stand.say("ho");
        assert_eq!(stand.seen(), ok("POST / [hola]"));
    }

    #[test]
    fn uno_grande_espera_a_que_salgan_las_respuestas_anteriores() {
        let mut stand = Stand::http(echo).with(small(2)).slow(10);
        stand.say(get("/") + &post("", 4) + "hola");
        assert_eq!((stand.stage(), stand.world.calls), (StageKind::Body, 1));
        while stand.world.calls < 2 {
            stand.take(10);
        }
        while stand.stage() != StageKind::Idle || !stand.connection().is_idle() {
            stand.take(10);
        }
        stand.take(10);
        assert_eq!(stand.seen(), [ok("GET / []"), ok("POST / [hola]")].concat());
    }

    #[test]
    fn el_permiso_lo_da_la_lectura_o_quien_reune_si_no_hay_sitio() {
        let permission = String::from_utf8_lossy(CONTINUE);
        let asked = post("Expect: 100-continue\r\n", 4);
        let script = [Event::Send(b"hola".to_vec())];
        let mut stand = Stand::http(echo).scripted(script);
        stand.say(&asked);
        assert_eq!(stand.seen(), format!("{permission}{}", ok("POST / [hola]")));

        let mut full = Stand::http(echo);
        full.world.is_full = true;
        full.say(&asked);
        assert_eq!((full.seen(), full.world.calls), (permission.to_string(), 0));
        full.say("hola");
        assert_eq!(full.seen(), format!("{permission}{}", ok("POST / [hola]")));
    }

    #[test]
    fn uno_por_trozos_que_no_cabe_se_rechaza_al_pasarse() {
        let config = Config { max_body: 3, ..Config::default() };
        let mut stand = Stand::http(ignore).with(config);
        stand.say("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nho\r\n");
        assert_eq!(stand.stage(), StageKind::Body);
        stand.say("2\r\nla\r\n");
        assert!(stand.seen().starts_with("HTTP/1.1 413 "), "{}", stand.seen());
        assert_eq!((stand.world.calls, stand.outcome()), (0, Outcome::Park));
    }
}
