//! `cargo ejercicios compara`: tu respuesta junto a una buena, después de resolver.
//!
//! La buena está en la carpeta de las soluciones. La copia de una clase no la lleva: quien enseña entrega la
//! de un capítulo cuando quiere, con poner ahí ese archivo.

use std::fs;

use crate::error::GuideError;
use crate::exercises::{Exercise, Project};

/// Las dos respuestas, sin el comentario del principio, que es el mismo enunciado.
#[derive(Debug, PartialEq, Eq)]
pub struct Pair {
    /// La de quien estudia.
    pub own: String,
    /// La buena.
    pub good: String,
}

/// Si hay una respuesta buena de ese ejercicio.
#[must_use]
pub fn is_available(project: &Project, exercise: &Exercise) -> bool {
    project.root().join(exercise.solution()).is_file()
}

/// Lee las dos.
///
/// # Errors
/// No hay una buena todavía, o un archivo no se puede leer.
pub fn pair(project: &Project, exercise: &Exercise) -> Result<Pair, GuideError> {
    if !is_available(project, exercise) {
        return Err(GuideError::NoSolution(exercise.solution()));
    }
    let read = |name: String| {
        let path = project.root().join(name);
        fs::read_to_string(&path).map_err(GuideError::io("leer", &path))
    };
    Ok(Pair {
        own: without_heading(&read(exercise.stub())?),
        good: without_heading(&read(exercise.solution())?),
    })
}

fn without_heading(code: &str) -> String {
    let code = code.lines().skip_while(|line| line.starts_with("//!") || line.trim().is_empty());
    code.collect::<Vec<_>>().join("\n")
}
