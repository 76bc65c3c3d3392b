//! Por qué una ruta que alguien dio no sirve para lo que se le pidió.

use std::fmt;
use std::path::PathBuf;

/// Lo que tiene de malo una ruta.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathError {
    /// Se pidió una ruta sin nada escrito.
    Empty,
    /// La ruta no se puede resolver, así que no se sabe adónde lleva.
    Unresolvable(PathBuf),
    /// Ya hay algo con ese nombre.
    Exists(PathBuf),
    /// Lo que hay con ese nombre no es una tabla de notas.
    NotOurTable(PathBuf),
    /// La carpeta de la copia ya tiene algo.
    NotEmpty(PathBuf),
    /// La carpeta de la copia está dentro del proyecto.
    InsideProject(PathBuf),
    /// En esa ruta no hay nada que calificar.
    NothingToGrade(PathBuf),
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(
                f,
                "la ruta está vacía; si venía de una variable de la terminal, no tiene valor"
            ),
            Self::Unresolvable(path) => write!(
                f,
                "no se sabe adónde lleva {}; escribe una ruta sin enlaces rotos ni «..» en lo que \
                 todavía no existe",
                path.display()
            ),
            Self::Exists(path) => {
                write!(f, "{} ya existe; elige otro nombre, o añade --reemplaza", path.display())
            }
            Self::NotOurTable(path) => write!(
                f,
                "{} ya existe y no es una tabla de `califica`; elige otro nombre",
                path.display()
            ),
            Self::NotEmpty(path) => {
                write!(f, "{} ya existe y no está vacía; elige otra carpeta", path.display())
            }
            Self::InsideProject(path) => write!(
                f,
                "{} está dentro del proyecto; elige una carpeta de fuera, como ../mi-curso",
                path.display()
            ),
            Self::NothingToGrade(path) => write!(
                f,
                "en {} no hay ninguna entrega: se espera una carpeta con archivos como \
                 cap01_texto.rs (los ZIP, descomprimidos), o uno de esos archivos",
                path.display()
            ),
        }
    }
}

impl std::error::Error for PathError {}
