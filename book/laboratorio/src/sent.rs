//! Dónde está cada cosa en los bytes que envía el cliente: no decide nada, solo localiza. Lo que el servidor entiende lo
//! dice el servidor; aquí se busca de qué bytes salió.

use std::ops::Range;

/// Una petición, por los sitios que ocupa.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sent {
    /// Donde empieza.
    pub start: usize,
    /// Donde termina su cabeza, si terminó.
    pub head: Option<usize>,
    /// Donde termina, o donde termina lo que llegó.
    pub end: usize,
    method: Range<usize>,
    target: Range<usize>,
    version: Range<usize>,
    fields: Vec<(Range<usize>, Range<usize>)>,
}

/// De dónde sale una variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// De estos bytes de la petición.
    Request(Vec<Range<usize>>),
    /// De la petición, en la que no está: por eso es vacía, o cero.
    Absent,
    /// De la conexión: quién habla con quién.
    Connection,
    /// Del servidor: es igual en todas las peticiones.
    Server,
}

/// Las peticiones que hay en `bytes`, una detrás de otra.
#[must_use]
pub fn requests(bytes: &[u8]) -> Vec<Sent> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let request = Sent::at(bytes, start);
        start = request.end;
        found.push(request);
    }
    found
}

impl Sent {
    fn at(bytes: &[u8], start: usize) -> Self {
        let mut request = Self { start, end: bytes.len(), ..Self::default() };
        let mut lines = Lines { bytes, at: start };
        let Some(first) = lines.next() else { return request };
        request.read_line(bytes, first);
        for line in lines.by_ref() {
            if line.is_empty() {
                request.head = Some(lines.at);
                request.end = request.body_end(bytes, lines.at).min(bytes.len());
                break;
            }
            request.read_field(bytes, line);
        }
        request
    }

    fn read_line(&mut self, bytes: &[u8], line: Range<usize>) {
        let space = |from: usize| bytes[from..line.end].iter().position(|b| *b == b' ');
        let method = space(line.start).map_or(line.end, |at| line.start + at);
        self.method = line.start..method;
        let target = (method + 1).min(line.end);
        let target_end = space(target).map_or(line.end, |at| target + at);
        self.target = target..target_end;
        self.version = (target_end + 1).min(line.end)..line.end;
    }

    fn read_field(&mut self, bytes: &[u8], line: Range<usize>) {
        let Some(colon) = bytes[line.clone()].iter().position(|b| *b == b':') else { return };
        let colon = line.start + colon;
        let is_blank = |b: &u8| matches!(b, b' ' | b'\t');
        let value = &bytes[colon + 1..line.end];
        let from = value.iter().position(|b| !is_blank(b)).unwrap_or(value.len());
        let to = value.iter().rposition(|b| !is_blank(b)).map_or(from, |last| last + 1);
        self.fields.push((line.start..colon, colon + 1 + from..colon + 1 + to));
    }

    fn body_end(&self, bytes: &[u8], head: usize) -> usize {
        let value = |wanted: &str| {
            let found =
                self.fields.iter().find(|(name, _)| variable(&bytes[name.clone()]) == wanted)?;
            std::str::from_utf8(&bytes[found.1.clone()]).ok()
        };
        if value("TRANSFER_ENCODING").is_some() {
            return chunked_end(bytes, head);
        }
        let length = value("CONTENT_LENGTH").and_then(|text| text.parse().ok());
        length.map_or(head, |length: usize| head.saturating_add(length))
    }

    /// De qué bytes salió esa variable.
    #[must_use]
    pub fn origin(&self, bytes: &[u8], key: &str) -> Origin {
        let target = &bytes[self.target.clone()];
        // Una dirección entera, `http://servidor/ruta`: la ruta empieza detrás del servidor.
        let scheme = target.windows(3).position(|w| w == b"://").map_or(0, |at| at + 3);
        let path = match scheme {
            0 => 0,
            _ => target[scheme..]
                .iter()
                .position(|b| *b == b'/')
                .map_or(target.len(), |at| scheme + at),
        };
        let query = target.iter().position(|b| *b == b'?');
        let at = |range: Range<usize>| {
            let range = self.target.start + range.start..self.target.start + range.end;
            if range.is_empty() { Origin::Absent } else { Origin::Request(vec![range]) }
        };
        match key {
            "REQUEST_METHOD" => Origin::Request(vec![self.method.clone()]),
            "REQUEST_URI" => at(0..target.len()),
            "PATH_INFO" => at(path..query.unwrap_or(target.len()).max(path)),
            "QUERY_STRING" => query.map_or(Origin::Absent, |mark| at(mark + 1..target.len())),
            "SERVER_PROTOCOL" => Origin::Request(vec![self.version.clone()]),
            "HTTP_HOST" if scheme > 0 => at(scheme..path),
            "SERVER_NAME" | "SERVER_PORT" | "REMOTE_ADDR" | "REMOTE_PORT" => Origin::Connection,
            "CONTENT_LENGTH" | "CONTENT_TYPE" => self.field(bytes, key),
            _ => key.strip_prefix("HTTP_").map_or(Origin::Server, |name| self.field(bytes, name)),
        }
    }

    fn field(&self, bytes: &[u8], key: &str) -> Origin {
        let named = self.fields.iter().filter(|(name, _)| variable(&bytes[name.clone()]) == key);
        // Un valor vacío no tiene bytes que mostrar: se muestra su nombre.
        let place = |(name, value): &(Range<usize>, Range<usize>)| {
            if value.is_empty() { name.clone() } else { value.clone() }
        };
        let places: Vec<_> = named.map(place).collect();
        if places.is_empty() { Origin::Absent } else { Origin::Request(places) }
    }
}

/// Un encabezado como variable: `User-Agent` es `USER_AGENT`. Los que llevan guion bajo no llegan a serlo.
fn variable(name: &[u8]) -> String {
    if name.contains(&b'_') {
        return String::new();
    }
    String::from_utf8_lossy(name).to_ascii_uppercase().replace('-', "_")
}

/// Donde termina un cuerpo por trozos, con sus campos finales.
fn chunked_end(bytes: &[u8], start: usize) -> usize {
    let mut lines = Lines { bytes, at: start };
    while let Some(line) = lines.next() {
        let size = bytes[line].split(|b| *b == b';').next().unwrap_or_default();
        let size = std::str::from_utf8(size)
            .ok()
            .and_then(|text| usize::from_str_radix(text.trim(), 16).ok());
        match size {
            None => return bytes.len(),
            Some(0) => {
                while lines.next().is_some_and(|line| !line.is_empty()) {}
                return lines.at;
            }
            Some(size) => {
                lines.at = lines.at.saturating_add(size).saturating_add(2).min(bytes.len())
            }
        }
    }
    bytes.len()
}

/// Las líneas enteras, sin su final.
struct Lines<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Iterator for Lines<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let length = self.bytes[start..].iter().position(|b| *b == b'\n')?;
        self.at = start + length + 1;
        let has_return = self.bytes[start..start + length].ends_with(b"\r");
        Some(start..start + length - usize::from(has_return))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[track_caller]
    fn check(bytes: &str, key: &str, expected: &[&str]) {
        let request = &requests(bytes.as_bytes())[0];
        let Origin::Request(places) = request.origin(bytes.as_bytes(), key) else {
            panic!("{key} no sale de la petición")
        };
        assert_eq!(places.into_iter().map(|place| &bytes[place]).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn cada_variable_sabe_de_que_bytes_salio() {
        let bytes =
            "GET /a%20b?c=d HTTP/1.1\r\nHost: x\r\naccept:  a\t\r\nAccept: b\r\nX-Nada:\r\n\r\n";
        for (key, expected) in [
            ("REQUEST_METHOD", &["GET"][..]),
            ("PATH_INFO", &["/a%20b"]),
            ("QUERY_STRING", &["c=d"]),
            ("REQUEST_URI", &["/a%20b?c=d"]),
            ("SERVER_PROTOCOL", &["HTTP/1.1"]),
            ("HTTP_HOST", &["x"]),
            ("HTTP_ACCEPT", &["a", "b"]),
            ("HTTP_X_NADA", &["X-Nada"]),
        ] {
            check(bytes, key, expected);
        }
        check("GET http://y:81/z?q HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP_HOST", &["y:81"]);
        check("GET http://y:81/z?q HTTP/1.1\r\nHost: x\r\n\r\n", "PATH_INFO", &["/z"]);
    }

    #[test]
    fn lo_que_no_sale_de_la_peticion_dice_de_donde() {
        let bytes = b"GET / HTTP/1.1\r\nHost: x\r\nX_Dos: 2\r\n\r\n";
        let request = &requests(bytes)[0];
        for (key, expected) in [
            ("QUERY_STRING", Origin::Absent),
            ("CONTENT_LENGTH", Origin::Absent),
            ("HTTP_X_DOS", Origin::Absent),
            ("SERVER_NAME", Origin::Connection),
            ("wsgi.version", Origin::Server),
            ("SCRIPT_NAME", Origin::Server),
        ] {
            assert_eq!(request.origin(bytes, key), expected, "{key}");
        }
    }

    #[test]
    fn cada_peticion_empieza_donde_termina_la_anterior() {
        let first = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
        let second = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nA: b\r\n\r\n";
        let third = "GET / HT";
        let bytes = [first, second, third].concat();
        let ends: Vec<_> = requests(bytes.as_bytes()).iter().map(|r| (r.start, r.end)).collect();
        let (one, two) = (first.len(), first.len() + second.len());
        assert_eq!(ends, [(0, one), (one, two), (two, bytes.len())]);
    }

    #[test]
    fn ningunos_bytes_causan_un_panico() {
        let bytes = b"POST http://x?y HTTP/1.1\r\nA:\r\n:b\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nx";
        for (at, byte) in (0..bytes.len()).flat_map(|at| (0..=255).map(move |byte| (at, byte))) {
            let mut changed = bytes.to_vec();
            changed[at] = byte;
            for request in requests(&changed) {
                for key in ["PATH_INFO", "QUERY_STRING", "HTTP_A", "HTTP_HOST"] {
                    let _ = request.origin(&changed, key);
                }
            }
        }
    }
}
