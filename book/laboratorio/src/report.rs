//! Lo que ocurrió, como JSON: lo que lee la página.

use std::fmt::Write;
use std::ops::Range;

use crate::answers::Answer;
use crate::sent::{Origin, Sent};
use crate::trace::{Step, Variables, What};
use crate::visit::{Moment, Visit};
use crate::words::words;

/// Las preguntas que no llevan nada detrás de su nombre.
const FACTS: [&str; 6] = ["estado", "estados", "llamadas", "bytes", "cierra", "registro"];

/// Una visita, y el dato que se pide de ella. Los bytes van en hexadecimal, y los sitios, como `[de, a]`.
#[must_use]
pub fn report(visit: &Visit, fact: &str) -> String {
    let mut out = String::new();
    out.push_str("{\"received\":");
    hex(&mut out, &visit.received);
    out.push_str(",\"environs\":");
    let environs = visit.environs.iter().enumerate();
    list(&mut out, environs, |out, (at, variables)| environ(out, visit, at, variables));
    out.push_str(",\"steps\":");
    list(&mut out, visit.steps.iter(), step);
    out.push_str(",\"answers\":");
    list(&mut out, visit.answers.iter(), answer);
    out.push_str(",\"log\":");
    list(&mut out, visit.log.iter(), |out, line| text(out, line));
    out.push_str(",\"moments\":");
    list(&mut out, visit.moments.iter(), |out, moment| self::moment(out, visit, moment));
    out.push_str(",\"facts\":{");
    for (at, name) in FACTS.iter().enumerate() {
        let _ = write!(out, "{}\"{name}\":", if at > 0 { "," } else { "" });
        text(&mut out, &visit.fact(name));
    }
    out.push_str("},\"fact\":");
    text(&mut out, &visit.fact(fact));
    out.push_str(",\"end\":");
    text(&mut out, visit.end.as_deref().unwrap_or_default());
    out.push('}');
    out
}

fn environ(out: &mut String, visit: &Visit, at: usize, variables: &Variables) {
    let request = visit.requests.get(at);
    list(out, variables.iter(), |out, (key, value)| {
        out.push_str("{\"key\":");
        text(out, key);
        out.push_str(",\"value\":");
        text(out, &String::from_utf8_lossy(value));
        let origin = request.map_or(Origin::Server, |request| request.origin(&visit.bytes, key));
        let from = match origin {
            Origin::Request(places) => {
                out.push_str(",\"places\":");
                list(out, places.iter(), place);
                "request"
            }
            Origin::Absent => "absent",
            Origin::Connection => "connection",
            Origin::Server => "server",
        };
        let _ = write!(out, ",\"from\":\"{from}\"}}");
    });
}

fn step(out: &mut String, step: &Step) {
    let name = match &step.what {
        What::Called => "called",
        What::Started { .. } => "started",
        What::Returned(_) => "returned",
        What::Failed(_) => "failed",
        What::Found(_) => "found",
        What::Broken(_) => "broken",
        What::Chunk(_) => "chunk",
        What::Ended => "ended",
    };
    let Step { depth, layer, .. } = step;
    let _ = write!(out, "{{\"depth\":{depth},\"layer\":\"{layer}\",\"what\":\"{name}\",\"say\":");
    let (say, note) = words(step);
    text(out, &say);
    out.push_str(",\"note\":");
    text(out, &note);
    if let What::Started { status, .. } = &step.what {
        out.push_str(",\"status\":");
        text(out, status);
    }
    out.push('}');
}

fn answer(out: &mut String, answer: &Answer) {
    let _ = write!(out, "{{\"code\":{},\"end\":{},\"lines\":", answer.code, answer.end);
    let part = |out: &mut String, (range, is): &(Range<usize>, bool)| {
        let _ = write!(out, "[{},{},{}]", range.start, range.end, u8::from(*is));
    };
    list(out, answer.lines.iter(), part);
    out.push_str(",\"parts\":");
    list(out, answer.parts.iter(), part);
    out.push_str(",\"type\":");
    text(out, answer.header("Content-Type").unwrap_or_default());
    out.push('}');
}

fn moment(out: &mut String, visit: &Visit, moment: &Moment) {
    let Moment { sent, received, stages, patience, waited } = moment;
    let _ = write!(out, "{{\"sent\":{sent},\"received\":{received},\"stages\":");
    list(out, stages.iter(), |out, stage| text(out, stage));
    let (patience, waited) = (patience.as_millis(), waited.as_millis());
    let _ = write!(out, ",\"patience\":{patience},\"waited\":{waited},\"knows\":");
    text(out, &knows(visit, moment));
    out.push('}');
}

/// Qué sabe el servidor en un momento, dicho para quien lo mira.
#[must_use]
pub fn knows(visit: &Visit, moment: &Moment) -> String {
    let stage = moment.stages.last().map_or("", String::as_str);
    let request = visit.requests.iter().find(|request| request.end >= moment.sent);
    let start = request.map_or(0, |request| request.start);
    let arrived = &visit.bytes[start.min(moment.sent)..moment.sent];
    match stage {
        _ if !moment.waited.is_zero() => {
            let seconds = moment.waited.as_secs();
            format!("Pasaron {seconds} segundos sin nada nuevo: se acabó la espera.")
        }
        "Idle" if moment.received > 0 => {
            "Respondió, y espera otra petición por la misma conexión.".to_owned()
        }
        "Idle" => "Hay una conexión y ningún byte. Espera.".to_owned(),
        "Head" => match arrived.iter().filter(|byte| **byte == b'\n').count() {
            0 => "La primera línea no ha terminado. Espera.".to_owned(),
            1 => {
                "Tiene una línea. No sabe si vienen encabezados: espera la línea vacía.".to_owned()
            }
            lines => format!("Tiene {lines} líneas. No sabe si vienen más: espera la línea vacía."),
        },
        "Body" => gathered(request, moment.sent),
        "Closing" | "Cutting" | "Lingering" | "Closed" => {
            "Respondió, y no atenderá otra petición por esta conexión.".to_owned()
        }
        other => other.to_owned(),
    }
}

fn gathered(request: Option<&Sent>, sent: usize) -> String {
    let arrived =
        request.and_then(|request| request.head).map_or(0, |head| sent.saturating_sub(head));
    let verb = if arrived == 1 { "llegó un byte" } else { "llegaron" };
    let count = if arrived == 1 { String::new() } else { format!(" {arrived} bytes") };
    format!("La cabeza está entera. Del cuerpo {verb}{count}, y falta el resto: espera.")
}

fn list<T>(out: &mut String, items: impl Iterator<Item = T>, write: impl Fn(&mut String, T)) {
    out.push('[');
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(']');
}

fn place(out: &mut String, range: &Range<usize>) {
    let _ = write!(out, "[{},{}]", range.start, range.end);
}

fn hex(out: &mut String, bytes: &[u8]) {
    out.push('"');
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
    out.push('"');
}

/// Un texto de JSON (RFC 8259 §7).
pub fn text(out: &mut String, value: &str) {
    out.push('"');
    for letter in value.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            // Para que el texto quepa dentro de una página.
            '<' | '\0'..' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
}
