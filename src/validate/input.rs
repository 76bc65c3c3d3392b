//! Las reglas de `wsgi.input`: lo que el servidor da y lo que la aplicación lee.

use std::io::{self, BufRead, Read};

use super::finding::{Report, ReportOnce};
use super::rule::Rule;
use crate::environ::Environ;
use crate::input::InputStream;

/// Un cuerpo de petición vigilado, que da lo mismo que el que lleva dentro.
#[derive(Debug)]
struct WatchedInput {
    input: InputStream,
    /// Cuántos bytes quedan, si `CONTENT_LENGTH` lo dice.
    left: Option<u64>,
    end: End,
    report: ReportOnce,
}

/// Qué pasa después del último byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Leer más da un final: el servidor lo promete con `wsgi.input_terminated`.
    Promised,
    /// Leer más puede esperar para siempre.
    Unknown,
}

/// Vigila el cuerpo de la petición. Si no hay nada que vigilar, lo deja como está.
pub(super) fn watch(environ: &mut Environ, report: &Report) {
    let end = match environ.get("wsgi.input_terminated") {
        Some("true") => End::Promised,
        _ => End::Unknown,
    };
    let left = match (environ.content_length(), end) {
        // Sin longitud y sin promesa, lo prudente es suponer que no hay cuerpo.
        (None, End::Unknown) => Some(0),
        (length, _) => length,
    };
    let is_trivial = environ.input().is_empty() && left.unwrap_or(0) == 0;
    if is_trivial && end == End::Promised {
        return;
    }
    let input = environ.take_input();
    let report = ReportOnce::new(report);
    environ.set_input(InputStream::buffered(WatchedInput { input, left, end, report }));
}

impl WatchedInput {
    fn check_before(&mut self) {
        if self.left == Some(0) && self.end == End::Unknown {
            self.report.broken(Rule::InputNotReadPastEnd, "se leyó otra vez");
        }
    }

    /// `available` son los bytes que dio una lectura; ninguno es el final.
    fn check_after(&mut self, available: usize) {
        let Some(left) = self.left else { return };
        if available == 0 && left > 0 {
            self.report.broken(Rule::InputComplete, format_args!("faltan {left} bytes"));
        }
        let excess = (available as u64).saturating_sub(left);
        if excess > 0 {
            self.report.broken(Rule::InputBounded, format_args!("sobran {excess} bytes"));
        }
    }

    fn advance(&mut self, amount: usize) {
        self.left = self.left.map(|left| left.saturating_sub(amount as u64));
    }
}

impl Read for WatchedInput {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        self.check_before();
        let amount = self.input.read(buf)?;
        self.check_after(amount);
        self.advance(amount);
        Ok(amount)
    }
}

impl BufRead for WatchedInput {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.check_before();
        let available = self.input.fill_buf()?.len();
        self.check_after(available);
        self.input.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.input.consume(amount);
        self.advance(amount);
    }
}
