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
