//! Las reglas de `start_response`, que debe cumplir la aplicación.

use super::finding::Report;
use super::rule::Rule;
use crate::application::StartResponseError;
use crate::http::is_token;
use crate::util::is_hop_by_hop;

/// Lo que la aplicación ha declarado.
#[derive(Debug, Default)]
pub(super) struct Declared {
    start: Start,
    /// Las tres cifras del estado, o cero si no las tiene.
    pub(super) code: u16,
    pub(super) content_length: Option<u64>,
    pub(super) content_type: Option<ContentType>,
}

/// La aplicación puso `Content-Type`.
#[derive(Debug)]
pub(super) struct ContentType;

#[derive(Debug, Default)]
enum Start {
    #[default]
    NotCalled,
    Refused(StartResponseError),
    Accepted,
}

impl Declared {
    /// Comprueba lo que `start_response` está por recibir.
    pub(super) fn check(&mut self, status: &str, headers: &[(&str, &str)], report: &Report) {
        if matches!(self.start, Start::Accepted) {
            report.broken(Rule::StartResponseOnce, format!("otra vez, con {status:?}"));
        }
        self.check_status(status, report);
        for (name, value) in headers {
            check_header(name, value, report);
        }
        self.check_length(headers, report);
        self.check_type(headers, report);
    }

    /// Anota lo que contestó.
    pub(super) fn note(&mut self, answer: &Result<(), StartResponseError>) {
        match (answer, &self.start) {
            (Ok(()), _) => self.start = Start::Accepted,
            (Err(_), Start::Accepted) => {}
            (Err(refusal), _) => self.start = Start::Refused(refusal.clone()),
        }
    }

    /// Comprueba que la aplicación podía devolver un cuerpo.
    pub(super) fn check_started(&self, report: &Report) {
        match &self.start {
            Start::NotCalled => {
                report.broken(Rule::StartResponseCalled, "no se llamó".to_owned());
            }
            Start::Refused(refusal) => report.broken(Rule::RefusalHonored, refusal.to_string()),
            Start::Accepted => {}
        }
    }

    fn check_status(&mut self, status: &str, report: &Report) {
        let (digits, reason) = status.split_once(' ').unwrap_or_default();
        let is_code = digits.len() == 3 && is_decimal(digits);
        if !is_code || reason.trim().is_empty() || has_controls(status) {
            report.broken(Rule::StatusForm, format!("{status:?}"));
        }
        self.code = digits.parse().ok().filter(|_| is_code).unwrap_or_default();
        if is_code && !(200..=599).contains(&self.code) {
            report.broken(Rule::StatusFinal, format!("{status:?}"));
        }
    }

    fn check_length(&mut self, headers: &[(&str, &str)], report: &Report) {
        let mut values = values_of("Content-Length", headers);
        let Some(value) = values.next() else { return };
        self.content_length = value.parse().ok().filter(|_| is_decimal(value));
        if self.content_length.is_none() {
            report.broken(Rule::ContentLengthForm, format!("Content-Length: {value}"));
        }
        if let Some(other) = values.next() {
            report.broken(Rule::ContentLengthForm, format!("{value}, y también {other}"));
        }
        if self.code == 204 {
            report.broken(Rule::ContentLengthAbsent, format!("Content-Length: {value}"));
        }
    }

    fn check_type(&mut self, headers: &[(&str, &str)], report: &Report) {
        let Some(value) = values_of("Content-Type", headers).next() else { return };
        self.content_type = Some(ContentType);
        if matches!(self.code, 204 | 304) {
            let code = self.code;
            report.broken(Rule::ContentTypeAbsent, format!("{code} con Content-Type: {value}"));
        }
    }
}

fn check_header(name: &str, value: &str, report: &Report) {
    let shown = || format!("{name:?}: {value:?}");
    if !is_token(name.as_bytes()) {
        report.broken(Rule::HeaderName, shown());
    }
    if has_controls(value) {
        report.broken(Rule::HeaderValue, shown());
    }
    if is_hop_by_hop(name) {
        report.broken(Rule::HopByHop, shown());
    }
    if name.eq_ignore_ascii_case("status") {
        report.broken(Rule::NoStatusHeader, shown());
    }
}

fn values_of<'h>(name: &str, headers: &'h [(&str, &str)]) -> impl Iterator<Item = &'h str> {
    let named = headers.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name));
    named.map(|(_, value)| *value)
}

fn is_decimal(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// PEP 3333 no admite ninguno, tampoco el tabulador que la RFC 9110 tolera.
fn has_controls(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_control())
}
