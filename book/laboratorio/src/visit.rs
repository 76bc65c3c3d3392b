//! Una visita a un programa: unos bytes, partidos por donde se quiera, y todo lo que ocurre.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pasarela::laboratory::{Outside, Talk};

use crate::answers::{Answer, Said};
use crate::programs::served;
use crate::sent::{Sent, requests};
use crate::trace::{self, PANIC, Step, Variables, What};

/// Lo que se supo de una visita.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Los bytes que envió el cliente.
    pub bytes: Vec<u8>,
    /// Las peticiones que hay en ellos.
    pub requests: Vec<Sent>,
    /// El `environ` de cada llamada: la primera es de la primera petición, y así.
    pub environs: Vec<Variables>,
    /// Lo que hicieron el servidor y la aplicación.
    pub steps: Vec<Step>,
    /// Los bytes que recibió el cliente.
    pub received: Vec<u8>,
    /// Las respuestas que hay en ellos.
    pub answers: Vec<Answer>,
    /// Lo que quedó en el registro.
    pub log: Vec<String>,
    /// Cómo estaba la conexión al principio y después de cada pieza; y, si venció un plazo, entonces.
    pub moments: Vec<Moment>,
    /// Por qué se cerró, si la cerró el servidor.
    pub end: Option<String>,
}

/// Cómo está la conexión en un momento.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// Cuántos bytes ha enviado el cliente.
    pub sent: usize,
    /// Cuántos ha recibido.
    pub received: usize,
    /// Las etapas por las que pasó para llegar aquí; la última es la de ahora.
    pub stages: Vec<String>,
    /// Cuánto falta para que venza el plazo.
    pub patience: Duration,
    /// Cuánto se esperó: un plazo que venció.
    pub waited: Duration,
}

/// Un programa tiene memoria (las notas del capítulo 6): las visitas van de una en una, y cada una lo ejecuta de nuevo.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Envía `bytes` al programa `name`, en piezas que terminan en cada corte; `None` si no existe.
#[must_use]
pub fn visit(name: &str, bytes: &[u8], cuts: &[usize]) -> Option<Visit> {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    trace::begin();
    let (application, config) = served(name)?;
    let application = trace::watched(application);
    let outside = Outside { clock: trace::now, errors: trace::errors };
    let mut telling = Telling {
        talk: Talk::new(&application, config, outside),
        received: Vec::new(),
        moments: Vec::new(),
    };
    telling.note(0, Duration::ZERO);
    let mut sent = 0;
    for cut in cuts.iter().copied().chain([bytes.len()]) {
        let cut = cut.clamp(sent, bytes.len());
        if cut > sent {
            telling.talk.send(&bytes[sent..cut]);
            telling.note(cut, Duration::ZERO);
            sent = cut;
        }
    }
    telling.wait(sent);
    let Telling { mut talk, received, moments } = telling;
    // Si no lo cerró el servidor, lo cierra el cliente, y eso ya no se cuenta.
    let end = talk.end().map(str::to_owned);
    talk.finish();
    drop(talk);
    Some(read(bytes, received, moments, end))
}

/// Lo que se puede decir de una visita a otro servidor, de la que solo se sabe lo que se envió y lo que se recibió.
#[must_use]
pub fn overheard(bytes: &[u8], received: &[u8]) -> Visit {
    trace::begin();
    let mut visit = read(bytes, received.to_vec(), Vec::new(), None);
    visit.requests.clear();
    visit
}

struct Telling<'a> {
    talk: Talk<'a>,
    received: Vec<u8>,
    moments: Vec<Moment>,
}

impl Telling<'_> {
    fn note(&mut self, sent: usize, waited: Duration) {
        self.received.extend(self.talk.received());
        let patience = self.talk.deadline().saturating_sub(trace::now());
        let (stages, received) = (self.talk.stages(), self.received.len());
        self.moments.push(Moment { sent, received, stages, patience, waited });
    }

    /// Quien dejó algo a medias y calla: el servidor espera lo que dice su plazo.
    fn wait(&mut self, sent: usize) {
        let Some(last) = self.moments.last() else { return };
        let is_waiting = last.stages.last().is_some_and(|stage| stage == "Head" || stage == "Body");
        if is_waiting && self.talk.end().is_none() {
            let waited = last.patience;
            trace::sleep(waited);
            self.talk.expire();
            self.note(sent, waited);
        }
    }
}

fn read(bytes: &[u8], received: Vec<u8>, moments: Vec<Moment>, end: Option<String>) -> Visit {
    let (steps, environs, notes) = trace::finish();
    let notes = String::from_utf8_lossy(&notes).replace(
        &format!("la aplicación devolvió un error: {PANIC}"),
        "la aplicación entró en pánico: ",
    );
    let answers = answers(&received, &environs, &steps);
    Visit {
        bytes: bytes.to_vec(),
        requests: requests(bytes),
        environs,
        steps,
        received,
        answers,
        log: notes.lines().map(str::to_owned).collect(),
        moments,
        end,
    }
}

fn answers(received: &[u8], environs: &[Variables], steps: &[Step]) -> Vec<Answer> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut call = 0;
    while start < received.len() {
        let method =
            environs.get(call).and_then(|all| all.iter().find(|v| v.0 == "REQUEST_METHOD"));
        let is_head = method.is_some_and(|(_, method)| method == b"HEAD");
        let Some(answer) = Answer::at(received, start, is_head, said(steps, call)) else { break };
        start = answer.end;
        call += usize::from(answer.code >= 200);
        found.push(answer);
    }
    found
}

/// Lo que la aplicación dijo al servidor en esa llamada: lo de la capa de fuera.
fn said(steps: &[Step], call: usize) -> Option<Said<'_>> {
    let is_call = |step: &&Step| step.depth == 0 && step.what == What::Called;
    let first = steps.iter().enumerate().filter(|(_, step)| is_call(step)).nth(call)?.0;
    let own = steps[first + 1..].iter().take_while(|step| !is_call(step));
    own.filter(|step| step.depth == 0).find_map(|step| match &step.what {
        What::Started { status, headers, refusal: None } => Some((&**status, &headers[..])),
        _ => None,
    })
}

impl Visit {
    /// Un dato de lo que ocurrió, por su nombre: es lo que preguntan las predicciones.
    ///
    /// | nombre | qué es |
    /// |---|---|
    /// | `estado` | el estado de la última respuesta |
    /// | `estados` | los de todas |
    /// | `llamadas` | cuántas veces se llamó a la aplicación |
    /// | `bytes` | cuántos bytes mide el último cuerpo |
    /// | `cierra` | si el servidor cierra la conexión |
    /// | `registro` | cuántas líneas hay en el registro |
    /// | `environ:X` | la variable `X` de la última llamada |
    /// | `recibido:X` | el encabezado `X` de la última respuesta |
    /// | `dice:X` | si el último cuerpo contiene `X` |
    #[must_use]
    pub fn fact(&self, name: &str) -> String {
        let codes: Vec<String> =
            self.answers.iter().map(|answer| answer.code.to_string()).collect();
        let last = self.answers.last();
        let content = last.map_or_else(Vec::new, |answer| answer.content(&self.received));
        let yes = |is: bool| (if is { "sí" } else { "no" }).to_owned();
        let (kind, wanted) = name.split_once(':').unwrap_or((name, ""));
        match kind {
            "estado" => codes.last().cloned().unwrap_or_default(),
            "estados" => codes.join(" y "),
            "llamadas" => self.environs.len().to_string(),
            "bytes" => content.len().to_string(),
            "cierra" => yes(self.end.is_some() || self.is_last()),
            "registro" => self.log.len().to_string(),
            "environ" => self.variable(wanted).unwrap_or_else(|| "no está".to_owned()),
            "recibido" => {
                last.and_then(|answer| answer.header(wanted)).unwrap_or("no está").to_owned()
            }
            "dice" => yes(String::from_utf8_lossy(&content).contains(wanted)),
            _ => String::new(),
        }
    }

    fn variable(&self, name: &str) -> Option<String> {
        let (_, value) = self.environs.last()?.iter().find(|(key, _)| key == name)?;
        Some(String::from_utf8_lossy(value).into_owned())
    }

    /// Si la conexión ya solo espera a que el cliente se vaya.
    fn is_last(&self) -> bool {
        let stage = self.moments.last().and_then(|moment| moment.stages.last());
        stage.is_some_and(|stage| ["Closing", "Cutting", "Lingering", "Closed"].contains(&&**stage))
    }
}

#[cfg(test)]
mod tests;
