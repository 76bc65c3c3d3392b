//! Cómo llena una pasarela el `environ`: añade sin buscar, copia la petición de una vez y no pide
//! memoria en una petición corriente.

use std::fmt::Write;

use super::{Entry, Environ, Text};

/// Cuántas variables tiene una petición corriente: las fijas y los encabezados de un navegador.
const USUAL_ENTRIES: usize = 48;

/// Cuántas letras de un nombre se traducen de una vez.
const NAME_PART: usize = 32;

/// Un texto copiado entero en un `environ`: de sus partes basta con decir dónde están.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Adopted<'t> {
    text: &'t str,
    start: usize,
}

/// Un tramo de un texto adoptado.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    start: usize,
    end: usize,
}

impl Adopted<'_> {
    /// El tramo que va de `start` a `end`.
    pub(crate) fn span(self, (start, end): (usize, usize)) -> Span {
        Span { start: self.start + start, end: self.start + end }
    }

    /// Dónde quedó `part`, si es una parte del texto.
    fn locate(self, part: &str) -> Option<Text> {
        // Son direcciones de memoria: dos textos iguales en sitios distintos no se confunden.
        let offset = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        let start = self.start + offset;
        (offset + part.len() <= self.text.len())
            .then_some(Text::Span { start, end: start + part.len() })
    }
}

impl Environ {
    /// Hace sitio para `text` bytes de texto y las variables de una petición corriente: así llenarlo
    /// pide memoria dos veces como mucho, y ninguna si ya se usó antes.
    pub(crate) fn reserve(&mut self, text: usize) {
        self.text.reserve(text);
        self.entries.reserve(USUAL_ENTRIES);
    }

    /// Copia `text` entero, para añadir después sus partes.
    pub(crate) fn adopt<'t>(&mut self, text: &'t str) -> Adopted<'t> {
        let start = self.text.len();
        self.text.push_str(text);
        Adopted { text, start }
    }

    /// Como [`push`](Self::push); si `value` es parte de un texto adoptado, no se copia otra vez.
    pub(crate) fn push_part(&mut self, key: &'static str, adopted: Adopted<'_>, value: &str) {
        let value = adopted.locate(value).unwrap_or_else(|| self.store(value));
        self.entries.push(Entry { key: Text::Fixed(key), value });
    }

    /// Como [`push`](Self::push), con un valor que ya se adoptó.
    pub(crate) fn push_span(&mut self, key: &'static str, Span { start, end }: Span) {
        self.entries.push(Entry { key: Text::Fixed(key), value: Text::Span { start, end } });
    }

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

    /// Como [`push_bytes`](Self::push_bytes), con un nombre que también hay que copiar.
    pub(crate) fn push_variable(&mut self, key: &str, value: &[u8]) {
        let Ok(value) = std::str::from_utf8(value) else {
            return self.insert_bytes(key, value);
        };
        let (key, value) = (self.store(key), self.store(value));
        self.entries.push(Entry { key, value });
    }

    /// Como [`push`](Self::push), con un número.
    pub(crate) fn push_number(&mut self, key: &'static str, number: u64) {
        let start = self.text.len();
        write!(self.text, "{number}").expect("escribir en memoria no falla");
        let value = Text::Span { start, end: self.text.len() };
        self.entries.push(Entry { key: Text::Fixed(key), value });
    }

    /// Como [`push`](Self::push), con un valor que tampoco hay que copiar.
    pub(crate) fn push_fixed(&mut self, key: &'static str, value: &'static str) {
        self.push_all_fixed(&[(key, value)]);
    }

    /// Como [`push_fixed`](Self::push_fixed), con varias de una vez.
    pub(crate) fn push_all_fixed(&mut self, variables: &[(&'static str, &'static str)]) {
        let entry = |&(key, value)| Entry { key: Text::Fixed(key), value: Text::Fixed(value) };
        self.entries.extend(variables.iter().map(entry));
    }

    /// Añade variables cuyos valores están seguidos en `text`, que se copia entero: cada uno llega
    /// hasta donde dice `ends`.
    pub(crate) fn push_row<const N: usize>(
        &mut self,
        keys: [&'static str; N],
        text: &str,
        ends: [u16; N],
    ) {
        let base = self.text.len();
        self.text.push_str(text);
        let mut start = base;
        self.entries.extend(keys.into_iter().zip(ends).map(|(key, end)| {
            let value = Text::Span { start, end: base + usize::from(end) };
            start = base + usize::from(end);
            Entry { key: Text::Fixed(key), value }
        }));
    }

    /// Añade un encabezado poco común de la petición; si se repite, une los valores con una coma
    /// (RFC 9110 §5.2). `name` es un `token`. Si el valor ya se adoptó, está en `span`.
    pub(crate) fn push_header(&mut self, name: &[u8], value: &[u8], span: Option<Span>) {
        let key = self.header_key(name);
        let is_repeated = self.has_header(key);
        match span.filter(|_| !is_repeated) {
            Some(Span { start, end }) => {
                self.entries.push(Entry { key, value: Text::Span { start, end } });
            }
            None => {
                let key = self.resolve(key).to_owned();
                self.append(&key, value, ", ");
            }
        }
    }

    /// El nombre de la variable de un encabezado.
    fn header_key(&mut self, name: &[u8]) -> Text {
        let start = self.text.len();
        self.text.push_str("HTTP_");
        for part in name.chunks(NAME_PART) {
            let mut letters = [b'_'; NAME_PART];
            for (letter, &byte) in letters.iter_mut().zip(part) {
                *letter = if byte == b'-' { b'_' } else { byte.to_ascii_uppercase() };
            }
            self.text.push_str(ascii(&letters[..part.len()]));
        }
        Text::Span { start, end: self.text.len() }
    }

    /// Si ya está.
    fn has_header(&mut self, key: Text) -> bool {
        let from = *self.headers_from.get_or_insert(self.entries.len());
        let name = self.resolve(key);
        // Los nombres que traía el programa son los de los encabezados comunes, que son otros.
        let is_new = |entry: &&Entry| matches!(entry.key, Text::Span { .. });
        self.entries[from..].iter().filter(is_new).any(|entry| self.resolve(entry.key) == name)
    }

    /// Añade bytes al valor de una variable, detrás de `separator` si ya tenía alguno.
    pub(crate) fn append(&mut self, key: &str, value: &[u8], separator: &str) {
        let mut joined = match self.get_bytes(key) {
            Some(before) => [before, separator.as_bytes()].concat(),
            None => Vec::new(),
        };
        joined.extend_from_slice(value);
        self.insert_bytes(key, &joined);
    }
}

fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("son letras de un nombre")
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Environ {
        /// Cuánto sitio tiene: bytes de texto y variables.
        pub(crate) fn capacity(&self) -> (usize, usize) {
            (self.text.capacity(), self.entries.capacity())
        }
    }

    use pretty_assertions::assert_eq;

    fn push_header(environ: &mut Environ, name: &str, value: &[u8]) {
        let text = std::str::from_utf8(value).ok();
        let span = text.map(|text| environ.adopt(text).span((0, text.len())));
        environ.push_header(name.as_bytes(), value, span);
    }

    #[test]
    fn une_los_encabezados_repetidos() {
        let mut environ = Environ::new();
        push_header(&mut environ, "Accept", b"text/html");
        push_header(&mut environ, "X-Otro", b"1");
        push_header(&mut environ, "accept", b"\xFF");
        push_header(&mut environ, "ACCEPT", b"*/*");
        push_header(&mut environ, "x-otro", b"2");
        assert_eq!(environ.header("accept"), Some("text/html, \u{FFFD}, */*"));
        assert_eq!(environ.get_bytes("HTTP_ACCEPT"), Some(&b"text/html, \xFF, */*"[..]));
        assert_eq!(environ.header("x-otro"), Some("1, 2"));
    }

    #[test]
    fn lo_adoptado_no_se_copia_otra_vez() {
        let mut environ = Environ::new();
        let text = String::from("GET /ñ HTTP/1.1");
        environ.push("ANTES", "uno");
        let adopted = environ.adopt(&text);
        let before = environ.text.len();
        environ.push_part("A", adopted, &text[4..7]);
        environ.push_part("B", adopted, "");
        assert_eq!(environ.text.len(), before);
        environ.push_part("C", adopted, "otro");
        let expected = [("ANTES", "uno"), ("A", "/ñ"), ("B", ""), ("C", "otro")];
        assert_eq!(environ.iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn los_nombres_largos_se_traducen_enteros() {
        let mut environ = Environ::new();
        let name = "x-Muy-".repeat(20);
        push_header(&mut environ, &name, b"1");
        assert_eq!(environ.get(&("HTTP_".to_owned() + &"X_MUY_".repeat(20))), Some("1"));
    }
}
