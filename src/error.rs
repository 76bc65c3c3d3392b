//! El error de una aplicación: cualquiera sirve, y `?` lo convierte.
//!
//! No confundir con los errores de cada capa (`StartResponseError`, `ServerError`), que dicen de qué
//! clase son. Este los transporta hasta `main` o hasta el servidor.

use std::error::Error as StdError;
use std::fmt;

/// El resultado de una aplicación, y de un `main` que la sirve.
///
/// # Examples
///
/// ```
/// use pasarela::Result;
///
/// fn age(text: &str) -> Result<u8> {
///     Ok(text.trim().parse()?)
/// }
///
/// assert_eq!(age(" 36 ")?, 36);
/// assert!(age("muchos").is_err());
/// # Ok::<(), pasarela::Error>(())
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Cualquier error que una aplicación devuelve con `?`.
///
/// Su `Debug` es la misma frase que su `Display`: así un `main` que termina en error dice una
/// oración y no un volcado.
///
/// # Examples
///
/// ```
/// use pasarela::Error;
///
/// let error = Error::new("falta el archivo de saludos");
/// assert_eq!(error.to_string(), "falta el archivo de saludos");
/// assert_eq!(format!("{error:?}"), "falta el archivo de saludos");
/// ```
pub struct Error(Box<dyn StdError + Send + Sync>);

impl Error {
    /// Un error con su mensaje, para cuando no hay otro que transportar.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{Error, Result};
    ///
    /// fn greet(name: &str) -> Result<String> {
    ///     match name {
    ///         "" => Err(Error::new("falta el nombre de quien saluda")),
    ///         name => Ok(format!("Hola, {name}")),
    ///     }
    /// }
    ///
    /// assert_eq!(greet("Ada")?, "Hola, Ada");
    /// # Ok::<(), pasarela::Error>(())
    /// ```
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into().into())
    }

    /// El error original, si es de tipo `E`.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::Error;
    /// use std::io;
    ///
    /// let error = Error::from(io::Error::from(io::ErrorKind::NotFound));
    /// let original = error.downcast_ref::<io::Error>();
    /// assert_eq!(original.map(io::Error::kind), Some(io::ErrorKind::NotFound));
    /// ```
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        self.0.downcast_ref()
    }

    /// El error, para recorrer sus causas.
    pub(crate) fn inner(&self) -> &(dyn StdError + 'static) {
        &*self.0
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
