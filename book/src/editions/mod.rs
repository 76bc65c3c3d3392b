//! Las ediciones del libro: el EPUB y el PDF, hechos de las páginas ya construidas.
//!
//! El EPUB lo escribe este programa; el PDF, un Chromium, que sabe componer páginas de papel. Cada uno se escribe con
//! otro nombre y se cambia por el anterior cuando está entero.

mod markup;
mod chapter;
mod package;
mod epub;
mod paper;
mod sheets;
mod browser;
mod pdf;
mod date;

use std::fs;
use std::path::{Path, PathBuf};

use mdbook::config::Config;

use self::package::About;
use self::paper::Paper;
use crate::builder;
use crate::error::BookError;
use crate::face::contents::Contents;
use crate::folders::Folders;
use crate::sources::Sources;

/// Construye el libro y escribe su EPUB. Devuelve dónde está.
///
/// # Errors
/// El libro no se puede construir o leer, o no se puede escribir el archivo.
pub fn epub(folders: &Folders) -> Result<PathBuf, BookError> {
    let (contents, about) = prepare(folders)?;
    let bytes = epub::write(folders, &contents, &about)?;
    place(folders, "pasarela.epub", |path| {
        fs::write(path, bytes).map_err(|source| BookError::Write { path: path.to_owned(), source })
    })
}

/// Construye el libro y escribe su PDF. Devuelve dónde está.
///
/// # Errors
/// Lo mismo, y además que no haya un navegador que lo componga.
pub fn pdf(folders: &Folders) -> Result<PathBuf, BookError> {
    // Lo primero: si falta, no se espera en balde.
    let program = browser::find()?;
    builder::build(folders)?;
    let paper = Paper::read(folders)?;
    place(folders, "pasarela.pdf", |path| pdf::write(&program, folders, &paper, path))
}

/// Construye el libro y lee lo que hace falta de él.
fn prepare(folders: &Folders) -> Result<(Contents, About), BookError> {
    builder::build(folders)?;
    let summary = Sources::read(folders)?.summary;
    let path = folders.output();
    let contents =
        Contents::new(&summary, &path).map_err(|source| BookError::Read { path, source })?;
    let book = config(folders)?.book;
    let about = About {
        title: book.title.unwrap_or_default(),
        description: book.description.unwrap_or_default(),
        authors: book.authors,
        language: book.language.unwrap_or_default(),
        modified: date::iso(date::of(folders.root())),
    };
    Ok((contents, about))
}

fn config(folders: &Folders) -> Result<Config, BookError> {
    let path = folders.config();
    let text = fs::read_to_string(&path).map_err(|source| BookError::Read { path, source })?;
    text.parse().map_err(|error| BookError::Engine(crate::sources::one_line(&error)))
}

/// Escribe con otro nombre la edición `name` y, si todo va bien, la pone en su sitio.
fn place(
    folders: &Folders,
    name: &str,
    write: impl FnOnce(&Path) -> Result<(), BookError>,
) -> Result<PathBuf, BookError> {
    let path = folders.editions().join(name);
    let unfinished = folders.editions().join(format!(".{name}"));
    let failed = |source| BookError::Write { path: path.clone(), source };
    fs::create_dir_all(folders.editions()).map_err(failed)?;
    write(&unfinished)?;
    fs::rename(&unfinished, &path).map_err(failed)?;
    Ok(path)
}
