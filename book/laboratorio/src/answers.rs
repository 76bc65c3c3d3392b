//! Las respuestas que hay en los bytes que recibe el cliente, por los sitios que ocupan: quién escribió cada línea de la
//! cabeza, y qué es contenido y qué es marco en el cuerpo.

use std::ops::Range;

/// Una respuesta.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// Las tres cifras del estado.
    pub code: u16,
    /// Las líneas de la cabeza, con su final, y si las escribió la aplicación.
    pub lines: Vec<(Range<usize>, bool)>,
    /// Las partes del cuerpo, y si son contenido; lo demás es el marco de los trozos.
    pub parts: Vec<(Range<usize>, bool)>,
    /// Donde termina.
    pub end: usize,
    fields: Vec<(String, String)>,
}

/// Lo que la aplicación dijo: el estado y los encabezados.
pub type Said<'s> = (&'s str, &'s [(String, String)]);

impl Answer {
    /// La que empieza en `start`, si su cabeza está entera. A `HEAD` se responde sin cuerpo.
    #[must_use]
    pub fn at(bytes: &[u8], start: usize, is_head: bool, said: Option<Said<'_>>) -> Option<Self> {
        let head = bytes[start..].windows(4).position(|w| w == b"\r\n\r\n")? + start + 4;
        let mut answer = Self { end: head, ..Self::default() };
        let mut at = start;
        for line in bytes[start..head - 2].split_inclusive(|b| *b == b'\n') {
            answer.read_line(at..at + line.len(), &String::from_utf8_lossy(line), said);
            at += line.len();
        }
        answer.lines.push((head - 2..head, false));
        let has_body = !is_head && !matches!(answer.code, 100..200 | 204 | 304);
        if has_body {
            answer.read_body(bytes);
        }
        Some(answer)
    }

    fn read_line(&mut self, place: Range<usize>, line: &str, said: Option<Said<'_>>) {
        let line = line.trim_end();
        let is_application = if self.lines.is_empty() {
            let status = line.split_once(' ').map_or("", |(_, status)| status);
            self.code = status.get(..3).and_then(|code| code.parse().ok()).unwrap_or_default();
            said.is_some_and(|(own, _)| own == status)
        } else {
            let (name, value) = line.split_once(": ").unwrap_or((line, ""));
            self.fields.push((name.to_owned(), value.to_owned()));
            said.is_some_and(|(_, own)| own.iter().any(|(n, v)| n == name && v == value))
        };
        self.lines.push((place, is_application));
    }

    fn read_body(&mut self, bytes: &[u8]) {
        let head = self.end;
        if self.header("Transfer-Encoding").is_some() {
            return self.read_chunks(bytes);
        }
        let length = self.header("Content-Length").and_then(|length| length.parse().ok());
        self.end = length.map_or(bytes.len(), |length: usize| (head + length).min(bytes.len()));
        if self.end > head {
            self.parts.push((head..self.end, true));
        }
    }

    fn read_chunks(&mut self, bytes: &[u8]) {
        loop {
            let start = self.end;
            let line = bytes[start..].windows(2).position(|w| w == b"\r\n").map(|at| start + at);
            let size = line.and_then(|line| {
                usize::from_str_radix(std::str::from_utf8(&bytes[start..line]).ok()?, 16).ok()
            });
            let (Some(line), Some(size)) = (line, size) else {
                self.end = bytes.len();
                return;
            };
            let data = line + 2;
            let rest = (data + size).min(bytes.len());
            self.end = (rest + 2).min(bytes.len());
            self.parts.push((start..data, false));
            if size > 0 {
                self.parts.push((data..rest, true));
            }
            self.parts.push((rest..self.end, false));
            if size == 0 {
                return;
            }
        }
    }

    /// El valor de un encabezado.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// El contenido, sin el marco.
    #[must_use]
    pub fn content(&self, bytes: &[u8]) -> Vec<u8> {
        let parts = self.parts.iter().filter(|(_, is_content)| *is_content);
        parts.flat_map(|(place, _)| &bytes[place.clone()]).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn se_sabe_quien_escribio_cada_linea() {
        let bytes =
            b"HTTP/1.1 200 OK\r\nDate: hoy\r\nContent-type: a\r\nContent-Length: 3\r\n\r\nabc";
        let own = [("Content-type".to_owned(), "a".to_owned())];
        let answer = Answer::at(bytes, 0, false, Some(("200 OK", &own))).expect("está entera");
        let who: Vec<bool> =
            answer.lines.iter().map(|(_, is_application)| *is_application).collect();
        assert_eq!(who, [true, false, true, false, false]);
        assert_eq!((answer.content(bytes), answer.end), (b"abc".to_vec(), bytes.len()));
        assert_eq!(answer.header("content-length"), Some("3"));
    }

    #[test]
    fn los_trozos_se_separan_de_su_marco() {
        let bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\nHTTP";
        let answer = Answer::at(bytes, 0, false, None).expect("está entera");
        assert_eq!(answer.content(bytes), b"abc0123456789");
        let frame: Vec<&[u8]> =
            answer.parts.iter().filter(|part| !part.1).map(|part| &bytes[part.0.clone()]).collect();
        assert_eq!(frame, [&b"3\r\n"[..], b"\r\n", b"A\r\n", b"\r\n", b"0\r\n", b"\r\n"]);
        assert_eq!(answer.end, bytes.len() - 4);
    }

    #[test]
    fn head_y_los_estados_sin_cuerpo_terminan_en_su_cabeza() {
        for (bytes, is_head) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", true),
            ("HTTP/1.1 100 Continue\r\n\r\n", false),
            ("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", false),
        ] {
            let text = bytes.to_owned() + "HTTP";
            let answer = Answer::at(text.as_bytes(), 0, is_head, None).expect("está entera");
            assert_eq!((answer.end, answer.parts.len()), (bytes.len(), 0), "{bytes}");
        }
    }
}
