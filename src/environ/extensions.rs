//! Lo que un intermediario deja en `environ` para quien venga detrás, con su tipo.
//!
//! PEP 3333 («environ Variables») deja añadir al diccionario cualquier objeto. Aquí la clave es el
//! tipo: dos intermediarios que no se conocen no se pisan, y nadie tiene que convertir texto.

use std::any::Any;
use std::fmt;

use super::Environ;
use crate::guarded::Guarded;

/// Las extensiones de una petición. Son pocas: se buscan una a una, y sin ninguna no se reserva
/// memoria.
#[derive(Default)]
pub(super) struct Extensions(Vec<Guarded<Box<dyn Any + Send>>>);

impl Extensions {
    pub(super) fn clear(&mut self) {
        if !self.0.is_empty() {
            self.0.clear();
        }
    }

    fn position<T: Any>(&self) -> Option<usize> {
        self.0.iter().position(|extension| extension.is::<T>())
    }
}

impl Environ {
    /// Deja un valor para quien venga detrás, y devuelve el de su tipo que hubiera.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::Environ;
    ///
    /// #[derive(Debug, PartialEq)]
    /// struct User(String);
    ///
    /// let mut environ = Environ::new();
    /// environ.insert_extension(User("Ada".to_owned()));
    ///
    /// assert_eq!(environ.extension(), Some(&User("Ada".to_owned())));
    /// assert_eq!(environ.extension::<u32>(), None);
    /// ```
    pub fn insert_extension<T: Any + Send>(&mut self, value: T) -> Option<T> {
        let previous = self.remove_extension();
        self.extensions.0.push(Guarded::new(Box::new(value)));
        previous
    }

    /// El valor de tipo `T` que alguien dejó.
    pub fn extension<T: Any>(&self) -> Option<&T> {
        self.extensions.0.iter().find_map(|extension| extension.downcast_ref())
    }

    /// Como [`extension`](Self::extension), para cambiarlo.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::Environ;
    ///
    /// #[derive(Debug, PartialEq)]
    /// struct Attempts(u32);
    ///
    /// let mut environ = Environ::new();
    /// environ.insert_extension(Attempts(1));
    /// if let Some(attempts) = environ.extension_mut::<Attempts>() {
    ///     attempts.0 += 1;
    /// }
    /// assert_eq!(environ.remove_extension(), Some(Attempts(2)));
    /// ```
    pub fn extension_mut<T: Any>(&mut self) -> Option<&mut T> {
        self.extensions.0.iter_mut().find_map(|extension| extension.downcast_mut())
    }

    /// Quita el valor de tipo `T` y lo devuelve.
    pub fn remove_extension<T: Any>(&mut self) -> Option<T> {
        let at = self.extensions.position::<T>()?;
        self.extensions.0.remove(at).into_inner().downcast().ok().map(|value| *value)
    }
}

impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Extensions({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn hay_un_valor_de_cada_tipo() {
        let mut environ = Environ::new();
        assert_eq!(environ.insert_extension(1_u8), None);
        assert_eq!(environ.insert_extension("uno"), None);
        assert_eq!(environ.insert_extension(2_u8), Some(1));
        if let Some(number) = environ.extension_mut::<u8>() {
            *number += 1;
        }
        assert_eq!(environ.remove_extension::<u8>(), Some(3));
        assert_eq!(environ.remove_extension::<u8>(), None);
        assert_eq!(environ.extension(), Some(&"uno"));
    }

    #[test]
    fn no_pasan_a_la_peticion_siguiente() {
        let mut environ = Environ::new();
        environ.insert_extension(1_u8);
        environ.clear();
        assert_eq!(environ.extension::<u8>(), None);
    }
}
