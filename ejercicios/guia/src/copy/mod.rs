//! `cargo ejercicios copia`: el proyecto para una clase, sin las soluciones.
//!
//! Van los archivos que git conoce. De cada ejercicio va el original: lo que quien enseña tenga resuelto en
//! su carpeta no sale de ella. `clean` quita del texto lo que no es para quien estudia, y `classroom` añade
//! la calificación automática.

mod classroom;
mod clean;
mod source;
mod target;

use std::fs;
use std::path::Path;

use crate::copy::source::Source;
use crate::copy::target::{Content, Target};
use crate::error::GuideError;
use crate::exercises::{Exercise, Project};
use crate::places::{SAVED, SOLUTIONS, STUBS};

/// Lo que no va: las soluciones, lo que cada quien escribe (van los originales), lo que solo cuida al proyecto y lo que es para quien enseña.
const LEFT_OUT: [&str; 17] = [
    SOLUTIONS,
    STUBS,
    SAVED,
    ".ci",
    ".github",
    "fuzz",
    "CONTRIBUIR.md",
    "tests/orden.rs",
    "tests/lectura.rs",
    "tests/preguntas.rs",
    "tests/libro",
    "ejercicios/aula",
    "ejercicios/guia/tests/aula.rs",
    "ejercicios/guia/tests/aula",
    "book/capitulos/para_docentes.md",
    "book/transcripciones/docentes_copia.txt",
    "book/transcripciones/docentes_prueba.txt",
];

/// Una copia hecha.
#[derive(Debug)]
pub struct Copied {
    /// Cuántos archivos tiene.
    pub files: usize,
    /// Cuántos ejercicios.
    pub exercises: usize,
    /// Lo que conviene saber de ella.
    pub warnings: Vec<String>,
}

/// Copia el proyecto en `folder`, que no debe existir o debe estar vacía.
///
/// # Errors
/// La carpeta tiene algo, está dentro del proyecto o no se sabe dónde está; un archivo no se pudo leer o
/// escribir, y entonces se borra lo que se hubiera copiado; o algo de lo que se iba a copiar enseña una
/// solución, y entonces no se copia nada.
pub fn copy(project: &Project, folder: &Path) -> Result<Copied, GuideError> {
    let target = Target::at(folder, project)?;
    let exercises = project.exercises()?;
    let source = Source::of(project.root());
    let selection = Selection::of(source.files()?);
    let contents = contents(project, &selection, &exercises)?;
    target.write(project.root(), &contents)?;
    let warnings = source.warning().into_iter().collect();
    Ok(Copied { files: contents.len(), exercises: exercises.len(), warnings })
}

/// Todo lo que irá, con su nombre. Se prepara entero antes de escribir nada.
fn contents(
    project: &Project,
    selection: &Selection,
    exercises: &[Exercise],
) -> Result<Vec<(String, Content)>, GuideError> {
    let mut contents = Vec::new();
    for name in &selection.kept {
        contents.push((name.clone(), content(project, name, selection)?));
    }
    for exercise in exercises {
        let original = fs::read_to_string(project.root().join(exercise.original()))
            .map_err(|_| GuideError::NoOriginal(exercise.original()))?;
        contents.push((exercise.stub(), Content::Text(original)));
    }
    let template = project.exercises_folder().join("aula/classroom.yml");
    if let Ok(template) = fs::read_to_string(template) {
        let workflow = classroom::workflow(&template, exercises);
        contents.push((classroom::PLACE.into(), Content::Text(workflow)));
    }
    Ok(contents)
}

/// Los archivos del proyecto, según vayan o no.
struct Selection {
    kept: Vec<String>,
    left: Vec<String>,
}

impl Selection {
    fn of(names: Vec<String>) -> Self {
        let is_left = |name: &String| LEFT_OUT.iter().any(|place| is_at(name, place));
        let (left, kept) = names.into_iter().partition(is_left);
        Self { kept, left }
    }

    /// Si ahí, sea un archivo o una carpeta, había algo y no queda nada.
    fn empties(&self, place: &str) -> bool {
        let any = |names: &[String]| names.iter().any(|name| is_at(name, place));
        any(&self.left) && !any(&self.kept)
    }
}

/// Si el archivo es ese, o está en esa carpeta.
fn is_at(name: &str, place: &str) -> bool {
    name.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn content(project: &Project, name: &str, selection: &Selection) -> Result<Content, GuideError> {
    if !clean::touches(name) {
        return Ok(Content::Same);
    }
    let path = project.root().join(name);
    let text = fs::read_to_string(&path).map_err(GuideError::io("leer", &path))?;
    let text = clean::clean(name, &text, |place| selection.empties(place));
    match clean::solution_shown(name, &text) {
        Some(line) => Err(GuideError::SolutionShown { file: name.into(), line }),
        None => Ok(Content::Text(text)),
    }
}
