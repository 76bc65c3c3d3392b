//! Un trozo del cuerpo.

use std::fmt;

/// Un trozo del cuerpo: bytes fijos del programa o bytes propios.
///
/// # Examples
///
/// ```
/// use pasarela::Chunk;
///
/// let year = Chunk::from("año");
/// assert_eq!(year.len(), 4); // Bytes: la «ñ» ocupa dos.
/// assert_eq!(year, Chunk::from(vec![b'a', 0xC3, 0xB1, b'o']));
/// assert_eq!(std::str::from_utf8(year.as_bytes())?, "año");
/// assert!(Chunk::from("").is_empty());
/// # Ok::<(), pasarela::Error>(())
/// ```
#[derive(Clone)]
pub struct Chunk(Bytes);

#[derive(Clone)]
enum Bytes {
    Fixed(&'static [u8]),
    Owned(Vec<u8>),
}

impl Chunk {
    /// Los bytes del trozo.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Bytes::Fixed(bytes) => bytes,
            Bytes::Owned(bytes) => bytes,
        }
    }

    /// Cuántos bytes tiene.
    pub fn len(&self) -> usize {
        self.as_bytes().len()
    }

    /// Si no tiene ninguno.
    pub fn is_empty(&self) -> bool {
        self.as_bytes().is_empty()
    }
}

/// Dos trozos son iguales si lo son sus bytes, sin importar de quién sean.
impl PartialEq for Chunk {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Chunk {}

impl AsRef<[u8]> for Chunk {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl From<&'static str> for Chunk {
    fn from(text: &'static str) -> Self {
        Self(Bytes::Fixed(text.as_bytes()))
    }
}

impl From<&'static [u8]> for Chunk {
    fn from(bytes: &'static [u8]) -> Self {
        Self(Bytes::Fixed(bytes))
    }
}

impl<const N: usize> From<&'static [u8; N]> for Chunk {
    fn from(bytes: &'static [u8; N]) -> Self {
        Self(Bytes::Fixed(bytes))
    }
}

impl From<String> for Chunk {
    fn from(text: String) -> Self {
        Self(Bytes::Owned(text.into_bytes()))
    }
}

impl From<Vec<u8>> for Chunk {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Bytes::Owned(bytes))
    }
}

impl fmt::Debug for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chunk({:?})", String::from_utf8_lossy(self.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::{assert_eq, assert_ne};

    #[test]
    fn un_trozo_es_igual_a_otro_con_sus_bytes() {
        assert_eq!(Chunk::from("hola"), Chunk::from(String::from("hola")));
        assert_ne!(Chunk::from("hola"), Chunk::from("ola"));
    }
}
