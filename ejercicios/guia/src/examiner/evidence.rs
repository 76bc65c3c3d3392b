//! Lo que se vio en una etapa: los bytes de ida y los de vuelta, con ␍␊ a la vista.

use std::cell::RefCell;
use std::fmt::Write;

/// Cuánto se guarda de lo que va en un solo sentido antes de que el otro conteste, y de ello, cuánto del
/// principio. Lo demás se cuenta.
const KEPT: usize = 1200;

/// Cuántas líneas se muestran de una vez en un sentido, y cuántas letras de cada una.
const MAX_LINES: usize = 12;
const MAX_LETTERS: usize = 68;

/// Algo que pasó en una conexión.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Se envió.
    Sent(Flow),
    /// Se recibió.
    Received(Flow),
    /// Pasó otra cosa: «el servidor cerró la conexión».
    Note(String),
}

/// Bytes en un sentido: los primeros, y cuántos fueron.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Flow {
    start: Vec<u8>,
    total: usize,
}

/// Lo que se vio, en orden.
#[derive(Debug, Default)]
pub struct Evidence {
    events: RefCell<Vec<Event>>,
}

impl Evidence {
    pub(super) fn sent(&self, bytes: &[u8]) {
        let mut events = self.events.borrow_mut();
        match events.last_mut() {
            Some(Event::Sent(flow)) => flow.push(bytes),
            _ => events.push(Event::Sent(Flow::of(bytes))),
        }
    }

    pub(super) fn received(&self, bytes: &[u8]) {
        let mut events = self.events.borrow_mut();
        match events.last_mut() {
            Some(Event::Received(flow)) => flow.push(bytes),
            _ => events.push(Event::Received(Flow::of(bytes))),
        }
    }

    pub(super) fn note(&self, text: impl Into<String>) {
        self.events.borrow_mut().push(Event::Note(text.into()));
    }

    pub(super) fn into_events(self) -> Vec<Event> {
        self.events.into_inner()
    }
}

impl Flow {
    fn of(bytes: &[u8]) -> Self {
        let mut flow = Self::default();
        flow.push(bytes);
        flow
    }

    fn push(&mut self, bytes: &[u8]) {
        let room = KEPT.saturating_sub(self.start.len());
        self.start.extend_from_slice(&bytes[..room.min(bytes.len())]);
        self.total += bytes.len();
    }

    /// Las líneas, con sus finales a la vista, y lo que no cupo contado al final.
    fn lines(&self) -> Vec<String> {
        let all: Vec<&[u8]> = self.start.split_inclusive(|byte| *byte == b'\n').collect();
        let mut shown: Vec<String> = all.iter().take(MAX_LINES).map(|line| visible(line)).collect();
        let seen: usize = all.iter().take(MAX_LINES).map(|line| line.len()).sum();
        if self.total > seen {
            shown.push(format!("… (y {} bytes más)", self.total - seen));
        }
        shown
    }
}

impl Event {
    /// Cómo se muestra: lo enviado con `>`, lo recibido con `<` y lo demás con `·`.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let marked = |mark: &str, flow: &Flow| {
            flow.lines().into_iter().map(|line| format!("{mark} {line}")).collect()
        };
        match self {
            Self::Sent(flow) => marked(">", flow),
            Self::Received(flow) => marked("<", flow),
            Self::Note(text) => vec![format!("· {text}")],
        }
    }
}

/// Los bytes como se leen: ␍ y ␊ en lugar de los finales de línea, y lo que no es texto en hexadecimal.
fn visible(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                '\r' => text.push('␍'),
                '\n' => text.push('␊'),
                '\t' => text.push('␉'),
                control if control.is_control() => push_hex(&mut text, u32::from(control)),
                letter => text.push(letter),
            }
        }
        chunk.invalid().iter().for_each(|byte| push_hex(&mut text, u32::from(*byte)));
    }
    let letters = text.chars().count();
    if letters <= MAX_LETTERS {
        return text;
    }
    let start: String = text.chars().take(MAX_LETTERS).collect();
    format!("{start}… (y {} letras más)", letters - MAX_LETTERS)
}

fn push_hex(text: &mut String, byte: u32) {
    // En una cadena siempre se puede escribir.
    let _ = write!(text, "\\x{byte:02x}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn shown(evidence: Evidence) -> Vec<String> {
        evidence.into_events().iter().flat_map(Event::lines).collect()
    }

    #[test]
    fn los_finales_de_linea_y_lo_que_no_es_texto_se_ven() {
        let evidence = Evidence::default();
        evidence.sent(b"GET / HTTP/1.1\r\nHo");
        evidence.sent(b"st: a\n\r\n");
        evidence.received("\x16\x03\u{e1} ñ\t".as_bytes());
        evidence.received(b"\xff\r\n");
        evidence.note("el servidor cerró la conexión");
        assert_eq!(
            shown(evidence),
            [
                "> GET / HTTP/1.1␍␊",
                "> Host: a␊",
                "> ␍␊",
                "< \\x16\\x03á ñ␉\\xff␍␊",
                "· el servidor cerró la conexión"
            ]
        );
    }

    #[test]
    fn lo_enorme_se_cuenta_y_no_se_guarda() {
        let evidence = Evidence::default();
        for _ in 0..100 {
            evidence.sent(&[b'a'; 100_000]);
        }
        let kept = "a".repeat(MAX_LETTERS);
        let letters = KEPT - MAX_LETTERS;
        assert_eq!(
            shown(evidence),
            [format!("> {kept}… (y {letters} letras más)"), "> … (y 9998800 bytes más)".into()]
        );
        let evidence = Evidence::default();
        evidence.received("a\n".repeat(20).as_bytes());
        let lines = shown(evidence);
        assert_eq!((lines.len(), lines[12].as_str()), (13, "< … (y 16 bytes más)"));
    }
}
