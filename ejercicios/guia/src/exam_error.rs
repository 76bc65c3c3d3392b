//! Por qué no hubo examen.

use std::fmt;

use crate::examiner::{Nobody, PlaceError};

/// Por qué no se pudo examinar un servidor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExamError {
    /// Lo que se dijo del servidor no lleva a ninguno de esta computadora.
    Place(PlaceError),
    /// No escucha nadie.
    Nobody(Nobody),
    /// No hay una etapa con ese nombre.
    UnknownStage(String),
    /// La ruta del eco no empieza por `/`, o no cabe en una petición.
    EchoPath(String),
}

impl fmt::Display for ExamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Place(error) => error.fmt(f),
            Self::Nobody(nobody) => nobody.fmt(f),
            Self::UnknownStage(asked) => write!(
                f,
                "no hay una etapa «{asked}»; se piden por su nombre o por su número, como los muestra \
                 `cargo ejercicios examina --todas`"
            ),
            Self::EchoPath(asked) => write!(
                f,
                "«{asked}» no es una ruta; la del eco empieza por / y no lleva espacios, como /eco"
            ),
        }
    }
}

impl std::error::Error for ExamError {}

impl From<PlaceError> for ExamError {
    fn from(error: PlaceError) -> Self {
        Self::Place(error)
    }
}

impl From<Nobody> for ExamError {
    fn from(nobody: Nobody) -> Self {
        Self::Nobody(nobody)
    }
}
