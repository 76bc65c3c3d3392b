//! `cargo ejercicios copia`: el proyecto para una clase, sin las soluciones.
//!
//! Van los archivos que git conoce. De cada ejercicio va la última versión guardada en él: lo que
//! quien enseña tenga resuelto en su carpeta no sale de ella. `clean` quita del texto lo que no es para
//! quien estudia, y `classroom` añade la calificación automática.

mod classroom;
mod clean;
mod source;

use std::fs;
use std::path::{Path, PathBuf};

use crate::compile::{Compiled, compile};
use crate::copy::source::Source;
use crate::error::GuideError;
use crate::exercises::{Exercise, Project, SOLUTIONS};
use crate::places::STUBS;
use crate::progress::Progress;

/// Lo que no va: las soluciones, lo que solo cuida al proyecto y lo que es para quien enseña.
const LEFT_OUT: [&str; 14] = [
    SOLUTIONS,
    ".ci",
    ".github",
    "fuzz",
    "CONTRIBUIR.md",
    "tests/orden.rs",
    "tests/lectura.rs",
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
/// La carpeta tiene algo o está dentro del proyecto; un archivo no se pudo leer o escribir; o algo
/// de lo que se iba a copiar enseña una solución, y entonces no se copia nada.
pub fn copy(project: &Project, folder: &Path) -> Result<Copied, GuideError> {
    refuse_folder(project, folder)?;
    let exercises = project.exercises()?;
    let source = Source::of(project.root());
    let selection = Selection::of(source.files()?);

    let mut warnings = source.warnings(STUBS);
    if source.is_as_saved(STUBS) {
        warnings.extend(refuse_solved(project, &exercises)?);
    }
    let mut contents = Vec::new();
    for name in &selection.kept {
        contents.push((name.clone(), content(project, &source, name, &selection, &mut warnings)?));
    }
    let template = project.exercises_folder().join("aula/classroom.yml");
    if let Ok(template) = fs::read_to_string(template) {
        let workflow = classroom::workflow(&template, &exercises);
        contents.push((classroom::PLACE.into(), Content::Text(workflow)));
    }
    for (name, content) in &contents {
        write(project, folder, name, content)?;
    }
    Ok(Copied { files: contents.len(), exercises: exercises.len(), warnings })
}

/// Lo que va de un archivo.
enum Content {
    /// Los mismos bytes.
    Same,
    /// Este texto.
    Text(String),
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

fn content(
    project: &Project,
    source: &Source,
    name: &str,
    selection: &Selection,
    warnings: &mut Vec<String>,
) -> Result<Content, GuideError> {
    if name.starts_with(STUBS) && source.has_history() {
        return Ok(source.committed(name).map_or_else(
            || {
                warnings.push(format!("{name} va como está: nunca se guardó en git"));
                Content::Same
            },
            Content::Text,
        ));
    }
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

fn write(
    project: &Project,
    folder: &Path,
    name: &str,
    content: &Content,
) -> Result<(), GuideError> {
    let path = folder.join(name);
    let parent = path.parent().unwrap_or(folder);
    fs::create_dir_all(parent).map_err(GuideError::io("crear", parent))?;
    let written = match content {
        Content::Same => fs::copy(project.root().join(name), &path).map(drop),
        Content::Text(text) => fs::write(&path, text),
    };
    written.map_err(GuideError::io("escribir", &path))
}

/// Los archivos que irían son los que hay: si ya pasa alguna prueba, alguien escribió en ellos.
fn refuse_solved(project: &Project, exercises: &[Exercise]) -> Result<Option<String>, GuideError> {
    let Compiled::Ready(suite, _) = compile(project)? else {
        return Ok(Some("los ejercicios no compilan, y así van en la copia".into()));
    };
    let progress = Progress::measure(&suite, exercises)?;
    let begun = progress.entries().iter().filter(|(_, score)| score.passed > 0);
    let begun: Vec<String> = begun.map(|(exercise, _)| exercise.chapter().to_owned()).collect();
    if begun.is_empty() { Ok(None) } else { Err(GuideError::AlreadyBegun(begun)) }
}

/// Un repositorio recién creado, en el que solo hay `.git`, también está vacío.
fn refuse_folder(project: &Project, folder: &Path) -> Result<(), GuideError> {
    let used = folder.is_file()
        || fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .any(|entry| entry.file_name() != ".git");
    if used {
        return Err(GuideError::FolderNotEmpty(folder.to_owned()));
    }
    let root = project.root().canonicalize().map_err(GuideError::io("leer", project.root()))?;
    let inside = resolved(folder).is_some_and(|folder| folder.starts_with(root));
    if inside { Err(GuideError::InsideProject(folder.to_owned())) } else { Ok(()) }
}

/// La ruta entera y sin enlaces, aunque todavía no exista.
fn resolved(folder: &Path) -> Option<PathBuf> {
    let whole = std::path::absolute(folder).ok()?;
    whole.ancestors().find_map(|ancestor| {
        let real = ancestor.canonicalize().ok()?;
        Some(real.join(whole.strip_prefix(ancestor).ok()?))
    })
}
