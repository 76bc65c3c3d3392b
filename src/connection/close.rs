//! Los finales de una conexión: cerrar, cortar, y escuchar por cortesía.

use super::host::Host;
use super::incoming::Received;
use super::link::Link;
use super::service::Context;
use super::stage::{CloseReason, Stage, Step, Stepped};
use super::wire::Wire;
use crate::cgi::fastcgi::Receiver;

/// Cierra, después de enviar lo pendiente.
pub(super) fn close<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &Context<'_, H>,
    reason: CloseReason,
) -> Stepped<W> {
    if !link.flush(context.now())? {
        return Ok(Stage::Closing(reason).park());
    }
    // Cerrar con bytes sin leer manda un RST, y el RST se come la respuesta en camino.
    if !reason.leaves_bytes_unread() && !link.may_have_unread() {
        return Ok(Stage::Closed(reason).go());
    }
    // Desde aquí lo que llegue se lee para olvidarlo.
    if let Some(reader) = link.reader.take() {
        reader.stop();
    }
    link.wire.finish()?;
    Ok(Stage::Lingering { heard: 0, reason }.go())
}

/// Corta una respuesta a medias. Las que iban delante llegan enteras: el corte se come lo que todavía
/// no ha salido, y por eso las espera.
pub(super) fn cut<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &Context<'_, H>,
    reason: CloseReason,
) -> Stepped<W> {
    if !link.must_cut() {
        // Falta su final, o va escrito el corte: se nota también en un cierre corriente.
        return Ok(Stage::Closing(reason).go());
    }
    if link.answered() > 0 && !(link.flush(context.now())? && link.has_sent_all()?) {
        return Ok(Stage::Cutting(reason).park());
    }
    Ok(Stage::Closed(reason).go())
}

/// Escucha y olvida lo que el cliente todavía envíe.
pub(super) fn linger<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &Context<'_, H>,
    heard: usize,
    reason: CloseReason,
) -> Stepped<W> {
    let heard = heard + link.incoming.pending().len();
    link.incoming.clear();
    if heard > context.service.config.max_linger {
        return Ok(Stage::Closed(reason).go());
    }
    let stage = Stage::Lingering { heard, reason };
    Ok(match link.receive(context.now())? {
        Received::Bytes | Received::LastBytes => stage.go(),
        Received::Nothing => stage.park(),
        Received::End => Stage::Closed(reason).go(),
    })
}

/// El servidor web ya no quiere la respuesta: se le dice que terminó, y se sigue si él sigue.
pub(super) fn abandon<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &Context<'_, H>,
    receiver: &Receiver,
) -> Step<W::Source> {
    receiver.write_aborted(link.outgoing.tail());
    match receiver.keeps_connection() && !context.service.is_stopping() {
        true => Stage::Idle.go(),
        false => Stage::Closing(CloseReason::Rejected).go(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::memory::Ending;
    use crate::connection::stand::{Stand, ignore, last_ok};
    use crate::connection::{Config, Protocol, StageKind};
    use pretty_assertions::assert_eq;

    const LAST: &str = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    #[test]
    fn sin_nada_por_leer_se_cierra_en_el_acto() {
        let mut stand = Stand::http(ignore);
        stand.say(LAST);
        assert_eq!((stand.stage(), stand.ending()), (StageKind::Closed, Ending::Finished));
    }

    #[test]
    fn con_bytes_por_leer_se_escucha_para_que_llegue_la_respuesta() {
        let mut stand = Stand::http(ignore);
        stand.say(LAST.to_owned() + "y algo más");
        assert_eq!((stand.stage(), stand.ending()), (StageKind::Lingering, Ending::Finished));
        stand.say("y más").finish();
        assert_eq!(
            (stand.reason(), stand.ending()),
            (Some(CloseReason::ClientAsked), Ending::Finished)
        );
        assert_eq!(stand.seen(), last_ok("hecho"));
    }

    #[test]
    fn la_cortesia_tiene_un_limite() {
        let config = Config { max_linger: 10, ..Config::default() };
        let mut stand = Stand::http(ignore).with(config);
        stand.say("nada\r\n\r\n").say("0123456789");
        assert_eq!(stand.stage(), StageKind::Lingering);
        stand.say("0");
        assert_eq!(stand.reason(), Some(CloseReason::Rejected));
    }

    #[test]
    fn lo_ultimo_se_envia_entero_antes_de_cerrar() {
        let mut stand = Stand::http(ignore).slow(7);
        stand.say(LAST);
        while stand.stage() == StageKind::Closing {
            stand.take(3);
        }
        stand.take(usize::MAX);
        assert_eq!((stand.seen(), stand.ending()), (last_ok("hecho"), Ending::Finished));
    }

    #[test]
    fn una_peticion_abandonada_cierra_si_el_servidor_se_detiene() {
        use crate::connection::stand::{ABORT, END, fastcgi_head, record};
        let mut stand = Stand::new(Protocol::FastCgi, ignore);
        stand.say(fastcgi_head("POST", "/", "10")).stop().say(record(ABORT, b""));
        assert_eq!(stand.bytes(), record(END, &[0; 8]));
        assert_eq!(stand.stage(), StageKind::Lingering);
    }
}
