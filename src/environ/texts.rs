//! Los textos de un `environ`, seguidos en una sola cadena: se llena y se vacía una vez por petición.

use std::borrow::Cow;

/// Un texto fijo del programa, un tramo de los guardados, o uno que no es UTF-8.
#[derive(Clone, Copy)]
pub(super) enum Text {
    Fixed(&'static str),
    Span { start: usize, end: usize },
    Inexact(usize),
}

#[derive(Default)]
pub(super) struct Texts {
    pub(super) text: String,
    inexact: Vec<Inexact>,
}

/// Un texto que no es UTF-8: lo que se muestra, y sus bytes.
struct Inexact {
    shown: String,
    bytes: Vec<u8>,
}

/// Hasta aquí se conserva el sitio de una petición a otra, en bytes: casi ninguna pasa.
pub(super) const KEPT_TEXT: usize = 16 * 1024;

impl Texts {
    pub(super) fn store(&mut self, text: &str) -> Text {
        let start = self.text.len();
        self.text.push_str(text);
        Text::Span { start, end: self.text.len() }
    }

    pub(super) fn store_bytes(&mut self, bytes: &[u8]) -> Text {
        let shown = match String::from_utf8_lossy(bytes) {
            Cow::Borrowed(text) => return self.store(text),
            Cow::Owned(shown) => shown,
        };
        self.inexact.push(Inexact { shown, bytes: bytes.to_owned() });
        Text::Inexact(self.inexact.len() - 1)
    }

    #[inline]
    pub(super) fn resolve(&self, text: Text) -> &str {
        match text {
            Text::Fixed(text) => text,
            Text::Span { start, end } => &self.text[start..end],
            Text::Inexact(at) => &self.inexact[at].shown,
        }
    }

    /// Los bytes de un texto, que pueden no ser UTF-8.
    pub(super) fn exact(&self, text: Text) -> &[u8] {
        match text {
            Text::Inexact(at) => &self.inexact[at].bytes,
            text => self.resolve(text).as_bytes(),
        }
    }

    /// Los olvida, y devuelve la memoria que pidió de más una sola petición.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.text.shrink_to(KEPT_TEXT);
        if !self.inexact.is_empty() {
            self.inexact = Vec::new();
        }
    }

    /// Cuánto sitio tienen, en bytes.
    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.text.capacity() + self.inexact.capacity() * size_of::<Inexact>()
    }
}
