//! Llamar a la aplicación: en este hilo, o en uno que pueda detenerse.

use super::host::{Class, Host};
use super::lend::{Called, Lending};
use super::link::{Link, Readiness};
use super::send::{Answer, carry_on, deliver};
use super::service::{Context, Scratch};
use super::stage::{Call, CloseReason, Stage, Stepped, Terms};
use super::upload::{Settled, Upload};
use super::wire::{Source, Wire};
use crate::environ::Environ;
use crate::gateway::{self, ResponseBody, ResponseHead};

/// Llama a la aplicación aquí mismo, o deja la llamada para otro hilo si se sabe que tarda.
pub(super) fn answer<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    environ: Box<Environ>,
    terms: Terms,
    upload: Option<Upload<W::Source>>,
) -> Stepped<W> {
    let must_hand_off = match &upload {
        // También quien ya ayuda necesita un permiso para esperar a la red.
        Some(_) => context.host.permits_uploads(),
        None => context.host.hands_off(terms.class),
    };
    if must_hand_off {
        // Las respuestas anteriores no tienen por qué esperar a esta.
        link.flush(context.now())?;
        return Ok(Stage::Calling(Box::new(Call { environ, terms, upload })).hand_off());
    }
    call(link, context, environ, terms, upload)
}

/// Hace una llamada que esperaba a este hilo.
pub(super) fn resume<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    pending: Call<W::Source>,
) -> Stepped<W> {
    let Call { environ, terms, upload } = pending;
    call(link, context, environ, terms, upload)
}

/// Una llamada que se va a hacer.
struct Calling {
    environ: Box<Environ>,
    head: Box<ResponseHead>,
    terms: Terms,
    class: Class,
}

fn call<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    mut environ: Box<Environ>,
    terms: Terms,
    upload: Option<Upload<W::Source>>,
) -> Stepped<W> {
    let Context { service, application, scratch, host } = context;
    let mut head = scratch.head.lend();
    head.set_text(service.config.header_text);
    host.amends(&mut environ);
    if terms.envelope.carries_errors() {
        environ.errors().set_carbon(link.carbon.renew());
    }
    // Quien lee un cuerpo de la red tarda lo que quiera el cliente: eso no es de la aplicación.
    let class = if upload.is_some() { Class::UNTAUGHT } else { terms.class };
    environ.set_client(link.lend_client(terms.envelope.farewell()));
    if H::LENDS_WRITER && service.config.write_callable {
        return call_lending(link, context, Calling { environ, head, terms, class }, upload);
    }
    let mut body = link.during(&mut **host, class, |link| {
        let body = gateway::run(*application, &mut environ, &mut head, terms.is_head);
        give_back(link, scratch, environ, &head);
        body
    });
    begin(link, &mut **host, terms, &head, &mut body);
    finish(link, context, Answer { head, body, terms }, upload)
}

/// Una llamada a la que se presta algo con qué escribir. Va aparte para que las demás no lo paguen.
fn call_lending<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    Calling { mut environ, mut head, terms, class }: Calling,
    mut upload: Option<Upload<W::Source>>,
) -> Stepped<W> {
    let Context { service, application, scratch, host } = context;
    let mut called = link.during(&mut **host, class, |link| {
        let lending = Lending { service, application: *application, terms };
        let called = lending.call(link, &mut environ, &mut head, &mut upload);
        give_back(link, scratch, environ, &head);
        called
    });
    if let Some(body) = called.body() {
        begin(link, &mut **host, terms, &head, body);
    }
    match called {
        Called::Whole(body) => finish(link, context, Answer { head, body, terms }, upload),
        Called::Begun(begun) => {
            scratch.head.take_back(head);
            carry_on(link, context, begun, terms)
        }
    }
}

/// La llamada volvió: suelta lo que la aplicación y los intermediarios dejaron en su `environ`.
#[inline(always)]
fn give_back<W: Wire>(
    link: &mut Link<W>,
    scratch: &mut Scratch,
    mut environ: Box<Environ>,
    head: &ResponseHead,
) {
    gateway::warn_if_large(head, &environ);
    link.take_back_client(environ.take_client());
    scratch.environ.take_back(environ);
}

/// Ya se sabe qué respuesta es.
#[inline(always)]
fn begin<W: Wire, H: Host>(
    link: &Link<W>,
    host: &mut H,
    terms: Terms,
    head: &ResponseHead,
    body: &mut ResponseBody,
) {
    host.begins(head, body);
    if terms.envelope.carries_errors() {
        body.copy_errors(&link.carbon);
    }
}

/// Empieza a enviar lo que respondió.
#[inline(always)]
fn finish<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    mut answer: Answer,
    upload: Option<Upload<W::Source>>,
) -> Stepped<W> {
    if let Some(upload) = upload
        && !settle(link, &upload)
    {
        answer.terms.close(CloseReason::BodyUnread);
    } else if context.service.is_stopping() {
        answer.terms.close(CloseReason::Stopping);
    }
    deliver(link, context, answer)
}

/// Recupera lo que llegó detrás de un cuerpo grande; `false` si quedó sin leer: la conexión tendrá que
/// cerrarse, porque un cuerpo sin leer nunca se convierte en la petición siguiente.
fn settle<W: Wire>(link: &mut Link<W>, upload: &Upload<impl Source>) -> bool {
    // Del cable leyó otro: lo último que se supo de él ya no vale.
    link.notice(Readiness { readable: true, ..Readiness::default() });
    let Settled { interim, rest } = upload.settle();
    link.outgoing.tail().extend_from_slice(interim);
    let Some((incoming, replies)) = rest else {
        link.reader = Some(upload.reader());
        return false;
    };
    link.incoming = incoming;
    link.outgoing.tail().extend(replies);
    true
}

#[cfg(test)]
mod tests {
    use crate::application::StartResponse;
    use crate::body::Body;
    use crate::connection::stand::{Stand, echo, get, ignore, last_ok, ok, post};
    use crate::connection::{CloseReason, Config, Event, Outcome, StageKind};
    use crate::environ::Environ;
    use crate::error::Result;
    use pretty_assertions::assert_eq;
    use std::time::Duration;

    #[test]
    fn lo_que_tarda_es_de_otro_hilo_y_lo_anterior_no_lo_espera() {
        let mut stand = Stand::http(ignore);
        stand.say(get("/"));
        stand.world.hands_off = true;
        stand.say(get("/lenta"));
        assert_eq!((stand.stage(), stand.outcome()), (StageKind::Calling, Outcome::HandOff));
        assert_eq!((stand.seen(), stand.world.calls), (ok("hecho"), 1));
        assert_eq!(stand.help().seen(), [ok("hecho"), ok("hecho")].concat());
    }

    #[test]
    fn una_subida_pide_su_permiso_y_una_llamada_no() {
        let config = Config { small_body: 2, ..Config::default() };
        let script = [Event::Send(b"la".to_vec())];
        let mut stand = Stand::http(echo).with(config).scripted(script);
        stand.world.permits_uploads = true;
        stand.say(post("", 4) + "ho");
        assert_eq!((stand.outcome(), stand.connection().needs_permit()), (Outcome::HandOff, true));
        assert_eq!(stand.help().seen(), ok("POST / [hola]"));

        let mut slow = Stand::http(ignore);
        slow.world.hands_off = true;
        slow.say(get("/"));
        assert_eq!((slow.outcome(), slow.connection().needs_permit()), (Outcome::HandOff, false));
    }

    #[test]
    fn un_cuerpo_sin_leer_no_se_convierte_en_la_peticion_siguiente() {
        let config = Config { small_body: 2, ..Config::default() };
        let mut stand = Stand::http(ignore).with(config);
        stand.say(post("", 100) + &get("/oculta")).finish();
        assert_eq!((stand.seen(), stand.world.calls), (last_ok("hecho"), 1));
        assert_eq!(stand.reason(), Some(CloseReason::BodyUnread));
    }

    #[test]
    fn lo_que_llega_detras_de_una_subida_entera_es_la_siguiente() {
        let config = Config { small_body: 2, ..Config::default() };
        let mut stand = Stand::http(echo).with(config);
        stand.say(post("", 4) + "hola" + &get("/otra"));
        assert_eq!(stand.seen(), [ok("POST / [hola]"), ok("GET /otra []")].concat());
    }

    #[test]
    fn despues_de_una_llamada_larga_se_mira_antes_de_cerrar() {
        let asked = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        let mut quick = Stand::http(ignore);
        quick.say(asked);
        assert_eq!(quick.reason(), Some(CloseReason::ClientAsked));
        let mut long = Stand::http(ignore);
        long.world.call_lasts = Duration::from_secs(1);
        long.say(asked);
        assert_eq!((long.seen(), long.stage()), (last_ok("hecho"), StageKind::Lingering));
    }

    #[test]
    fn lo_que_se_suelta_de_la_peticion_se_suelta_antes_de_responder() {
        struct Loud(std::sync::mpsc::Sender<&'static str>);
        impl Drop for Loud {
            fn drop(&mut self) {
                self.0.send("suelto").expect("alguien escucha");
            }
        }
        let (sender, dropped) = std::sync::mpsc::channel();
        let application =
            move |environ: &mut Environ, start_response: StartResponse<'_>| -> Result<Body> {
                environ.insert_extension(Loud(sender.clone()));
                start_response("200 OK", &[])?;
                Ok(Body::from("hecho"))
            };
        let mut stand = Stand::http(application).slow(1);
        stand.say(get("/"));
        assert_eq!((stand.seen().as_str(), dropped.try_recv()), ("", Ok("suelto")));
    }
}
