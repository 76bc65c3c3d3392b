//! Los finales de una conexión: cerrar, cortar, y escuchar por cortesía.

use super::host::Host;
use super::incoming::Received;
use super::link::Link;
use super::service::Context;
use super::stage::{CloseReason, Stage, Step, Stepped};
use super::wire::Wire;
use crate::cgi::fastcgi;

/// Cuánto se recibe mientras se responde, en bytes: un abandono mide ocho.
const MAX_OVERHEARD: usize = 1024;

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

/// Si el servidor web abandonó la petición `id` mientras se le responde (FastCGI §5.4).
pub(super) fn is_abandoned<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &Context<'_, H>,
    id: u16,
) -> bool {
    // Si la aplicación todavía lee el cuerpo, a ella le llega el abandono. Y de lo que venga detrás no se
    // guarda más que el principio.
    if link.reader.is_none() && link.incoming.pending().len() < MAX_OVERHEARD {
        // Si no se puede recibir, tampoco se podrá enviar, y entonces se dirá.
        let _ = link.receive(context.now());
    }
    fastcgi::is_aborted(link.incoming.pending(), id)
}

/// El servidor web ya no quiere la respuesta: se le dice que terminó, y se sigue si él sigue.
pub(super) fn abandon<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &Context<'_, H>,
    id: u16,
    keeps_connection: bool,
) -> Step<W::Source> {
    fastcgi::write_aborted(link.outgoing.tail(), id);
    match keeps_connection && !context.service.is_stopping() {
        true => Stage::Idle.go(),
        false => Stage::Closing(CloseReason::Rejected).go(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::application::StartResponse;
    use crate::body::{Body, Chunk};
    use crate::connection::memory::Ending;
    use crate::connection::stand::{
        ABORT, END, Stand, fastcgi, fastcgi_head, ignore, last_ok, record,
    };
    use crate::connection::{Config, Protocol, StageKind};
    use crate::environ::Environ;
    use pretty_assertions::assert_eq;
    use std::sync::mpsc::{Receiver, Sender, channel};

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
        let mut stand = Stand::new(Protocol::FastCgi, ignore);
        stand.say(fastcgi_head("POST", "/", "10")).stop().say(record(ABORT, b""));
        assert_eq!(stand.bytes(), record(END, &[0; 8]));
        assert_eq!(stand.stage(), StageKind::Lingering);
    }

    /// Manda por su canal un aviso cuando se suelta.
    struct Dropped(Sender<&'static str>);

    impl Drop for Dropped {
        fn drop(&mut self) {
            // Puede que ya nadie escuche.
            let _ = self.0.send("soltado");
        }
    }

    /// Una respuesta sin final, a un cliente que toma `capacity` bytes cada vez.
    fn endless(capacity: usize) -> (Stand, Receiver<&'static str>) {
        let (sender, drops) = channel();
        let application = move |_: &mut Environ, start_response: StartResponse<'_>| {
            let body = Dropped(sender.clone());
            start_response("200 OK", &[])?;
            Ok(Body::stream(std::iter::repeat_with(move || {
                let Dropped(_) = &body;
                Ok(Chunk::from("x".repeat(100)))
            })))
        };
        (Stand::new(Protocol::FastCgi, application).slow(capacity), drops)
    }

    /// Lo que manda la máquina hasta que calla.
    fn drain(stand: &mut Stand) {
        for _ in 0..100 {
            stand.take(usize::MAX);
        }
    }

    #[test]
    fn una_peticion_abandonada_mientras_se_responde_termina_y_la_conexion_sigue() {
        for cut in 0..record(ABORT, b"").len() {
            let (mut stand, drops) = endless(5000);
            stand.say(fastcgi("GET", "/", ""));
            assert_eq!((stand.stage(), drops.try_recv().ok()), (StageKind::Responding, None));
            let abort = record(ABORT, b"");
            stand.say(&abort[..cut]).say(&abort[cut..]);
            let dropped: Vec<_> = drops.try_iter().collect();
            assert_eq!((stand.stage(), dropped), (StageKind::Idle, vec!["soltado"]), "en {cut}");
            drain(&mut stand);
            assert!(stand.bytes().ends_with(&record(END, &[0; 8])), "en {cut}");
            // Lo que llega después es de la siguiente.
            stand.forget();
            stand.say(fastcgi("GET", "/", "")).take(usize::MAX);
            assert!(stand.seen().contains("Status: 200 OK"), "en {cut}");
        }
    }

    #[test]
    fn lo_que_no_la_abandona_no_la_interrumpe() {
        let other = [1, ABORT, 0, 2, 0, 0, 0, 0];
        for said in [&other[..], &fastcgi("GET", "/otra", ""), &record(ABORT, b"")[..7]] {
            let (mut stand, drops) = endless(5000);
            stand.say(fastcgi("GET", "/", "")).say(said);
            assert_eq!((stand.stage(), drops.try_recv().ok()), (StageKind::Responding, None));
        }
    }

    #[test]
    fn de_lo_que_llega_mientras_se_responde_solo_se_guarda_el_principio() {
        let (mut stand, _drops) = endless(5000);
        stand.say(fastcgi("GET", "/", ""));
        for _ in 0..1000 {
            stand.say(record(77, &[0; 1000]));
        }
        let held = stand.connection().link.incoming.held();
        assert!(held < 100_000, "{held} bytes");
    }
}
