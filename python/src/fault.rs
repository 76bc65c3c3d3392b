//! Lo que falla de un lado, dicho en el otro.

use std::io;

use pasarela::{Error, ServerError};
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;

use crate::errors::Errors;

/// Una excepción de la aplicación, para el servidor. Su traza queda en `wsgi.errors`; con `SystemExit`
/// también, que de un hilo del servidor no se sale.
pub(crate) fn to_rust(py: Python<'_>, error: &PyErr, errors: &Errors) -> Error {
    errors.show(py, error);
    Error::new(error.to_string())
}

/// Lo mismo, a medio cuerpo.
pub(crate) fn to_io(py: Python<'_>, error: &PyErr, errors: &Errors) -> io::Error {
    errors.show(py, error);
    io::Error::other(error.to_string())
}

/// Un error del servidor, para quien lo crea: con el número del sistema, si lo hay.
pub(crate) fn to_python(error: &ServerError) -> PyErr {
    match error.io_error() {
        None => PyValueError::new_err(error.to_string()),
        Some(cause) => match cause.raw_os_error() {
            Some(number) => PyOSError::new_err((number, error.to_string())),
            None => PyOSError::new_err(error.to_string()),
        },
    }
}
