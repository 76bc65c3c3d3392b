//! Los experimentos ya hechos, como texto: lo que viajó, `environ` y lo que se llamó, en orden.

use super::prose::prose;
use crate::face::html::escape;
use laboratorio::experiments::{Chapter, Experiment};
use laboratorio::sent::Origin;
use laboratorio::{Visit, words};

/// El final de una línea: dos bytes que el documento nombra y la hoja de estilo dibuja.
const END: &str = "<i class=\"fin\" aria-hidden=\"true\">␍␊</i>";

/// Los de un capítulo: el primero, a la vista; los demás, plegados.
pub(super) fn experiments(chapter: &Chapter) -> String {
    let [first, others @ ..] = chapter.experiments else { return String::new() };
    let others: String = others
        .iter()
        .map(|one| {
            format!("<details><summary>{}</summary>{}</details>", escape(one.name), experiment(one))
        })
        .collect();
    format!("<p class=\"et\">{}</p>{}{others}", escape(first.name), experiment(first))
}

fn experiment(experiment: &Experiment) -> String {
    let visit = experiment.run();
    [
        change(experiment),
        request(&visit),
        environ(&visit),
        steps(&visit),
        answers(&visit),
        log(&visit),
        format!("<p>{}</p>", prose(experiment.look)),
    ]
    .concat()
}

/// Lo que la variante cambia en el programa.
fn change(experiment: &Experiment) -> String {
    let program = experiment.program();
    let lines = program.changes.iter().map(|(from, to)| {
        format!(
            "<p>En <code>examples/{}.rs</code>, <code>{}</code> en lugar de <code>{}</code>.</p>",
            program.file,
            escape(to),
            escape(from)
        )
    });
    lines.collect()
}

fn request(visit: &Visit) -> String {
    format!("<pre class=\"grabado\">{}</pre>", lines(&visit.bytes))
}

/// Los bytes como texto, con cada final de línea a la vista.
fn lines(bytes: &[u8]) -> String {
    escape(&String::from_utf8_lossy(bytes)).replace("\r\n", &format!("{END}\n"))
}

/// Solo lo que sale de la petición: lo demás es igual en todas.
fn environ(visit: &Visit) -> String {
    let Some((variables, request)) = visit.environs.first().zip(visit.requests.first()) else {
        return "<p>No hay <code>environ</code>: el servidor respondió sin llamar a la aplicación.</p>"
            .to_owned();
    };
    let from_request = variables
        .iter()
        .filter(|(key, _)| matches!(request.origin(&visit.bytes, key), Origin::Request(_)));
    let rows: String = from_request
        .map(|(key, value)| {
            let value = escape(&String::from_utf8_lossy(value));
            format!(
                "<tr><th scope=\"row\"><code>{}</code></th><td><code>{value}</code></td></tr>",
                escape(key)
            )
        })
        .collect();
    format!(
        "<table><thead><tr><th scope=\"col\">Variable</th><th scope=\"col\">Valor</th></tr></thead><tbody>{rows}</tbody></table>"
    )
}

fn steps(visit: &Visit) -> String {
    let steps: String = visit
        .steps
        .iter()
        .map(|step| {
            let (say, note) = words(step);
            let note =
                if note.is_empty() { note } else { format!("<small>{}</small>", escape(&note)) };
            let depth = step.depth;
            format!("<li style=\"--capa:{depth}\"><code>{}</code>{note}</li>", escape(&say))
        })
        .collect();
    if steps.is_empty() { steps } else { format!("<ol class=\"traza\">{steps}</ol>") }
}

/// Lo que se recibió: en negrita, lo que escribió la aplicación.
fn answers(visit: &Visit) -> String {
    let mut written = String::new();
    for answer in &visit.answers {
        let parts = answer
            .lines
            .iter()
            .map(|(place, is_own)| (place, *is_own, lines(&visit.received[place.clone()])));
        let body = answer
            .parts
            .iter()
            .map(|(place, is_own)| (place, *is_own, lines(&visit.received[place.clone()])));
        for (_, is_own, text) in parts.chain(body) {
            written += &if is_own { format!("<b>{text}</b>") } else { text };
        }
        written.push('\n');
    }
    format!("<pre class=\"grabado v\">{}</pre>", written.trim_end_matches('\n'))
}

fn log(visit: &Visit) -> String {
    let lines: Vec<String> = visit.log.iter().map(|line| escape(line)).collect();
    match lines.is_empty() {
        true => String::new(),
        false => format!(
            "<p class=\"et\">En el registro</p><pre class=\"grabado r\">{}</pre>",
            lines.join("\n")
        ),
    }
}
