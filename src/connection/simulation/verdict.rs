//! Lo que un cliente tiene derecho a esperar de las respuestas que entendió.

use std::sync::Arc;

use super::content::{Side, content, mark};
use super::plan::{Asks, BodyPlan, Declared, Fails, Planned, Reads, Spoil};
use super::reader::{Answer, Transcript};
use crate::connection::Protocol;

/// Cómo fue una conversación.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Circumstances {
    pub(super) protocol: Protocol,
    /// Si nadie cortó, ni se equivocó, ni se hizo esperar.
    pub(super) is_calm: bool,
    /// Si el cliente ya vio cómo terminó.
    pub(super) is_over: bool,
    /// Desde qué tamaño lee la aplicación el cuerpo a su ritmo.
    pub(super) small_body: usize,
}

/// Compara lo que entendió el cliente con lo que iba a pasar.
pub(super) fn check(
    planned: &[Arc<Planned>],
    transcript: &Transcript,
    around: Circumstances,
) -> Result<(), String> {
    for (planned, answer) in planned.iter().zip(&transcript.answers) {
        check_answer(planned, answer, around)
            .map_err(|reason| format!("respuesta {}: {reason}: {answer:?}", planned.number))?;
    }
    let next = planned.get(transcript.answers.len());
    check_interim(next.map(Arc::as_ref), transcript.interim)
}

fn check_interim(planned: Option<&Planned>, interim: usize) -> Result<(), String> {
    let asked = planned.is_some_and(|planned| planned.expects && !planned.is_http10);
    match interim {
        0 => Ok(()),
        1 if asked => Ok(()),
        _ => Err(format!("{interim} permisos que nadie pidió")),
    }
}

fn check_answer(planned: &Planned, answer: &Answer, around: Circumstances) -> Result<(), String> {
    check_interim(Some(planned), answer.interim)?;
    let own = mark(planned.conversation, planned.number);
    match (answer.status, answer.header("X-Marca")) {
        (_, Some(mark)) if mark == own => check_own(planned, answer, around),
        (_, Some(_)) => Err("es de otra petición".to_owned()),
        (0, None) if planned.spoil == Some(Spoil::Abandoned) => Ok(()),
        (500, None) if planned.may_fail() => check_page(planned, answer),
        (400..=499 | 501 | 505, None) if !around.is_calm || planned.spoil.is_some() => {
            check_page(planned, answer)
        }
        _ => Err("nadie respondió eso".to_owned()),
    }
}

/// Una página de error: entera, y con su estado dentro.
fn check_page(planned: &Planned, answer: &Answer) -> Result<(), String> {
    let title = format!("<title>{} ", answer.status);
    let text = String::from_utf8_lossy(&answer.body);
    let is_page = text.contains(&title) && text.ends_with("</html>\n");
    let has_none = planned.method == "HEAD" && text.is_empty();
    match is_page || has_none || !answer.is_whole {
        true => Ok(()),
        false => Err("una página de error a medias".to_owned()),
    }
}

/// Lo que respondió la aplicación, o una parte de ello que se nota que es una parte.
fn check_own(planned: &Planned, answer: &Answer, around: Circumstances) -> Result<(), String> {
    if !planned.status.starts_with(&answer.status.to_string()) {
        return Err("con otro estado".to_owned());
    }
    if planned.is_bodiless() {
        return match answer.body.is_empty() {
            true => Ok(()),
            false => Err("con un cuerpo que no debía llevar".to_owned()),
        };
    }
    let whole = content(Side::Response, planned.conversation, planned.number, planned.length());
    let target = planned.declared().unwrap_or(whole.len());
    let expected = &whole[..target.min(whole.len())];
    if !expected.starts_with(&answer.body) {
        return Err("con bytes que no son suyos".to_owned());
    }
    // Con longitud declarada, lo que se rompe detrás de ella no se nota ni hace falta.
    let may_be_whole = answer.body.len() == target
        && (!planned.breaks() || planned.declared != Declared::No || is_file(planned));
    match answer.is_whole {
        true if !may_be_whole => Err("media respuesta que parece entera".to_owned()),
        false if around.is_calm && around.is_over && !planned.may_be_cut() => {
            Err("se cortó sin motivo".to_owned())
        }
        _ => Ok(()),
    }
}

/// Un archivo puede acortarse cuando ya se envió.
fn is_file(planned: &Planned) -> bool {
    matches!(planned.body, BodyPlan::File { .. })
}

/// En una conversación sin contratiempos y en la que ya no va a pasar nada, todo tiene respuesta, salvo
/// lo que va detrás de la que cerró con motivo.
pub(super) fn check_complete(
    planned: &[Arc<Planned>],
    transcript: &Transcript,
    around: Circumstances,
) -> Result<(), String> {
    let answers = &transcript.answers;
    let Some(next) = planned.get(answers.len()) else { return Ok(()) };
    // Un corte se come también la cabeza, si no había salido.
    if next.may_be_cut() {
        return Ok(());
    }
    let Some((last, answer)) = answers.len().checked_sub(1).map(|at| (&planned[at], &answers[at]))
    else {
        return Err("nadie respondió".to_owned());
    };
    match !answer.is_whole || may_close(last, answer, around) {
        true => Ok(()),
        false => Err(format!("de {} peticiones se respondieron {}", planned.len(), answers.len())),
    }
}

/// Si esa respuesta podía ser la última.
fn may_close(planned: &Planned, answer: &Answer, around: Circumstances) -> bool {
    let is_unmeasured = answer.header("Content-Length").is_none();
    let is_until_close = planned.is_http10 && is_unmeasured;
    let asked = match (planned.connection, planned.is_http10) {
        (Asks::Close, _) | (Asks::Nothing, true) => true,
        (Asks::KeepAlive, _) | (Asks::Nothing, false) => false,
    };
    let is_unread = may_stay_unread(planned, around);
    match around.protocol {
        Protocol::Http => asked || is_until_close || is_unread,
        Protocol::FastCgi => planned.connection == Asks::Close || is_unread,
        Protocol::Scgi | Protocol::Uwsgi => true,
    }
}

/// Si la conexión puede acabar porque la aplicación no leyó todo el cuerpo: según cuándo llegó.
pub(super) fn may_stay_unread(planned: &Planned, around: Circumstances) -> bool {
    let is_read = planned.fails == Fails::No
        && planned.reads_everything()
        && planned.reads != Reads::Meanwhile;
    let is_small = planned.content.len() < around.small_body && !planned.expects;
    !is_read && !is_small
}
