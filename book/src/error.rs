//! Por qué el programa no pudo hacer lo que se le pidió.

use crate::problem::Problem;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// Un fallo del programa del libro.
#[derive(Debug)]
pub enum BookError {
    /// No existe esa orden.
    UnknownCommand(String),
    /// No existe esa opción.
    UnknownOption(String),
    /// Falta el número del puerto.
    PortMissing,
    /// Eso no es un puerto.
    BadPort(String),
    /// Sobra un argumento.
    ExtraArgument(String),
    /// No se pudo leer un archivo imprescindible.
    Read {
        /// El archivo.
        path: PathBuf,
        /// Lo que dijo el sistema.
        source: io::Error,
    },
    /// No se pudo escribir en la carpeta de salida.
    Write {
        /// El archivo o la carpeta.
        path: PathBuf,
        /// Lo que dijo el sistema.
        source: io::Error,
    },
    /// mdBook no entiende `SUMMARY.md`; el texto es suyo.
    Summary(String),
    /// mdBook no pudo con `book.toml` o con un capítulo; el texto es suyo.
    Engine(String),
    /// Una página no está bien escrita para el EPUB.
    Malformed {
        /// La página.
        page: String,
        /// Qué tiene de malo.
        fault: String,
    },
    /// No hay con qué componer el PDF.
    NoBrowser {
        /// El que se dijo, si se dijo alguno.
        told: Option<PathBuf>,
    },
    /// El navegador no compuso el PDF.
    Browser {
        /// El navegador.
        path: PathBuf,
        /// Lo último que dijo.
        said: String,
    },
    /// Los capítulos tienen problemas.
    Problems(Vec<Problem>),
    /// Todos los puertos que se probaron están ocupados.
    NoFreePort {
        /// El primero que se probó.
        first: u16,
        /// El último que se probó.
        last: u16,
    },
    /// El servidor no pudo empezar o terminó mal.
    Server(pasarela::ServerError),
}

impl std::error::Error for BookError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read { source, .. } | Self::Write { source, .. } => Some(source),
            Self::Server(source) => Some(source),
            _ => None,
        }
    }
}

impl fmt::Display for BookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { path, source } => {
                write!(
                    f,
                    "no se pudo leer {}: {}; comprueba la ruta",
                    path.display(),
                    reason(source)
                )
            }
            Self::Write { path, source } => {
                write!(f, "no se pudo escribir {}: {}; ", path.display(), reason(source))?;
                write!(f, "comprueba los permisos y el espacio libre")
            }
            Self::Summary(text) => {
                write!(
                    f,
                    "mdBook no entiende capitulos/SUMMARY.md; corrige la línea que nombra: {text}"
                )
            }
            Self::Engine(text) => {
                write!(f, "mdBook no pudo construir el libro; corrige lo que dice: {text}")
            }
            Self::Problems(problems) => match problems.len() {
                1 => write!(f, "1 problema; corrígelo y repite"),
                count => write!(f, "{count} problemas; corrígelos y repite"),
            },
            Self::NoFreePort { first, last } => {
                write!(f, "los puertos del {first} al {last} de localhost están ocupados; ")?;
                write!(f, "cierra alguno de los programas que los usan")
            }
            Self::Server(error) => write!(f, "{error}"),
            Self::Malformed { .. } | Self::NoBrowser { .. } | Self::Browser { .. } => {
                self.fmt_edition(f)
            }
            order => order.fmt_order(f),
        }
    }
}

impl BookError {
    /// Por qué no hay un EPUB o un PDF.
    fn fmt_edition(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { page, fault } => {
                write!(f, "la página {page} no está bien escrita: {fault}; corrige el capítulo")
            }
            Self::NoBrowser { told: Some(path) } => {
                write!(
                    f,
                    "no hay ningún programa en {}; corrige la variable CHROMIUM",
                    path.display()
                )
            }
            Self::Browser { path, said } => {
                write!(f, "{} no compuso el PDF; ", path.display())?;
                write!(f, "prueba con otro en la variable CHROMIUM. Lo último que dijo: {said}")
            }
            _ => {
                write!(
                    f,
                    "el PDF lo compone un Chromium, y no se encontró ninguno; instala Chromium, "
                )?;
                write!(f, "Chrome o Edge, o di en la variable CHROMIUM dónde está")
            }
        }
    }

    /// Lo que está mal en lo que se escribió después de `cargo libro`.
    fn fmt_order(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownCommand(word) => {
                write!(f, "no existe la orden «{word}»; las hay estas: servir, construir, ")?;
                write!(f, "revisar, ediciones y ayuda")
            }
            Self::UnknownOption(word) => {
                write!(f, "no existe la opción «{word}»; «cargo libro ayuda» dice cuáles hay")
            }
            Self::BadPort(text) => {
                write!(f, "«{text}» no es un puerto; escribe un número del 1 al 65535, ")?;
                write!(f, "como en «cargo libro --puerto 3050»")
            }
            Self::ExtraArgument(word) => {
                write!(f, "sobra «{word}»; «cargo libro ayuda» dice cómo se escribe cada orden")
            }
            _ => {
                write!(f, "falta el número después de la opción; ")?;
                write!(f, "escríbelo como en «cargo libro --puerto 3050»")
            }
        }
    }
}

/// El motivo de un error de entrada o salida, en español cuando es de los comunes.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no existe".to_owned(),
        io::ErrorKind::PermissionDenied => "no hay permiso".to_owned(),
        io::ErrorKind::InvalidData => "no es texto UTF-8".to_owned(),
        io::ErrorKind::StorageFull => "el disco está lleno".to_owned(),
        _ => error.to_string(),
    }
}
