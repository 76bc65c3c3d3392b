//! Llamar a la aplicación: en este hilo, o en uno que pueda detenerse.

use std::io;

use super::link::{Link, Readiness};
use super::sending::deliver;
use super::service::{Context, Scratch};
use super::stage::{Call, Farewell, Stage, Step, Terms};
use super::threads::Class;
use super::upload::Upload;
use crate::gateway;
use crate::http::Persistence;

/// Llama a la aplicación aquí mismo, o deja la llamada para otro hilo si se sabe que tarda. La
/// petición está en el `environ` de este hilo.
pub(super) fn answer(
    link: &mut Link,
    context: &mut Context<'_, '_>,
    terms: Terms,
    upload: Option<Upload>,
) -> io::Result<Step> {
    let must_hand_off = match &upload {
        // También quien ya ayuda necesita un permiso para esperar a la red.
        Some(_) => context.leader.has_company(),
        None => context.leader.should_hand_off(&context.service.paces, terms.class),
    };
    if must_hand_off {
        let environ = std::mem::take(&mut context.scratch.environ);
        // Las respuestas anteriores no tienen por qué esperar a esta.
        link.flush(context.now)?;
        return Ok(Step::HandOff(Stage::Calling(Box::new(Call { environ, terms, upload }))));
    }
    call(link, context, terms, upload)
}

/// Hace una llamada que esperaba a este hilo.
pub(super) fn resume(
    link: &mut Link,
    context: &mut Context<'_, '_>,
    pending: Call,
) -> io::Result<Step> {
    let Call { environ, terms, upload } = pending;
    context.scratch.environ = environ;
    call(link, context, terms, upload)
}

fn call(
    link: &mut Link,
    context: &mut Context<'_, '_>,
    mut terms: Terms,
    upload: Option<Upload>,
) -> io::Result<Step> {
    let Context { service, scratch, leader, .. } = context;
    let Scratch { environ, head, .. } = &mut **scratch;
    // Quien lee un cuerpo de la red tarda lo que quiera el cliente: eso no es de la aplicación.
    let class = if upload.is_some() { Class::UNTAUGHT } else { terms.class };
    let body = leader.during(&service.paces, class, || {
        let body = gateway::run(&*service.application, environ, head);
        gateway::warn_if_large(head, environ);
        // Suelta lo que la aplicación y los intermediarios dejaron en él.
        environ.clear();
        body
    });
    if context.keep_up() {
        // El cliente pudo enviar algo mientras tanto: antes de cerrar habrá que mirarlo.
        link.notice(Readiness { readable: true, ..Readiness::default() });
    }
    let farewell = settle_upload(link, upload);
    if farewell == Farewell::Lingering || context.service.is_stopping() {
        terms.persistence = Persistence::Close;
    }
    deliver(link, context, body, terms, farewell)
}

/// Recupera lo que llegó detrás de un cuerpo grande. Si quedó sin leer, la conexión tendrá que
/// cerrarse: un cuerpo sin leer nunca se convierte en la petición siguiente.
fn settle_upload(link: &mut Link, upload: Option<Upload>) -> Farewell {
    let Some(upload) = upload else { return Farewell::Brief };
    let Some((incoming, replies)) = upload.recover() else { return Farewell::Lingering };
    link.incoming = incoming;
    link.outgoing.tail().extend(replies);
    Farewell::Brief
}
