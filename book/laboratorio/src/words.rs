//! Cada paso, dicho con palabras: las mismas en la página y en lo que escribe quien construye el libro.

use crate::trace::{Step, What};

/// Cuánto se muestra de un trozo, en letras.
const SHOWN: usize = 60;

/// Qué pasó, y una nota.
#[must_use]
pub fn words(step: &Step) -> (String, String) {
    let layer = step.layer;
    match &step.what {
        What::Called => {
            let who = if step.depth == 0 {
                "La llama el servidor."
            } else {
                "La llama la capa de fuera."
            };
            (format!("{layer}(environ, start_response)"), who.to_owned())
        }
        What::Started { status, headers, refusal } => {
            let count = match headers.len() {
                1 => "1 encabezado".to_owned(),
                count => format!("{count} encabezados"),
            };
            let note = match refusal {
                Some(refusal) => format!("Rechazado: {refusal}."),
                None => listed(headers),
            };
            (format!("start_response({status:?}, {count})"), note)
        }
        What::Returned(Some(length)) => {
            (format!("{layer} devuelve un cuerpo de {}", bytes(*length)), String::new())
        }
        What::Returned(None) => {
            let note = "No se sabe cuánto mide: se produce cuando se pide.";
            (format!("{layer} devuelve un cuerpo"), note.to_owned())
        }
        What::Failed(error) => (format!("{layer} devuelve un error"), format!("{error}.")),
        What::Found(finding) => {
            ("el validador encuentra una falta".to_owned(), format!("{finding}."))
        }
        What::Chunk(chunk) => chunked(step, chunk),
        What::Ended => ("fin del cuerpo".to_owned(), String::new()),
        What::Broken(error) => ("el cuerpo da un error".to_owned(), format!("{error}.")),
    }
}

fn listed(headers: &[(String, String)]) -> String {
    let headers: Vec<String> =
        headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    headers.join(" · ")
}

fn chunked(step: &Step, chunk: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(chunk);
    let letters = text.chars().count();
    let seconds = step.at.as_secs();
    let when = if seconds == 0 { String::new() } else { format!(", en el segundo {seconds}") };
    let said = format!("trozo de {letters} letras, {}{when}", bytes(chunk.len() as u64));
    let shown: String = text.chars().take(SHOWN).collect();
    let rest = if letters > SHOWN { "…" } else { "" };
    (said, format!("{}{rest}", shown.trim_end()))
}

fn bytes(count: u64) -> String {
    if count == 1 { "1 byte".to_owned() } else { format!("{count} bytes") }
}
