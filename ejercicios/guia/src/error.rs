//! Por qué la guía no pudo hacer lo que se le pidió.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::places::STUBS;

/// Un fallo de la guía. Que un ejercicio no esté resuelto, o no compile, no es uno.
#[derive(Debug)]
pub enum GuideError {
    /// No existe esa orden.
    UnknownCommand(String),
    /// La orden no lleva ese argumento.
    ExtraArgument(String),
    /// A la orden le falta un argumento.
    MissingArgument(&'static str),
    /// No hay un ejercicio con ese nombre.
    UnknownExercise {
        /// Lo que se pidió.
        asked: String,
        /// Los que hay.
        known: Vec<String>,
    },
    /// No hay ningún ejercicio.
    NoExercises(PathBuf),
    /// No hay esa pista: las hay del uno al dos.
    UnknownHint(String),
    /// Al archivo de pistas le falta una sección.
    MissingHint {
        /// El archivo.
        path: PathBuf,
        /// El título que le falta.
        heading: &'static str,
    },
    /// cargo no se pudo ejecutar, o no dijo qué compiló.
    Cargo(String),
    /// El programa de pruebas no se pudo ejecutar.
    Program(String),
    /// La carpeta de la copia ya tiene algo.
    FolderNotEmpty(PathBuf),
    /// La carpeta de la copia está dentro del proyecto.
    InsideProject(PathBuf),
    /// Los archivos que se copiarían ya tienen algo resuelto.
    AlreadyBegun(Vec<String>),
    /// Algo de lo copiado muestra todavía una solución.
    SolutionShown {
        /// El archivo.
        file: String,
        /// La línea, contada desde uno.
        line: usize,
    },
    /// Un archivo no se pudo leer o escribir.
    Io {
        /// Lo que se intentaba: «leer», «escribir».
        action: &'static str,
        /// Sobre qué.
        path: PathBuf,
        /// Por qué no.
        source: io::Error,
    },
}

impl GuideError {
    /// Para `map_err`: qué se intentaba y con qué archivo.
    pub(crate) fn io(
        action: &'static str,
        path: &std::path::Path,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

impl fmt::Display for GuideError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownCommand(word) => write!(
                f,
                "no existe la orden «{word}»; las que hay son prueba, pista, vigila, copia y ayuda"
            ),
            Self::ExtraArgument(word) => {
                write!(f, "sobra «{word}»; `cargo ejercicios ayuda` dice qué lleva cada orden")
            }
            Self::MissingArgument(what) => write!(f, "falta {what}"),
            Self::UnknownExercise { asked, known } => {
                write!(f, "no hay un ejercicio «{asked}»; los que hay son {}", known.join(", "))
            }
            Self::NoExercises(path) => write!(f, "no hay ningún ejercicio en {}", path.display()),
            Self::UnknownHint(asked) => {
                write!(f, "no hay una pista «{asked}»; cada ejercicio tiene la 1 y la 2")
            }
            Self::MissingHint { path, heading } => {
                write!(f, "a {} le falta la sección «{heading}»", path.display())
            }
            Self::Cargo(reason) => write!(f, "cargo no pudo compilar los ejercicios: {reason}"),
            Self::Program(reason) => {
                write!(f, "las pruebas de los ejercicios no se pudieron ejecutar: {reason}")
            }
            Self::FolderNotEmpty(path) => write!(
                f,
                "{} ya existe y no está vacía; elige otra carpeta, o vacíala antes",
                path.display()
            ),
            Self::InsideProject(path) => write!(
                f,
                "{} está dentro del proyecto; elige una carpeta de fuera, como ../mi-curso",
                path.display()
            ),
            Self::AlreadyBegun(chapters) => write!(
                f,
                "la copia llevaría algo resuelto de {}; deja esos archivos de {STUBS} como se \
                 entregan",
                chapters.join(", ")
            ),
            Self::SolutionShown { file, line } => write!(
                f,
                "la línea {line} de {file} lleva todavía a las soluciones; en un capítulo, pliégala \
                 en un bloque <details> titulado «Solución», que la copia quita"
            ),
            Self::Io { action, path, source } => {
                write!(f, "no se pudo {action} {}: {source}", path.display())
            }
        }
    }
}

impl std::error::Error for GuideError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
