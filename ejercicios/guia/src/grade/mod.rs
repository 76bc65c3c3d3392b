//! `cargo ejercicios califica`: cada entrega, sobre los ejercicios del proyecto, y todas en una tabla.
//!
//! De una entrega solo se toman los archivos de los ejercicios. Se compilan en un taller aparte con las
//! pruebas del proyecto, por su contenido, y de una en una: nunca hay a la vez código de dos personas. Lo
//! que tenga un error se aparta y no quita los puntos de lo demás. Cada prueba tiene límites de tiempo y de
//! memoria, y cada entrega, uno de tiempo.
//!
//! Lo que no impide: ese código corre con los permisos de quien califica, así que puede leer, escribir y
//! conectarse a donde pueda quien lo ejecuta; y puede imitar lo que escribe el programa de pruebas. Lo
//! primero se nota si cambia el proyecto o las pruebas ya compiladas, y entonces no se sigue; lo segundo lo
//! delata cómo está escrito, y `signs` señala qué conviene leer. Compilar no tiene límites.

mod guard;
mod sheet;
mod signs;
mod submission;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::compile::{Blame, Broken, Compiled, compile_answers};
use crate::console::{Paint, note, say, without_colour};
use crate::error::GuideError;
use crate::exercises::{Exercise, Project};
use crate::path_error::PathError;
use crate::progress::{Progress, State};
use crate::report;
use crate::workshop::{Answers, Workshop};
use guard::Guard;
use sheet::{Row, Sheet};
use submission::Submission;

/// Cuánto se le concede a una entrega entera. Todas las pruebas juntas tardan unos segundos; lo que no
/// termina nunca se lleva su límite cada vez.
const TIME: Duration = Duration::from_secs(180);

/// Cumple el comando con esos argumentos: rutas, `--csv ARCHIVO` y `--reemplaza`.
///
/// # Errors
/// Los argumentos no sirven, una entrega cambió el proyecto, o algo no se pudo leer o escribir.
pub fn command(project: &Project, arguments: &[OsString]) -> Result<bool, GuideError> {
    let request = Request::from(arguments)?;
    let exercises = project.exercises()?;
    let submissions = submission::find_all(&request.paths, &exercises)?;
    if let Some(place) = &request.csv {
        sheet::check_place(place, request.replace)?;
    }
    let mut grader = Grader::open(project, &exercises)?;
    let mut sheet = Sheet::new(&exercises);
    for (number, submission) in submissions.iter().enumerate() {
        note(&format!("{} de {}: {}", number + 1, submissions.len(), submission.name));
        match grader.grade(submission)? {
            Some(row) => sheet.push(row),
            None => return Ok(false),
        }
    }
    say(&sheet.table(Paint::of_stdout()));
    if let Some(place) = &request.csv {
        sheet::save(place, &sheet.csv(), request.replace)?;
        say(&format!("\nLa tabla quedó en {}", place.display()));
    }
    Ok(true)
}

/// Lo que se pide.
#[derive(Debug, Default)]
struct Request {
    paths: Vec<PathBuf>,
    csv: Option<PathBuf>,
    replace: bool,
}

impl Request {
    fn from(arguments: &[OsString]) -> Result<Self, GuideError> {
        let mut request = Self::default();
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match word.to_string_lossy().as_ref() {
                "--csv" => {
                    let place = words.next().ok_or(GuideError::MissingArgument(
                        "el archivo de la tabla: `--csv notas.csv`",
                    ))?;
                    request.csv = Some(path_of(place)?);
                }
                "--reemplaza" => request.replace = true,
                other if other.starts_with('-') => {
                    return Err(GuideError::ExtraArgument(other.to_owned()));
                }
                _ => request.paths.push(path_of(word)?),
            }
        }
        if request.paths.is_empty() {
            return Err(GuideError::MissingArgument(
                "la carpeta de las entregas: `cargo ejercicios califica ../entregas`",
            ));
        }
        Ok(request)
    }
}

fn path_of(word: &OsString) -> Result<PathBuf, GuideError> {
    match word.to_string_lossy().trim() {
        "" => Err(PathError::Empty.into()),
        _ => Ok(Path::new(word).to_owned()),
    }
}

/// Quien califica: el taller, leído una vez, y la memoria de cómo era el proyecto.
struct Grader<'a> {
    project: &'a Project,
    exercises: &'a [Exercise],
    workshop: Workshop,
    guard: Guard,
}

impl<'a> Grader<'a> {
    fn open(project: &'a Project, exercises: &'a [Exercise]) -> Result<Self, GuideError> {
        let workshop = Workshop::open(project, "califica")?;
        Ok(Self { project, exercises, workshop, guard: Guard::of(project.root()) })
    }

    /// La fila de una entrega. Si no se puede probar ninguna, dice por qué y no hay fila.
    fn grade(&mut self, submission: &Submission) -> Result<Option<Row>, GuideError> {
        let answers = submission.answers.clone();
        let compiled = compile_answers(self.project, &self.workshop, self.exercises, answers)?;
        let build = match compiled {
            Compiled::Ready(build) => build,
            Compiled::Broken(broken) if self.compiles_without_answers()? => {
                return Ok(Some(self.unbuildable(submission, &broken)));
            }
            Compiled::Broken(broken) => {
                note(broken.complaint.trim_end());
                say(&report::broken(&broken, Paint::of_stdout()));
                return Ok(None);
            }
        };
        let tests = Guard::of_file(build.suite.program());
        let deadline = Instant::now() + TIME;
        let progress = Progress::measure(&build, self.exercises, &|| Instant::now() < deadline)?;
        let mut changed = self.guard.changed(&Guard::of(self.project.root()));
        changed.extend(tests.changed(&Guard::of_file(build.suite.program())));
        if !changed.is_empty() {
            // Que nadie lo tome por el de las pruebas: sin él, cargo lo hace de nuevo.
            let _ = fs::remove_file(build.suite.program());
            let name = submission.name.clone();
            return Err(GuideError::Tampered { name, files: changed });
        }
        let mut remarks = submission.remarks.clone();
        remarks.extend(signs::of(self.exercises, &submission.answers));
        if Instant::now() >= deadline {
            remarks.push(format!("se le acabaron sus {} segundos", TIME.as_secs()));
        }
        Ok(Some(Row { name: submission.name.clone(), progress, remarks }))
    }

    /// Si sin ninguna respuesta compila: entonces, lo que no compila es la entrega.
    fn compiles_without_answers(&self) -> Result<bool, GuideError> {
        let none = Answers::new();
        let compiled = compile_answers(self.project, &self.workshop, self.exercises, none)?;
        Ok(matches!(compiled, Compiled::Ready(_)))
    }

    /// La fila de una entrega que no compila, y el compilador no dice por cuál de sus archivos.
    fn unbuildable(&self, submission: &Submission, broken: &Broken) -> Row {
        let state = |exercise: &Exercise| {
            let handed_in = submission.answers.contains_key(exercise.slug());
            let blame = if handed_in { Blame::Code } else { Blame::Missing };
            (exercise.clone(), State::Aside(blame))
        };
        let progress = Progress::new(self.exercises.iter().map(state).collect());
        let said = without_colour(&broken.complaint);
        let reason = said.lines().find(|line| line.starts_with("error")).unwrap_or_default();
        let mut remarks = submission.remarks.clone();
        remarks.push(format!("no compila, y no se sabe por qué archivo; cargo dice: {reason}"));
        remarks.extend(signs::of(self.exercises, &submission.answers));
        Row { name: submission.name.clone(), progress, remarks }
    }
}
