//! Qué bytes son los caracteres de un encabezado.

/// Qué bytes se envían por los caracteres del estado y de los encabezados de una respuesta.
///
/// Un valor puede llevar cualquier byte que no sea un control (RFC 9110 §5.5), y el texto de Rust solo tiene
/// los de UTF-8. Quien reciba valores ya codificados, como la pasarela de otro lenguaje, los pasa en `latin-1`.
///
/// # Examples
///
/// ```
/// use pasarela::{Config, HeaderText};
///
/// let config = Config { header_text: HeaderText::Latin1, ..Config::default() };
/// # assert_ne!(config, Config::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum HeaderText {
    /// Los suyos en UTF-8.
    #[default]
    Utf8,
    /// El de su número: `ÿ` es `FF` (PEP 3333, «A Note on String Types»). Los caracteres que pasan de ahí los
    /// rechaza `start_response`.
    Latin1,
}
