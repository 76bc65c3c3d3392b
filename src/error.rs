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
/// Su `Display` es una línea con el error y sus causas, cada una dicha una vez. Su `Debug`, que es lo
/// que muestra un `main` que termina en error, pone cada causa en su línea.
///
/// No es un [`std::error::Error`]: así `?` lo hace de cualquiera que lo sea. Hacia fuera se convierte en
/// `Box<dyn std::error::Error + Send + Sync>`, también con `?`.
///
/// # Examples
///
/// ```
/// use pasarela::Error;
///
/// let error = Error::new("falta el archivo de saludos");
/// assert_eq!(error.to_string(), "falta el archivo de saludos");
///
/// fn main_with_other_errors() -> std::result::Result<(), Box<dyn std::error::Error>> {
///     Err(Error::new("falta el archivo de saludos"))?
/// }
/// # assert!(main_with_other_errors().is_err());
/// ```
pub struct Error(Boxed);

type Boxed = Box<dyn StdError + Send + Sync>;

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

    /// El error que hay en una caja, o en lo que se convierte en una: `anyhow::Error`, `eyre::Report`…
    /// Ninguno de ellos es un [`std::error::Error`], y `?` a solas no los conoce.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{Body, Environ, Error, Result, StartResponse};
    ///
    /// fn find_menu() -> std::result::Result<String, Box<dyn std::error::Error + Send + Sync>> {
    ///     Ok(std::fs::read_to_string("menu.txt")?)
    /// }
    ///
    /// fn application(_: &mut Environ, start_response: StartResponse) -> Result<Body> {
    ///     let menu = find_menu().map_err(Error::from_boxed)?;
    ///     start_response("200 OK", &[("Content-Type", "text/plain; charset=utf-8")])?;
    ///     Ok(Body::from(menu))
    /// }
    /// # assert_eq!(pasarela::testing::get("/").call(&application).code(), 500);
    /// ```
    pub fn from_boxed(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(error.into())
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

    /// Como [`downcast_ref`](Self::downcast_ref), para quedarse con él.
    ///
    /// # Errors
    ///
    /// Este mismo error, si el original no es de tipo `E`.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::Error;
    /// use std::{fmt, num::ParseIntError};
    ///
    /// let error = Error::from("doce".parse::<u8>().unwrap_err());
    /// let error = error.downcast::<fmt::Error>().unwrap_err();
    /// let original = error.downcast::<ParseIntError>()?;
    /// assert_eq!(original.to_string(), "invalid digit found in string");
    /// # Ok::<(), Error>(())
    /// ```
    pub fn downcast<E: StdError + 'static>(self) -> Result<E> {
        self.0.downcast().map(|error| *error).map_err(Self)
    }

    /// La causa del error original, si la dice.
    pub fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }

    /// El error original y sus causas, de fuera adentro.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::Error;
    /// use std::io;
    ///
    /// let error = Error::from(io::Error::other("se acabó la tinta"));
    /// let chain: Vec<String> = error.chain().map(|error| error.to_string()).collect();
    /// assert_eq!(chain, ["se acabó la tinta"]);
    /// ```
    pub fn chain(&self) -> impl Iterator<Item = &(dyn StdError + 'static)> {
        std::iter::successors(Some(self.as_ref() as &(dyn StdError + 'static)), |&error| {
            error.source()
        })
    }
}

/// El error original, para quien los recibe de cualquier tipo.
impl AsRef<dyn StdError + Send + Sync> for Error {
    fn as_ref(&self) -> &(dyn StdError + Send + Sync + 'static) {
        &*self.0
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

impl From<Error> for Box<dyn StdError + Send + Sync> {
    fn from(error: Error) -> Self {
        error.0
    }
}

impl From<Error> for Box<dyn StdError> {
    fn from(error: Error) -> Self {
        error.0
    }
}

/// Una causa que el texto de otro error ya cita no se repite.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = String::new();
        for cause in self.chain().map(ToString::to_string) {
            if said.is_empty() {
                said = cause;
            } else if !said.contains(&cause) {
                said = format!("{said}: {cause}");
            }
        }
        f.write_str(&said)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        self.chain().skip(1).try_for_each(|cause| write!(f, "\n  por: {cause}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::io;

    /// Un error con su causa.
    #[derive(Debug)]
    struct Layer(&'static str, Option<Boxed>);

    impl fmt::Display for Layer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl StdError for Layer {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            self.1.as_ref().map(|cause| &**cause as _)
        }
    }

    fn layers(texts: [&'static str; 3]) -> Error {
        let [outer, middle, inner] = texts;
        let middle = Layer(middle, Some(Layer(inner, None).into()));
        Error::from(Layer(outer, Some(middle.into())))
    }

    #[test]
    fn cada_causa_se_dice_una_vez() {
        for (texts, line) in [
            (["sin menú", "no se abre", "no existe"], "sin menú: no se abre: no existe"),
            (["sin menú: no existe", "no se abre", "no existe"], "sin menú: no existe: no se abre"),
            (["a: b: c", "b: c", "c"], "a: b: c"),
            (["", "b", "b"], "b"),
        ] {
            assert_eq!(layers(texts).to_string(), line);
        }
    }

    #[test]
    fn un_main_que_falla_muestra_cada_causa_en_su_linea() {
        let error = layers(["sin menú", "no se abre", "no existe"]);
        assert_eq!(format!("{error:?}"), "sin menú\n  por: no se abre\n  por: no existe");
        assert_eq!(format!("{:?}", Error::new("a secas")), "a secas");
    }

    #[test]
    fn el_error_sale_y_vuelve_con_sus_causas() {
        fn inner() -> Result<()> {
            Err(layers(["a", "b", "c"]))
        }
        fn shared() -> std::result::Result<(), Boxed> {
            Ok(inner()?)
        }
        fn local() -> std::result::Result<(), Box<dyn StdError>> {
            Ok(inner()?)
        }
        fn back() -> Result<()> {
            shared().map_err(Error::from_boxed)?;
            Ok(())
        }
        assert_eq!(local().expect_err("falla").to_string(), "a");
        let error = back().expect_err("falla");
        assert_eq!(error.source().map(ToString::to_string), Some("b".to_owned()));
        let texts: Vec<_> = error.chain().map(ToString::to_string).collect();
        assert_eq!(texts, ["a", "b", "c"]);
        let error = error.downcast::<io::Error>().expect_err("no es de entrada");
        assert_eq!(error.downcast::<Layer>().map(|layer| layer.0).ok(), Some("a"));
    }
}
