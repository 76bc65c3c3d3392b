//! Las reglas del cuerpo de la respuesta: lo que la aplicación produce y lo que el servidor pide.

use super::finding::{OpenBody, Report, ReportOnce};
use super::response::Declared;
use super::rule::Rule;
use crate::body::{Body, BodyEvent};

/// Lo que se sabe de un cuerpo vigilado.
#[derive(Debug)]
struct Watch {
    content: Content,
    declared: Declared,
    sent: u64,
    stage: Stage,
    report: ReportOnce,
    _open: OpenBody,
}

/// Si la respuesta puede llevar bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Expected,
    /// La petición es `HEAD`: la aplicación puede devolverlos, y no se envían.
    Ignored,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Open,
    Ended,
}

/// Vigila `body`, sin cambiar nada de él.
pub(super) fn watch(body: Body, content: Content, declared: Declared, report: &Report) -> Body {
    let (report, open) = (ReportOnce::new(report), report.open_body());
    let mut watch = Watch { content, declared, sent: 0, stage: Stage::Open, report, _open: open };
    if let Some(length) = body.content_length() {
        watch.check_known(length);
    }
    body.inspect(move |event| watch.see(event))
}

impl Watch {
    fn see(&mut self, event: BodyEvent<'_>) {
        match event {
            BodyEvent::Asked if self.stage == Stage::Ended => {
                self.report.broken(Rule::BodyNotReadPastEnd, "se pidió otro trozo");
            }
            BodyEvent::Asked => {}
            BodyEvent::Chunk(_) | BodyEvent::FileSent(_) => self.check_chunk(event.length()),
            BodyEvent::Failed(_) | BodyEvent::Panicked => self.stage = Stage::Ended,
            BodyEvent::Ended => self.check_end(),
        }
    }

    /// Lo que ya se sabe de un cuerpo antes de que nadie le pida nada: puede que no se lo pidan.
    fn check_known(&mut self, length: u64) {
        if length == 0 && self.content == Content::Ignored {
            return;
        }
        self.check_content(length);
        match self.declared.content_length {
            Some(declared) if declared > length && !self.forbids_body() => self.is_short(length),
            Some(declared) if declared < length => self.is_long(length),
            _ => {}
        }
    }

    fn check_chunk(&mut self, length: u64) {
        if length > 0 && self.content == Content::Ignored {
            self.report.broken(Rule::HeadNotRead, format_args!("se pidieron {length} bytes"));
        }
        self.check_content(length);
        self.sent += length;
        if self.declared.content_length.is_some_and(|declared| self.sent > declared) {
            self.is_long(self.sent);
        }
    }

    fn check_content(&mut self, length: u64) {
        if length > 0 && self.forbids_body() {
            let code = self.declared.code;
            self.report.broken(Rule::NoBodyStatus, format_args!("{code} con {length} bytes"));
        }
        if length > 0 && self.declared.content_type.is_none() && !self.forbids_body() {
            self.report.broken(Rule::ContentTypePresent, format_args!("{length} bytes sin tipo"));
        }
    }

    fn check_end(&mut self) {
        self.stage = Stage::Ended;
        let is_short = self.declared.content_length.is_some_and(|declared| self.sent < declared);
        if is_short && self.content == Content::Expected && !self.forbids_body() {
            self.is_short(self.sent);
        }
    }

    fn is_short(&mut self, length: u64) {
        let declared = self.declared.content_length.unwrap_or_default();
        self.report.broken(
            Rule::BodyLength,
            format_args!("solo hay {length} bytes de los {declared} declarados"),
        );
    }

    fn is_long(&mut self, length: u64) {
        let declared = self.declared.content_length.unwrap_or_default();
        self.report.broken(
            Rule::BodyLength,
            format_args!("hay {length} bytes, más que los {declared} declarados"),
        );
    }

    /// RFC 9110 §15.3.5, §15.3.6 y §15.4.5.
    fn forbids_body(&self) -> bool {
        matches!(self.declared.code, 204 | 205 | 304)
    }
}
