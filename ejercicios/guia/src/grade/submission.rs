//! Encontrar las entregas en las carpetas que se nombran, y leer de cada una los archivos de los ejercicios.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::GuideError;
use crate::exercises::Exercise;
use crate::path_error::PathError;
use crate::workshop::Answers;

/// Hasta dónde se baja buscando los ejercicios: un ZIP se descomprime a veces dentro de dos carpetas.
const MAX_DEPTH: usize = 6;

/// Lo más que puede medir un ejercicio. Los resueltos miden unos tres mil bytes.
const MAX_SIZE: u64 = 1 << 20;

/// Donde nunca hay una entrega.
const SKIPPED: [&str; 5] = ["target", ".git", "originales", "soluciones", "guardados"];

/// Lo que entregó alguien.
#[derive(Debug)]
pub(super) struct Submission {
    pub(super) name: String,
    pub(super) answers: Answers,
    pub(super) remarks: Vec<String>,
}

/// Las entregas de esas rutas, en orden y sin repetir ninguna.
pub(super) fn find_all(
    paths: &[PathBuf],
    exercises: &[Exercise],
) -> Result<Vec<Submission>, GuideError> {
    let mut seen: Vec<PathBuf> = Vec::new();
    let mut found = Vec::new();
    for path in paths {
        let places = places_in(path, exercises)?;
        if places.is_empty() {
            return Err(PathError::NothingToGrade(path.clone()).into());
        }
        for place in places {
            let real = place.canonicalize().map_err(GuideError::io("leer", &place))?;
            if !seen.contains(&real) {
                seen.push(real);
                let submission = read(&place, exercises)?;
                found.push((place, submission));
            }
        }
    }
    Ok(with_own_names(found))
}

/// Dos entregas con el mismo nombre se distinguen por la ruta entera.
fn with_own_names(found: Vec<(PathBuf, Submission)>) -> Vec<Submission> {
    let names: Vec<String> = found.iter().map(|(_, one)| one.name.clone()).collect();
    let is_repeated = |name: &String| names.iter().filter(|other| *other == name).count() > 1;
    let own = |(place, one): (PathBuf, Submission)| match is_repeated(&one.name) {
        true => Submission { name: place.display().to_string(), ..one },
        false => one,
    };
    found.into_iter().map(own).collect()
}

/// Las entregas de una ruta: ella misma, si lo es; o las que tenga dentro, una por carpeta o por archivo.
fn places_in(path: &Path, exercises: &[Exercise]) -> Result<Vec<PathBuf>, GuideError> {
    fs::metadata(path).map_err(GuideError::io("leer", path))?;
    if path.is_file() {
        return Ok(slug_of(path, exercises).map(|_| path.to_owned()).into_iter().collect());
    }
    if has_answers(path, exercises) || is_project(path) {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).map_err(GuideError::io("leer", path))?;
    let mut inside: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    inside.retain(|place| {
        place.is_dir() && !is_skipped(place) && !folders(place, exercises).is_empty()
    });
    inside.sort();
    Ok(inside)
}

/// Si es la carpeta de un proyecto, o lo que hay en ella.
fn is_project(path: &Path) -> bool {
    ["ejercicios", "pendientes", "src"].iter().any(|name| path.join(name).is_dir())
}

fn is_skipped(place: &Path) -> bool {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    SKIPPED.contains(&name.as_ref()) || name.starts_with('.')
}

/// Lee la entrega que está en ese archivo o en esa carpeta.
fn read(place: &Path, exercises: &[Exercise]) -> Result<Submission, GuideError> {
    let name = place.file_name().unwrap_or(place.as_os_str()).to_string_lossy().into_owned();
    let mut submission = Submission { name, answers: Answers::new(), remarks: Vec::new() };
    if let Some(exercise) = place.is_file().then(|| slug_of(place, exercises)).flatten() {
        submission.take(exercise, &[place.to_owned()])?;
        return Ok(submission);
    }
    let folders = folders(place, exercises);
    if folders.len() > 1 {
        let names: Vec<String> =
            folders.iter().map(|folder| folder.display().to_string()).collect();
        submission
            .remarks
            .push(format!("tiene los ejercicios en varias carpetas: {}", names.join(", ")));
        return Ok(submission);
    }
    for folder in folders {
        for exercise in exercises {
            submission.take(exercise, &candidates(&folder, exercise, exercises))?;
        }
    }
    Ok(submission)
}

impl Submission {
    /// Toma la respuesta de un ejercicio, si hay una y se puede leer.
    fn take(&mut self, exercise: &Exercise, files: &[PathBuf]) -> Result<(), GuideError> {
        let chapter = exercise.chapter();
        let file = match files {
            [] => return Ok(()),
            [file] => file,
            _ => {
                self.remarks.push(format!("{chapter}: hay varios archivos, y no se sabe cuál es"));
                return Ok(());
            }
        };
        let data = fs::symlink_metadata(file).map_err(GuideError::io("leer", file))?;
        let problem = if data.is_symlink() {
            "es un enlace a otro archivo, y no se siguió"
        } else if data.len() > MAX_SIZE {
            "mide más de un millón de bytes, y no se leyó"
        } else {
            let content = fs::read(file).map_err(GuideError::io("leer", file))?;
            self.answers.insert(exercise.slug().to_owned(), content);
            return Ok(());
        };
        self.remarks.push(format!("{chapter}: {problem}"));
        Ok(())
    }
}

/// El ejercicio que ese archivo responde, por su nombre.
fn slug_of<'a>(path: &Path, exercises: &'a [Exercise]) -> Option<&'a Exercise> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    let name = name.strip_suffix(".rs")?;
    let exact = exercises.iter().find(|exercise| exercise.slug() == name);
    // `cap04.rs`, o `cap04_rutas (1).rs`, como los nombran las plataformas.
    exact.or_else(|| exercises.iter().find(|exercise| is_named(name, exercise)))
}

fn is_named(name: &str, exercise: &Exercise) -> bool {
    name.strip_prefix(exercise.chapter())
        .is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_ascii_digit()))
}

/// Los archivos de una carpeta que pueden ser la respuesta de ese ejercicio. El del nombre exacto, si está,
/// es el único.
fn candidates(folder: &Path, exercise: &Exercise, exercises: &[Exercise]) -> Vec<PathBuf> {
    let exact = folder.join(format!("{}.rs", exercise.slug()));
    if fs::symlink_metadata(&exact).is_ok_and(|data| !data.is_dir()) {
        return vec![exact];
    }
    let mut files = files_of(folder);
    files.retain(|file| slug_of(file, exercises) == Some(exercise));
    files
}

fn has_answers(folder: &Path, exercises: &[Exercise]) -> bool {
    files_of(folder).iter().any(|file| slug_of(file, exercises).is_some())
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_file = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| !kind.is_dir());
    let mut files: Vec<PathBuf> = entries.filter(is_file).map(|entry| entry.path()).collect();
    files.sort();
    files
}

/// Las carpetas de una entrega que tienen ejercicios. Si entregó el proyecto entero, la de los pendientes:
/// las pruebas se llaman igual, y el libro también tiene ejemplos con esos nombres.
fn folders(place: &Path, exercises: &[Exercise]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![(place.to_owned(), 0)];
    while let Some((folder, depth)) = pending.pop() {
        if has_answers(&folder, exercises) {
            found.push(folder.clone());
        }
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && depth < MAX_DEPTH && !is_skipped(&entry.path()) {
                pending.push((entry.path(), depth + 1));
            }
        }
    }
    let is_stubs = |folder: &PathBuf| folder.file_name().is_some_and(|name| name == "pendientes");
    let stubs: Vec<PathBuf> = found.iter().filter(|folder| is_stubs(folder)).cloned().collect();
    let mut chosen = if stubs.is_empty() { found } else { stubs };
    chosen.sort();
    chosen
}
