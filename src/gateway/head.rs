//! Lo que la aplicación declara con `start_response`, comprobado.

use std::borrow::Cow;

use super::header_text::HeaderText;
use crate::application::StartResponseError;
use crate::http::{has_controls, is_token};
use crate::util::is_hop_by_hop;

/// Hasta aquí se conserva el estado de una respuesta a otra, en bytes.
const KEPT_STATUS: usize = 256;

/// Lo mismo, de los encabezados.
const KEPT_FIELDS: usize = 16 * 1024;

/// El estado y los encabezados de una respuesta, con los encabezados ya en su forma de envío
/// (`Nombre: valor` y CRLF), que es la misma en HTTP, CGI, FastCGI, SCGI y uwsgi.
#[derive(Debug, Default)]
pub(crate) struct ResponseHead {
    status: String,
    code: u16,
    fields: Vec<u8>,
    content_length: Option<u64>,
    own_date: bool,
    own_server: bool,
    text: HeaderText,
}

impl ResponseHead {
    /// El estado: `200 OK`.
    pub(crate) fn status(&self) -> &str {
        &self.status
    }

    /// El estado, listo para enviar.
    pub(crate) fn status_bytes(&self) -> Cow<'_, [u8]> {
        if self.text == HeaderText::Utf8 || self.status.is_ascii() {
            return self.status.as_bytes().into();
        }
        let mut bytes = Vec::new();
        push_text(&mut bytes, self.text, &self.status);
        bytes.into()
    }

    /// Sus tres cifras.
    pub(crate) fn code(&self) -> u16 {
        self.code
    }

    /// Los encabezados, listos para enviar.
    pub(crate) fn fields(&self) -> &[u8] {
        &self.fields
    }

    /// El `Content-Length` que puso la aplicación.
    pub(crate) fn content_length(&self) -> Option<u64> {
        self.content_length
    }

    /// Si la aplicación puso `Date`.
    pub(crate) fn has_own_date(&self) -> bool {
        self.own_date
    }

    /// Si la aplicación puso `Server`.
    pub(crate) fn has_own_server(&self) -> bool {
        self.own_server
    }

    /// Si `start_response` ya aceptó un estado.
    pub(crate) fn is_started(&self) -> bool {
        self.code != 0
    }

    /// Si el estado prohíbe un cuerpo (RFC 9110 §15.3.5, §15.3.6 y §15.4.5).
    pub(crate) fn forbids_body(&self) -> bool {
        matches!(self.code, 204 | 205 | 304)
    }

    /// Si la longitud del cuerpo no es la de sus trozos, que miden `known`.
    pub(super) fn decides_length(&self, known: Option<u64>) -> bool {
        self.forbids_body() || self.content_length.is_some_and(|length| known != Some(length))
    }

    /// Qué bytes son los caracteres de los encabezados, desde ahora.
    pub(crate) fn set_text(&mut self, text: HeaderText) {
        self.text = text;
    }

    /// Olvida lo declarado. Conserva la memoria que casi todas las respuestas necesitan, y devuelve
    /// la que pidió de más una sola.
    pub(crate) fn clear(&mut self) {
        self.status.clear();
        self.status.shrink_to(KEPT_STATUS);
        self.fields.clear();
        self.fields.shrink_to(KEPT_FIELDS);
        self.code = 0;
        self.content_length = None;
        self.own_date = false;
        self.own_server = false;
    }

    /// Comprueba y guarda lo que recibe `start_response`.
    pub(crate) fn start(
        &mut self,
        status: &str,
        headers: &[(&str, &str)],
    ) -> Result<(), StartResponseError> {
        if self.is_started() {
            return Err(StartResponseError::CalledTwice);
        }
        let code = check_status(status)?;
        if self.text == HeaderText::Latin1 && !status.chars().all(|letter| letter <= '\u{FF}') {
            return Err(StartResponseError::InvalidStatus { status: status.to_owned() });
        }
        self.clear();
        for (name, value) in headers {
            check_header(name, value)?;
            self.push(code, name, value)?;
        }
        self.status.push_str(status);
        self.code = code;
        Ok(())
    }

    fn push(&mut self, code: u16, name: &str, value: &str) -> Result<(), StartResponseError> {
        if name.eq_ignore_ascii_case("content-length") {
            self.declare_length(value)?;
            // Con estos estados una longitud mentiría (RFC 9110 §8.6 y §15.3.6).
            if matches!(code, 204 | 205) {
                return Ok(());
            }
        }
        self.own_date |= name.eq_ignore_ascii_case("date");
        self.own_server |= name.eq_ignore_ascii_case("server");
        self.fields.extend_from_slice(name.as_bytes());
        self.fields.extend_from_slice(b": ");
        if !push_text(&mut self.fields, self.text, value) {
            let (name, value) = (name.to_owned(), value.to_owned());
            return Err(StartResponseError::NotLatin1 { name, value });
        }
        self.fields.extend_from_slice(b"\r\n");
        Ok(())
    }

    fn declare_length(&mut self, value: &str) -> Result<(), StartResponseError> {
        let is_decimal = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        let length = value.parse().ok().filter(|_| is_decimal && self.content_length.is_none());
        if length.is_none() {
            return Err(StartResponseError::InvalidContentLength { value: value.to_owned() });
        }
        self.content_length = length;
        Ok(())
    }
}

/// Escribe los bytes de un texto; `false` si alguno de sus caracteres no tiene.
fn push_text(out: &mut Vec<u8>, bytes: HeaderText, text: &str) -> bool {
    if bytes == HeaderText::Utf8 || text.is_ascii() {
        out.extend_from_slice(text.as_bytes());
        return true;
    }
    text.chars().all(|letter| u8::try_from(letter).map(|byte| out.push(byte)).is_ok())
}

fn check_status(status: &str) -> Result<u16, StartResponseError> {
    let invalid = || StartResponseError::InvalidStatus { status: status.to_owned() };
    let [hundreds, tens, units, b' ', reason @ ..] = status.as_bytes() else {
        return Err(invalid());
    };
    let digits = [hundreds, tens, units];
    let is_code = digits.iter().all(|digit| digit.is_ascii_digit());
    if !is_code || reason.iter().all(u8::is_ascii_whitespace) || has_controls(reason) {
        return Err(invalid());
    }
    match digits.iter().fold(0, |code, digit| code * 10 + u16::from(**digit - b'0')) {
        code @ 200..=599 => Ok(code),
        100..=199 => Err(StartResponseError::InformationalStatus { status: status.to_owned() }),
        _ => Err(invalid()),
    }
}

fn check_header(name: &str, value: &str) -> Result<(), StartResponseError> {
    if !is_token(name.as_bytes()) {
        return Err(StartResponseError::InvalidHeaderName { name: name.to_owned() });
    }
    if is_hop_by_hop(name) {
        return Err(StartResponseError::HopByHopHeader { name: name.to_owned() });
    }
    if has_controls(value.as_bytes()) {
        let (name, value) = (name.to_owned(), value.to_owned());
        return Err(StartResponseError::InvalidHeaderValue { name, value });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vacia_devuelve_lo_que_pidio_de_mas() {
        let (status, value) = (format!("200 {}", "x".repeat(100_000)), "y".repeat(100_000));
        let mut head = ResponseHead::default();
        head.start(&status, &[("X-Uno", &value)]).expect("es válida");
        head.clear();
        let kept = (head.status.capacity(), head.fields.capacity());
        assert!(kept.0 <= KEPT_STATUS && kept.1 <= KEPT_FIELDS, "{kept:?}");
        assert!(!head.is_started());
    }
}
