//! Lo que la guía dice en la terminal, y con qué colores.
//!
//! No se usa `println!` porque entra en pánico cuando nadie lee al otro lado (`… | head -1`).

use std::fs::File;
use std::io::{IsTerminal, Write};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::error::GuideError;

/// Las columnas en las que cabe lo que se escribe. Más ancho no se lee mejor; y más estrecho que
/// [`NARROWEST`] no hay manera de decir nada.
const WIDEST: usize = 80;
const NARROWEST: usize = 40;

/// Con color o sin él: con él solo si la salida es una terminal y el entorno no pide otra cosa.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// Con los colores de la terminal.
    Colour,
    /// Texto sin más.
    Plain,
}

impl Paint {
    /// Lo que corresponde a la salida estándar.
    #[must_use]
    pub fn of_stdout() -> Self {
        Self::when(std::io::stdout().is_terminal())
    }

    /// Lo que corresponde a la salida de errores, por donde salen los avisos del compilador.
    pub(crate) fn of_stderr() -> Self {
        Self::when(std::io::stderr().is_terminal())
    }

    fn when(terminal: bool) -> Self {
        if terminal && !refuses_colour(|name| std::env::var(name).ok()) {
            Self::Colour
        } else {
            Self::Plain
        }
    }

    /// Lo que va bien.
    #[must_use]
    pub fn good(self, text: &str) -> String {
        self.wrap("32", text)
    }

    /// Lo que va mal.
    #[must_use]
    pub fn bad(self, text: &str) -> String {
        self.wrap("31", text)
    }

    /// Lo que hay que ver primero.
    #[must_use]
    pub fn strong(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// Lo que se puede saltar.
    #[must_use]
    pub fn faint(self, text: &str) -> String {
        self.wrap("2", text)
    }

    /// El texto de otro programa: con sus colores, o sin ellos.
    #[must_use]
    pub fn foreign(self, text: &str) -> String {
        match self {
            Self::Colour => text.to_owned(),
            Self::Plain => without_colour(text),
        }
    }

    fn wrap(self, code: &str, text: &str) -> String {
        match self {
            Self::Colour => format!("\x1b[{code}m{text}\x1b[0m"),
            Self::Plain => text.to_owned(),
        }
    }
}

/// Si el entorno pide que no haya color, de cualquiera de las maneras en que se pide.
fn refuses_colour(value: impl Fn(&str) -> Option<String>) -> bool {
    let is = |name: &str, refusal: &str| value(name).is_some_and(|value| value == refusal);
    value("NO_COLOR").is_some_and(|value| !value.is_empty())
        || is("TERM", "dumb")
        || is("CLICOLOR", "0")
        || is("CARGO_TERM_COLOR", "never")
}

/// Las columnas que hay: las que dice `COLUMNS`, las de la terminal, u 80 si no se sabe.
pub(crate) fn width() -> usize {
    static WIDTH: OnceLock<usize> = OnceLock::new();
    *WIDTH.get_or_init(|| {
        let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let columns: Option<usize> = told.or_else(columns_of_terminal);
        columns.unwrap_or(WIDEST).clamp(NARROWEST, WIDEST)
    })
}

/// Lo pregunta con `stty`, que está en todos los Unix.
fn columns_of_terminal() -> Option<usize> {
    if !cfg!(unix) || !std::io::stdout().is_terminal() {
        return None;
    }
    let terminal = File::open("/dev/tty").ok()?;
    let output =
        Command::new("stty").arg("size").stdin(terminal).stderr(Stdio::null()).output().ok()?;
    let size = String::from_utf8_lossy(&output.stdout).into_owned();
    size.split_whitespace().nth(1)?.parse().ok().filter(|columns| *columns > 0)
}

/// Si de la entrada se puede leer. A un programa que corre detrás de otro (`vigila &`), la terminal lo
/// detiene en cuanto lo intenta.
pub(crate) fn may_read() -> bool {
    if !cfg!(unix) || !std::io::stdin().is_terminal() {
        return true;
    }
    let own = std::process::id().to_string();
    let output = Command::new("ps").args(["-o", "stat=", "-p", &own]).output();
    output.map_or(true, |output| {
        let state = String::from_utf8_lossy(&output.stdout).into_owned();
        state.trim().is_empty() || state.contains('+')
    })
}

/// El texto sin las órdenes de color de la terminal (`ESC [ … m`).
#[must_use]
pub(crate) fn without_colour(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |clean, part| {
        let end = part.find(|letter: char| letter.is_ascii_alphabetic());
        clean + end.map_or("", |end| &part[end + 1..])
    })
}

/// Escribe una línea en la salida estándar.
pub(crate) fn say(line: &str) {
    // Si la terminal se cerró, no queda a quién avisar.
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Escribe una línea en la salida de errores: avisos, y lo que dice el compilador.
pub(crate) fn note(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Escribe un error en la salida de errores, en una frase.
pub fn complain(error: &GuideError) {
    note(&format!("error: {error}"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn el_color_se_quita_entero() {
        let painted = "\x1b[1mDiff\x1b[0m \x1b[31m< left\x1b[0m\x1b[1;48;5;52;31mé\x1b[0m.";
        assert_eq!(without_colour(painted), "Diff < lefté.");
        assert_eq!(without_colour("sin color [31m"), "sin color [31m");
        assert_eq!(Paint::Plain.foreign(painted), "Diff < lefté.");
        assert_eq!(Paint::Colour.foreign(painted), painted);
    }

    #[test]
    fn el_color_se_rechaza_de_varias_maneras() {
        let refuses = |name: &str, value: &str| {
            refuses_colour(|asked| (asked == name).then(|| value.to_owned()))
        };
        for (name, value) in
            [("NO_COLOR", "1"), ("TERM", "dumb"), ("CLICOLOR", "0"), ("CARGO_TERM_COLOR", "never")]
        {
            assert!(refuses(name, value), "{name}");
        }
        for (name, value) in
            [("NO_COLOR", ""), ("TERM", "xterm"), ("CLICOLOR", "1"), ("CARGO_TERM_COLOR", "auto")]
        {
            assert!(!refuses(name, value), "{name}");
        }
    }

    #[test]
    fn sin_color_no_se_escribe_ninguna_orden() {
        assert_eq!(Paint::Plain.good("bien"), "bien");
        assert_eq!(Paint::Colour.good("bien"), "\x1b[32mbien\x1b[0m");
    }
}
