//! Los textos de PEP 3333 («A Note on String Types»): cada carácter es el byte de su número.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyString;

/// Unos bytes, como texto.
pub(crate) fn decode<'py>(py: Python<'py>, bytes: &[u8]) -> Bound<'py, PyString> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => PyString::new(py, text),
        _ => PyString::new(py, &bytes.iter().copied().map(char::from).collect::<String>()),
    }
}

/// Un texto de la aplicación, que solo tiene caracteres de un byte; `what` dice qué era.
pub(crate) fn text(text: &Bound<'_, PyAny>, what: &str) -> PyResult<String> {
    let Ok(text) = text.cast::<PyString>() else {
        let kind = text.get_type().name()?;
        return Err(PyTypeError::new_err(format!("{what} debe ser un texto, y es {kind}")));
    };
    let text = text.to_cow()?.into_owned();
    if text.is_ascii() || text.chars().all(|letter| u8::try_from(letter).is_ok()) {
        return Ok(text);
    }
    Err(PyValueError::new_err(format!(
        "{what} tiene caracteres de más de un byte: {text:?}; codifícalo, como pide PEP 3333, con \
         texto.encode(\"utf-8\").decode(\"latin-1\")"
    )))
}
