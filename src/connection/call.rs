//! Llamar a la aplicación: en este hilo, o en uno que pueda detenerse.

use super::host::{Class, Host};
use super::link::{Link, Readiness};
use super::send::{Answer, deliver};
use super::service::Context;
use super::stage::{Call, CloseReason, Stage, Stepped, Terms};
use super::upload::{Settled, Upload};
use super::wire::{Source, Wire};
use crate::environ::Environ;
use crate::gateway;

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

fn call<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    mut environ: Box<Environ>,
    mut terms: Terms,
    upload: Option<Upload<W::Source>>,
) -> Stepped<W> {
    let Context { service, application, scratch, host } = context;
    let mut head = scratch.head.lend();
    host.amends(&mut environ);
    // Quien lee un cuerpo de la red tarda lo que quiera el cliente: eso no es de la aplicación.
    let class = if upload.is_some() { Class::UNTAUGHT } else { terms.class };
    let mut body = host.during(class, || {
        let body = gateway::run(*application, &mut environ, &mut head);
        gateway::warn_if_large(&head, &environ);
        // Suelta lo que la aplicación y los intermediarios dejaron en él.
        scratch.environ.take_back(environ);
        body
    });
    host.begins(&head, &mut body);
    if host.took_long() {
        // El cliente pudo enviar algo mientras tanto: antes de cerrar habrá que mirarlo.
        link.notice(Readiness { readable: true, ..Readiness::default() });
    }
    if let Some(upload) = upload
        && !settle(link, &upload)
    {
        terms.close(CloseReason::BodyUnread);
    } else if service.is_stopping() {
        terms.close(CloseReason::Stopping);
    }
    deliver(link, context, Answer { head, body, terms })
}

/// Recupera lo que llegó detrás de un cuerpo grande; `false` si quedó sin leer: la conexión tendrá que
/// cerrarse, porque un cuerpo sin leer nunca se convierte en la petición siguiente.
fn settle<W: Wire>(link: &mut Link<W>, upload: &Upload<impl Source>) -> bool {
    let Settled { interim, rest } = upload.settle();
    link.outgoing.tail().extend_from_slice(interim);
    let Some((incoming, replies)) = rest else { return false };
    link.incoming = incoming;
    link.outgoing.tail().extend(replies);
    true
}
