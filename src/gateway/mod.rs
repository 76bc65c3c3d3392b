//! La pasarela: de `environ` a una respuesta, para cualquier protocolo.
//!
//! [`run`] llama a la aplicación, comprueba lo que declaró con `start_response` y entrega la
//! cabeza y un cuerpo del que se tira trozo a trozo. Se tira, y no se empuja, porque solo quien
//! envía sabe cuándo cabe más: así un cliente lento no llena la memoria.
//!
//! No sabe de sockets; de HTTP, solo cómo se llena `environ` con una petición ya leída
//! (`http_environ`). Quien envía decide la forma. Lo que vale para todos los protocolos (qué
//! estados no llevan cuerpo, que la longitud declarada se cumpla, qué pasa cuando la aplicación
//! falla) está aquí una sola vez.

mod http_environ;
mod header_text;
mod head;
mod body;
mod fault;
mod error_page;
mod writer;

pub(crate) use body::{BodyLength, ResponseBody};
pub(crate) use error_page::{ErrorPage, error_page, internal_error, rejected};
pub(crate) use fault::Fault;
pub(crate) use head::ResponseHead;
pub use header_text::HeaderText;
pub(crate) use http_environ::{Peers, fill as fill_environ};
pub use writer::Writer;
pub(crate) use writer::{Lent, Sink};

use fault::Origin;
use writer::Written;

use std::error::Error as StdError;

use crate::application::Application;
use crate::body::Body;
use crate::environ::Environ;
use crate::guarded::catch;
use crate::http::RequestError;

/// Atiende una petición: deja la cabeza de la respuesta en `head` y devuelve su cuerpo.
///
/// Siempre hay respuesta: si la aplicación falla es la página de error 500, o la que corresponde al
/// motivo por el que `wsgi.input` no se pudo leer.
///
/// `is_head` es lo que se recibió: la aplicación puede cambiar `REQUEST_METHOD`, y aun así el cliente
/// espera la respuesta de lo que pidió (RFC 9110 §9.3.2, RFC 9112 §6.3).
pub(crate) fn run(
    application: &dyn Application,
    environ: &mut Environ,
    head: &mut ResponseHead,
    is_head: bool,
) -> ResponseBody {
    attempt(application, environ, head, is_head)
        .unwrap_or_else(|fault| page(&fault, environ, head, is_head))
}

/// Lo que dejó una llamada en la que se pudo escribir.
pub(crate) enum Ran {
    /// No salió nada: es la respuesta, entera.
    Whole(ResponseBody),
    /// Empezó durante la llamada: es lo que falta. `None` si no llegará a estar completa; ya se anotó.
    Begun(Option<ResponseBody>),
}

/// Como [`run`], de una aplicación a la que se prestó con qué escribir.
pub(crate) fn run_lending<S: Sink + 'static>(
    application: &dyn Application,
    environ: &mut Environ,
    head: &mut ResponseHead,
    is_head: bool,
    lent: &Lent<S>,
) -> Ran {
    let called = call(application, environ, head);
    match lent.end() {
        None => {
            let prepared = called.and_then(|body| prepare(environ, head, body, is_head));
            Ran::Whole(prepared.unwrap_or_else(|fault| page(&fault, environ, head, is_head)))
        }
        Some(written) => Ran::Begun(rest(called, environ, written)),
    }
}

/// Lo que falta de una respuesta que empezó durante la llamada.
fn rest(
    called: Result<Body, Fault>,
    environ: &mut Environ,
    written: Written,
) -> Option<ResponseBody> {
    let body = match called {
        Ok(body) => body,
        // Sin nadie que la reciba, que la aplicación no siga es lo que se espera.
        Err(_) if written.is_broken => return None,
        Err(fault) => {
            fault.report(environ);
            if !written.is_whole() {
                return None;
            }
            Body::empty()
        }
    };
    let mut rest = ResponseBody::rest(environ, body, written.left, written.has_content);
    rest.return_errors(environ);
    Some(rest)
}

/// Lo que responde [`run`] si eso es lo que falla antes de enviar nada.
pub(crate) fn page_for(error: &(dyn StdError + 'static)) -> ErrorPage {
    RequestError::find(error).map_or_else(internal_error, |fault| rejected(fault.0))
}

/// Desde este tamaño, en bytes, los encabezados de una respuesta no caben en lo que nginx les reserva.
const LARGE_HEAD: usize = 4 * 1024;

/// Avisa si los encabezados de la respuesta son tantos que un servidor de delante puede rechazarla.
pub(crate) fn warn_if_large(head: &ResponseHead, environ: &Environ) {
    let size = head.fields().len();
    if size > LARGE_HEAD {
        log::warn!(
            "los encabezados de la respuesta a {} miden {size} bytes; por encima de {LARGE_HEAD}, \
             nginx y Apache pueden responder 502 o 500 en su lugar",
            Origin::of(environ)
        );
    }
}

/// La página de ese fallo, que también lo anota.
fn page(
    fault: &Fault,
    environ: &mut Environ,
    head: &mut ResponseHead,
    is_head: bool,
) -> ResponseBody {
    fault.report(environ);
    let page = fault.rejection().map_or_else(internal_error, rejected);
    attempt(&page, environ, head, is_head).expect("la página de error siempre responde")
}

fn attempt(
    application: &dyn Application,
    environ: &mut Environ,
    head: &mut ResponseHead,
    is_head: bool,
) -> Result<ResponseBody, Fault> {
    let body = call(application, environ, head)?;
    prepare(environ, head, body, is_head)
}

#[inline(always)]
fn prepare(
    environ: &mut Environ,
    head: &ResponseHead,
    body: Body,
    is_head: bool,
) -> Result<ResponseBody, Fault> {
    let mut response = ResponseBody::new(environ, head, body, is_head);
    // La cabeza no sale hasta que hay un primer trozo (PEP 3333, «The start_response() Callable»):
    // si producirlo falla, todavía se puede responder 500.
    let produced = response.produce_first();
    response.return_errors(environ);
    produced?;
    Ok(response)
}

#[inline(always)]
fn call(
    application: &dyn Application,
    environ: &mut Environ,
    head: &mut ResponseHead,
) -> Result<Body, Fault> {
    head.clear();
    let mut refused = None;
    let called = catch(|| {
        application.call(environ, &mut |status, headers| {
            let started = head.start(status, headers);
            refused = started.clone().err();
            started
        })
    });
    match called {
        Ok(Ok(body)) if head.is_started() => Ok(body),
        Ok(Ok(_)) => Err(Fault::NotStarted(refused)),
        Ok(Err(error)) => Err(Fault::of_application(error)),
        Err(panic) => Err(Fault::Panic(panic)),
    }
}

#[cfg(test)]
mod tests;
