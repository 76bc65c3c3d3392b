//! Por qué la guía no pudo hacer lo que se le pidió.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::exam_error::ExamError;
use crate::path_error::PathError;

/// Un fallo de la guía. Que un ejercicio no esté resuelto, o no compile, no es uno.
#[derive(Debug)]
pub enum GuideError {
    /// No existe ese comando.
    UnknownCommand(String),
    /// El comando no lleva ese argumento.
    ExtraArgument(String),
    /// Al comando le falta un argumento.
    MissingArgument(&'static str),
    /// No hay un ejercicio con ese nombre.
    UnknownExercise {
        /// Lo que se pidió.
        asked: String,
        /// Los que hay.
        known: Vec<String>,
    },
    /// Una ruta que alguien dio no sirve.
    Path(PathError),
    /// No hubo a quién examinar, o no se entendió qué.
    Exam(ExamError),
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
    /// De un ejercicio no está el archivo como se entrega.
    NoOriginal(String),
    /// Todavía no hay una respuesta buena de ese ejercicio.
    NoSolution(String),
    /// El ejercicio no está resuelto.
    NotSolved(String),
    /// Una entrega, al probarla, cambió archivos del proyecto.
    Tampered {
        /// De quién es.
        name: String,
        /// Los archivos que cambiaron.
        files: Vec<String>,
    },
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

impl From<PathError> for GuideError {
    fn from(error: PathError) -> Self {
        Self::Path(error)
    }
}

impl From<ExamError> for GuideError {
    fn from(error: ExamError) -> Self {
        Self::Exam(error)
    }
}

impl fmt::Display for GuideError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownCommand(word) => f.write_str(&unknown_command(word)),
            Self::ExtraArgument(word) => {
                write!(f, "sobra «{word}»; `cargo ejercicios ayuda` dice qué lleva cada comando")
            }
            Self::MissingArgument(what) => write!(f, "falta {what}"),
            Self::UnknownExercise { asked, known } => {
                write!(f, "no hay un ejercicio «{asked}»; los que hay son {}", known.join(", "))
            }
            Self::Path(error) => error.fmt(f),
            Self::Exam(error) => error.fmt(f),
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
            Self::NoOriginal(name) => write!(
                f,
                "falta {name}, el ejercicio como se entrega; tráelo otra vez del proyecto o de la copia \
                 de la clase"
            ),
            Self::NoSolution(name) => write!(
                f,
                "aquí no hay una respuesta buena con que comparar; quien enseña la entrega cuando \
                 quiere, y va en {name}"
            ),
            Self::NotSolved(chapter) => write!(
                f,
                "{chapter} no está resuelto todavía, y verla ahora te quitaría el ejercicio; \
                 `cargo ejercicios pista {chapter}` te da una pista"
            ),
            Self::Tampered { name, files } => f.write_str(&tampered(name, files)),
            Self::SolutionShown { file, line } => write!(
                f,
                "la línea {line} de {file} lleva todavía a las soluciones; en un capítulo, pliégala \
                 en un bloque <details> titulado «Solución», que la copia quita"
            ),
            Self::Io { action, path, source } => {
                write!(f, "no se pudo {action} {}: {source}{}", path.display(), advice(source))
            }
        }
    }
}

/// Qué se hace con lo que dijo el sistema, si se sabe.
fn advice(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; el disco está lleno, o se acabó tu cuota: `cargo clean` borra lo compilado"
        }
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
            "; no hay permiso: pon el proyecto en una carpeta tuya"
        }
        _ => "",
    }
}

fn unknown_command(word: &str) -> String {
    format!(
        "no existe el comando «{word}»; los que hay son prueba, vigila, pista, compara, reinicia, examina, \
         copia, califica y ayuda"
    )
}

fn tampered(name: &str, files: &[String]) -> String {
    format!(
        "al probar la entrega de {name} cambiaron archivos del proyecto, y no se siguió: {}; déjalos \
         como estaban, lee ese código y no lo ejecutes otra vez fuera de una máquina virtual",
        files.join(", ")
    )
}

impl std::error::Error for GuideError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
