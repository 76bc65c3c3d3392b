//! Dónde está cada cosa del libro.

use std::path::{Component, Path, PathBuf};

/// La carpeta de los capítulos, dentro de la del libro.
pub const CHAPTERS: &str = "capitulos";

/// La carpeta de las páginas publicadas, dentro de la del libro.
pub const OUTPUT: &str = "salida";

/// La carpeta del PDF y del EPUB, dentro de la del libro.
pub const EDITIONS: &str = "ediciones";

/// La carpeta provisional. El punto inicial la hace invisible para el servidor, que no sirve nombres así.
pub const STAGING: &str = ".nuevo";

/// Las carpetas de un libro, todas a partir de la suya.
#[derive(Debug, Clone)]
pub struct Folders {
    root: PathBuf,
}

impl Folders {
    /// El libro cuyo `book.toml` está en `root`.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// La carpeta del libro.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// La configuración de mdBook.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.root.join("book.toml")
    }

    /// La carpeta de los capítulos.
    #[must_use]
    pub fn chapters(&self) -> PathBuf {
        self.root.join(CHAPTERS)
    }

    /// El índice del libro.
    #[must_use]
    pub fn summary(&self) -> PathBuf {
        self.chapters().join("SUMMARY.md")
    }

    /// Las páginas publicadas: siempre la última construcción buena.
    #[must_use]
    pub fn output(&self) -> PathBuf {
        self.root.join(OUTPUT)
    }

    /// El PDF y el EPUB.
    #[must_use]
    pub fn editions(&self) -> PathBuf {
        self.root.join(EDITIONS)
    }

    /// Las páginas a medio construir.
    #[must_use]
    pub fn staging(&self) -> PathBuf {
        self.output().join(STAGING)
    }

    /// Lo que, al cambiar, obliga a reconstruir.
    #[must_use]
    pub fn watched(&self) -> Vec<PathBuf> {
        let inside = ["book.toml", CHAPTERS, "theme", "python", "preguntas", "transcripciones"];
        let mut watched: Vec<PathBuf> = inside.iter().map(|name| self.root.join(name)).collect();
        watched.extend(self.root.parent().map(|repository| repository.join("examples")));
        watched
    }

    /// El nombre de `path` visto desde la carpeta del libro, siempre con `/`.
    #[must_use]
    pub fn name_of(&self, path: &Path) -> String {
        let path = normalized(path);
        if let Ok(inside) = path.strip_prefix(&self.root) {
            return with_slashes(inside);
        }
        match self.root.parent().map(|repository| path.strip_prefix(repository)) {
            Some(Ok(beside)) => format!("../{}", with_slashes(beside)),
            _ => with_slashes(&path),
        }
    }
}

/// La ruta escrita con `/`, como en los enlaces, también en Windows.
#[must_use]
pub fn with_slashes(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

/// Todos los archivos de una carpeta, sin límite de profundidad y en orden; ninguno si no se puede leer.
#[must_use]
pub fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(current) = pending.pop() {
        for entry in std::fs::read_dir(&current).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { pending.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

/// La ruta sin `.` ni `carpeta/..`, para comparar dos maneras de escribir la misma.
pub(crate) fn normalized(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if clean.file_name().is_some() => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}
