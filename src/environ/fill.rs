//! Cómo llena una pasarela el `environ`: añade sin buscar, escribe cada valor en su sitio y no pide
//! memoria en una petición corriente.

use std::fmt::{self, Write};

use super::{Entry, Environ, Text};

/// Las 20 cifras de un `u64`, o las 15 de una dirección IPv4 con sus puntos.
const MAX_NUMBERS: usize = 20;

/// Cuántas letras de un nombre se traducen de una vez.
const NAME_PART: usize = 32;

impl Environ {
    /// Añade una variable que con seguridad no está, sin buscarla.
    pub(crate) fn push(&mut self, key: &'static str, value: &str) {
        let value = self.store(value);
        self.entries.push(Entry { key: Text::Fixed(key), value });
    }

    /// Como [`push`](Self::push), con un valor que puede no ser UTF-8.
    pub(crate) fn push_bytes(&mut self, key: &'static str, value: &[u8]) {
        match std::str::from_utf8(value) {
            Ok(value) => self.push(key, value),
            Err(_) => self.insert_bytes(key, value),
        }
    }

    /// Como [`push`](Self::push), con un valor que se escribe en su sitio.
    pub(crate) fn push_display(&mut self, key: &'static str, value: impl fmt::Display) {
        let start = self.text.len();
        write!(self.text, "{value}").expect("escribir en memoria no falla");
        let value = Text::Span { start, end: self.text.len() };
        self.entries.push(Entry { key: Text::Fixed(key), value });
    }

    /// Como [`push`](Self::push), con números separados por puntos: un puerto, una dirección IPv4.
    /// Están en cada petición, y `format!` cuesta varias veces más.
    pub(crate) fn push_numbers(&mut self, key: &'static str, numbers: &[u64]) {
        let mut digits = [0; MAX_NUMBERS];
        let mut start = MAX_NUMBERS;
        for (index, &number) in numbers.iter().rev().enumerate() {
            if index > 0 {
                start -= 1;
                digits[start] = b'.';
            }
            start = write_backwards(number, &mut digits, start);
        }
        self.push(key, ascii(&digits[start..]));
    }

    /// Como [`push`](Self::push), con un valor que tampoco hay que copiar.
    pub(crate) fn push_fixed(&mut self, key: &'static str, value: &'static str) {
        self.entries.push(Entry { key: Text::Fixed(key), value: Text::Fixed(value) });
    }

    /// Añade un encabezado de la petición; si se repite, une los valores con `separator`
    /// (RFC 9110 §5.2). `name` es un `token`.
    pub(crate) fn push_header(&mut self, name: &[u8], value: &[u8], separator: &str) {
        let start = self.text.len();
        self.text.push_str("HTTP_");
        for part in name.chunks(NAME_PART) {
            let mut letters = [b'_'; NAME_PART];
            for (letter, &byte) in letters.iter_mut().zip(part) {
                *letter = if byte == b'-' { b'_' } else { byte.to_ascii_uppercase() };
            }
            self.text.push_str(ascii(&letters[..part.len()]));
        }
        let key = Text::Span { start, end: self.text.len() };
        match std::str::from_utf8(value) {
            Ok(value) if !self.has_header(key) => {
                let value = self.store(value);
                self.entries.push(Entry { key, value });
            }
            _ => self.join_header(key, value, separator),
        }
    }

    /// Si ya está; las variables de nombre fijo no son encabezados.
    fn has_header(&self, key: Text) -> bool {
        let name = self.resolve(key);
        self.entries.iter().any(|entry| match entry.key {
            Text::Fixed(_) => false,
            Text::Span { start, end } => {
                end - start == name.len() && &self.text[start..end] == name
            }
        })
    }

    fn join_header(&mut self, key: Text, value: &[u8], separator: &str) {
        let key = self.resolve(key).to_owned();
        let mut joined = match self.get_bytes(&key) {
            Some(before) => [before, separator.as_bytes()].concat(),
            None => Vec::new(),
        };
        joined.extend_from_slice(value);
        self.insert_bytes(key, &joined);
    }
}

/// Escribe las cifras de `number` para que terminen en `end`; devuelve dónde empiezan.
fn write_backwards(mut number: u64, digits: &mut [u8; MAX_NUMBERS], end: usize) -> usize {
    let mut start = end;
    loop {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return start;
        }
    }
}

fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("son cifras, o letras de un nombre")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn une_los_encabezados_repetidos() {
        let mut environ = Environ::new();
        environ.push_header(b"Accept", b"text/html", ", ");
        environ.push_header(b"X-Otro", b"1", ", ");
        environ.push_header(b"accept", b"\xFF", ", ");
        environ.push_header(b"ACCEPT", b"*/*", ", ");
        assert_eq!(environ.header("accept"), Some("text/html, \u{FFFD}, */*"));
        assert_eq!(environ.get_bytes("HTTP_ACCEPT"), Some(&b"text/html, \xFF, */*"[..]));
        assert_eq!(environ.header("x-otro"), Some("1"));
    }

    #[test]
    fn escribe_los_numeros_enteros() {
        let mut environ = Environ::new();
        environ.push_numbers("A", &[0]);
        environ.push_numbers("B", &[u64::MAX]);
        environ.push_numbers("C", &[255, 255, 255, 255]);
        environ.push_numbers("D", &[10, 0, 0, 7]);
        let expected = [
            ("A", "0"),
            ("B", "18446744073709551615"),
            ("C", "255.255.255.255"),
            ("D", "10.0.0.7"),
        ];
        assert_eq!(environ.iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn los_nombres_largos_se_traducen_enteros() {
        let mut environ = Environ::new();
        let name = "x-Muy-".repeat(20);
        environ.push_header(name.as_bytes(), b"1", ", ");
        assert_eq!(environ.get(&("HTTP_".to_owned() + &"X_MUY_".repeat(20))), Some("1"));
    }
}
