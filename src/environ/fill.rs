//! Cómo llena una pasarela el `environ`: copia la petición de una vez, añade sin buscar y no pide
//! memoria en una petición corriente. Lo que se repite se une al final, una vez cada nombre: así
//! llenarlo cuesta lo que mide la petición, diga lo que diga.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::texts::Text;
use super::{Entry, Environ};

/// Cuántas variables tiene una petición corriente: las fijas y los encabezados de un navegador.
const USUAL_ENTRIES: usize = 48;

/// Hasta cuántos nombres se busca mirándolos uno a uno; con más se anota dónde está cada uno.
const FEW: usize = 128;

/// Cuántas letras de un nombre se traducen de una vez.
const NAME_PART: usize = 32;

/// El valor de una variable que se añade.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'v> {
    /// Un texto del programa, que no hay que copiar.
    Fixed(&'static str),
    /// Un tramo de un texto adoptado, que tampoco.
    Part(Span),
    Text(&'v str),
    /// Bytes que pueden no ser UTF-8.
    Bytes(&'v [u8]),
    Number(u64),
}

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

impl<'t> Adopted<'t> {
    /// El tramo que va de `start` a `end`.
    pub(crate) fn span(self, (start, end): (usize, usize)) -> Value<'t> {
        Value::Part(Span { start: self.start + start, end: self.start + end })
    }

    /// El valor `part`, que si es una parte del texto no se copia otra vez.
    pub(crate) fn part(self, part: &'t str) -> Value<'t> {
        // Son direcciones de memoria: dos textos iguales en sitios distintos no se confunden.
        let offset = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize);
        match offset.filter(|offset| offset + part.len() <= self.text.len()) {
            Some(offset) => self.span((offset, offset + part.len())),
            None => Value::Text(part),
        }
    }
}

impl Environ {
    /// Hace sitio para `text` bytes de texto y las variables de una petición corriente: así llenarlo
    /// pide memoria dos veces como mucho, y ninguna si ya se usó antes.
    pub(crate) fn reserve(&mut self, text: usize) {
        self.texts.text.reserve(text);
        self.entries.reserve(USUAL_ENTRIES);
    }

    /// Copia `text` entero, para añadir después sus partes.
    pub(crate) fn adopt<'t>(&mut self, text: &'t str) -> Adopted<'t> {
        let start = self.texts.text.len();
        self.texts.text.push_str(text);
        Adopted { text, start }
    }

    /// Añade una variable que con seguridad no está, sin buscarla.
    #[inline(always)]
    pub(crate) fn push(&mut self, key: &'static str, value: Value<'_>) {
        let value = self.place(value);
        self.entries.push(Entry { key: Text::Fixed(key), value });
    }

    /// Como [`push`](Self::push), con varias del programa.
    pub(crate) fn push_fixed(&mut self, variables: &[(&'static str, &'static str)]) {
        let entry = |&(key, value)| Entry { key: Text::Fixed(key), value: Text::Fixed(value) };
        self.entries.extend(variables.iter().map(entry));
    }

    #[inline(always)]
    fn place(&mut self, value: Value<'_>) -> Text {
        match value {
            Value::Fixed(text) => Text::Fixed(text),
            Value::Part(Span { start, end }) => Text::Span { start, end },
            Value::Text(text) => self.texts.store(text),
            Value::Bytes(bytes) => self.texts.store_bytes(bytes),
            Value::Number(number) => self.store_number(number),
        }
    }

    fn store_number(&mut self, number: u64) -> Text {
        let start = self.texts.text.len();
        write!(self.texts.text, "{number}").expect("escribir en memoria no falla");
        Text::Span { start, end: self.texts.text.len() }
    }
}

/// Las variables de una petición que pueden repetirse, mientras se añaden.
#[derive(Debug)]
pub(crate) struct Joining<'e, 'v> {
    environ: &'e mut Environ,
    index: Index,
    /// Los valores que siguen al primero, y de qué variable son. Lo usual es que no haya ninguno.
    repeated: Option<BTreeMap<usize, Vec<&'v [u8]>>>,
}

impl<'e, 'v> Joining<'e, 'v> {
    /// Las que ya tiene `environ` no se repiten.
    pub(crate) fn new(environ: &'e mut Environ) -> Self {
        let seen = environ.entries.len();
        Self { environ, index: Index { seen, ..Index::default() }, repeated: None }
    }

    /// Añade una variable que con seguridad no está, sin buscarla.
    #[inline(always)]
    pub(crate) fn push(&mut self, key: &'static str, value: Value<'_>) {
        self.environ.push(key, value);
    }

    /// Pone una variable; si ya estaba, este valor se une a los que tenía.
    pub(crate) fn join(&mut self, key: &str, value: &'v [u8]) {
        match self.index.find(self.environ, key) {
            Some(at) => self.repeat(at, value),
            None => self.add(key, value),
        }
    }

    /// Pone una variable; si ya estaba, cambia su valor.
    pub(crate) fn set(&mut self, key: &str, value: &'v [u8]) {
        match self.index.find(self.environ, key) {
            Some(at) => self.environ.entries[at].value = self.environ.texts.store_bytes(value),
            None => self.add(key, value),
        }
    }

    fn add(&mut self, key: &str, value: &[u8]) {
        let (key, value) = (self.environ.texts.store(key), self.environ.texts.store_bytes(value));
        self.environ.entries.push(Entry { key, value });
    }

    /// Como [`join`](Self::join), con un encabezado poco común: `name` es un `token`, y `value` es
    /// `bytes`.
    pub(crate) fn join_header(&mut self, name: &[u8], value: Value<'_>, bytes: &'v [u8]) {
        let start = self.environ.texts.text.len();
        self.write_variable(name);
        let end = self.environ.texts.text.len();
        // El nombre se escribe donde va a quedar; si ya estaba, sobra.
        if let Some(at) = self.index.find(self.environ, &self.environ.texts.text[start..]) {
            self.environ.texts.text.truncate(start);
            self.repeat(at, bytes);
        } else {
            let value = self.environ.place(value);
            self.environ.entries.push(Entry { key: Text::Span { start, end }, value });
        }
    }

    /// Escribe el nombre de la variable de un encabezado.
    fn write_variable(&mut self, name: &[u8]) {
        self.environ.texts.text.push_str("HTTP_");
        for part in name.chunks(NAME_PART) {
            let mut letters = [b'_'; NAME_PART];
            for (letter, &byte) in letters.iter_mut().zip(part) {
                *letter = if byte == b'-' { b'_' } else { byte.to_ascii_uppercase() };
            }
            self.environ.texts.text.push_str(ascii(&letters[..part.len()]));
        }
    }

    fn repeat(&mut self, at: usize, value: &'v [u8]) {
        self.repeated.get_or_insert_default().entry(at).or_default().push(value);
    }

    /// Une los valores repetidos, en orden (RFC 9110 §5.2); las *cookies*, con punto y coma
    /// (RFC 6265 §5.4).
    pub(crate) fn finish(self) {
        let Some(repeated) = self.repeated else { return };
        for (at, values) in repeated {
            let entry = self.environ.entries[at];
            let is_cookie = self.environ.texts.resolve(entry.key) == "HTTP_COOKIE";
            let separator: &[u8] = if is_cookie { b"; " } else { b", " };
            let mut joined = self.environ.texts.exact(entry.value).to_owned();
            joined.reserve_exact(values.iter().map(|value| separator.len() + value.len()).sum());
            for value in values {
                joined.extend_from_slice(separator);
                joined.extend_from_slice(value);
            }
            self.environ.entries[at].value = self.environ.texts.store_bytes(&joined);
        }
    }
}

/// Dónde está cada variable. Mientras son pocas se buscan una a una.
#[derive(Debug, Default)]
struct Index {
    /// Hasta cuál no hace falta mirar, porque no se repiten o porque están en `places`.
    seen: usize,
    places: Option<BTreeMap<Box<str>, usize>>,
}

impl Index {
    fn find(&mut self, environ: &Environ, key: &str) -> Option<usize> {
        let new = &environ.entries[self.seen..];
        if new.len() <= FEW && self.places.is_none() {
            return new
                .iter()
                .position(|entry| environ.is_named(entry, key))
                .map(|at| self.seen + at);
        }
        let places = self.places.get_or_insert_default();
        for entry in new {
            places.insert(environ.texts.resolve(entry.key).into(), self.seen);
            self.seen += 1;
        }
        places.get(key).copied()
    }
}

fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("son letras de un nombre")
}

#[cfg(test)]
mod tests {
    use super::super::KEPT_ENTRIES;
    use super::super::texts::KEPT_TEXT;
    use super::*;

    impl Environ {
        /// Cuánto sitio tiene: bytes de texto y variables.
        pub(crate) fn capacity(&self) -> (usize, usize) {
            (self.texts.capacity(), self.entries.capacity())
        }
    }

    use pretty_assertions::assert_eq;

    /// Un `environ` con esos encabezados, que nadie conoce.
    fn with_headers(headers: &[(&str, &[u8])]) -> Environ {
        let mut environ = Environ::new();
        let mut joining = Joining::new(&mut environ);
        for (name, value) in headers {
            joining.join_header(name.as_bytes(), Value::Bytes(value), value);
        }
        joining.finish();
        environ
    }

    #[test]
    fn une_los_encabezados_repetidos() {
        let environ = with_headers(&[
            ("Accept", b"text/html"),
            ("X-Otro", b"1"),
            ("accept", b"\xFF"),
            ("ACCEPT", b"*/*"),
            ("x-otro", b"2"),
        ]);
        assert_eq!(environ.header("accept"), Some("text/html, \u{FFFD}, */*"));
        assert_eq!(environ.get_bytes("HTTP_ACCEPT"), Some(&b"text/html, \xFF, */*"[..]));
        assert_eq!(environ.header("x-otro"), Some("1, 2"));
    }

    #[test]
    fn lo_adoptado_no_se_copia_otra_vez() {
        let mut environ = Environ::new();
        let text = String::from("GET /ñ HTTP/1.1");
        environ.push("ANTES", Value::Text("uno"));
        let adopted = environ.adopt(&text);
        let before = environ.texts.text.len();
        environ.push("A", adopted.part(&text[4..7]));
        environ.push("B", adopted.part(""));
        assert_eq!(environ.texts.text.len(), before);
        environ.push("C", adopted.part("otro"));
        let expected = [("ANTES", "uno"), ("A", "/ñ"), ("B", ""), ("C", "otro")];
        assert_eq!(environ.iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn los_nombres_largos_se_traducen_enteros() {
        let name = "x-Muy-".repeat(20);
        let environ = with_headers(&[(&name, b"1")]);
        assert_eq!(environ.get(&("HTTP_".to_owned() + &"X_MUY_".repeat(20))), Some("1"));
    }

    #[test]
    fn unir_muchos_valores_cuesta_lo_que_miden() {
        let value = [b'x'; 600];
        let names = ["X-Uno", "X-Dos"];
        let headers: Vec<(&str, &[u8])> = (0..96).map(|at| (names[at % 2], &value[..])).collect();
        let environ = with_headers(&headers);
        let total = headers.len() * value.len();
        assert_eq!(environ.get("HTTP_X_DOS").map(str::len), Some(total / 2 + 47 * ", ".len()));
        assert!(environ.capacity().0 < total * 3, "{} de {total}", environ.capacity().0);
    }

    #[test]
    fn muchos_nombres_distintos_se_encuentran_igual() {
        let names: Vec<String> = (0..FEW * 3).map(|at| format!("X-{at}")).collect();
        let mut headers: Vec<(&str, &[u8])> =
            names.iter().map(|name| (name.as_str(), &b"uno"[..])).collect();
        headers.extend(names.iter().rev().map(|name| (name.as_str(), &b"\xFF"[..])));
        let environ = with_headers(&headers);
        assert_eq!(environ.iter().count(), names.len());
        assert!(environ.iter().all(|(_, value)| value == "uno, \u{FFFD}"));
        assert_eq!(environ.get_bytes("HTTP_X_300"), Some(&b"uno, \xFF"[..]));
    }

    #[test]
    fn vacio_devuelve_lo_que_pidio_de_mas() {
        let (name, value) = ("X".repeat(90), vec![0xFF; 60_000]);
        let long = (name.as_str(), value.as_slice());
        let names: Vec<String> = (0..1000).map(|at| format!("X-{at}")).collect();
        let mut headers = vec![long, long];
        headers.extend(names.iter().map(|name| (name.as_str(), &value[..60])));
        let mut environ = with_headers(&headers);
        environ.clear();
        assert_eq!(environ.iter().count(), 0);
        let (text, entries) = environ.capacity();
        assert!(text <= KEPT_TEXT && entries <= KEPT_ENTRIES, "{text} bytes, {entries} variables");
    }
}
