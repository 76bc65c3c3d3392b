//! La construcción: comprobar los textos, llamar a mdBook, traducir, comprimir y publicar.

use crate::error::BookError;
use crate::folders::{CHAPTERS, Folders, OUTPUT, STAGING};
use crate::problem::Problem;
use crate::sources::{Sources, one_line};
use crate::{
    captions, compress, face, laboratory, links, pieces, plots, publish, questions, rules,
    translation,
};
use mdbook::MDBook;
use mdbook::config::Config;
use std::path::{Path, PathBuf};

/// Construye el libro y lo publica. Devuelve los archivos que los capítulos incluyen.
///
/// # Errors
/// Un texto tiene un problema o falta un archivo imprescindible; lo publicado antes queda como estaba.
pub fn build(folders: &Folders) -> Result<Vec<PathBuf>, BookError> {
    let sources = Sources::read(folders)?;
    if !sources.problems.is_empty() {
        return Err(BookError::Problems(sorted(sources.problems)));
    }
    render(folders, &sources)?;
    publish::publish(folders)?;
    Ok(sources.included.into_iter().collect())
}

/// Construye el libro, lo comprueba entero y lo publica si está bien. Devuelve cuántas páginas revisó.
///
/// # Errors
/// Los problemas de todos los capítulos, juntos, o el primer fallo que impide seguir.
pub fn review(folders: &Folders) -> Result<usize, BookError> {
    let sources = Sources::read(folders)?;
    let mut problems = sources.problems.clone();
    // Aun con textos rotos se construye: así se ven también los enlaces muertos, de una vez.
    let checked = match render(folders, &sources) {
        Ok(()) => {
            let pages = links::read_pages(&folders.staging());
            problems.extend(links::check(&pages, &sources));
            pages.pages.len()
        }
        Err(error) if problems.is_empty() => return Err(error),
        Err(_) => 0,
    };
    if !problems.is_empty() {
        publish::discard(folders);
        return Err(BookError::Problems(sorted(problems)));
    }
    publish::publish(folders)?;
    Ok(checked)
}

/// En orden de lectura y sin repetir.
fn sorted(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort();
    problems.dedup();
    problems
}

/// Deja las páginas, ya en español y también comprimidas, en la carpeta provisional.
fn render(folders: &Folders, sources: &Sources) -> Result<(), BookError> {
    let path = folders.config();
    let text = std::fs::read_to_string(&path).map_err(|source| BookError::Read { path, source })?;
    let mut config: Config = text.parse().map_err(engine)?;
    config.book.src = PathBuf::from(CHAPTERS);
    config.build.build_dir = Path::new(OUTPUT).join(STAGING);

    let summary = sources.summary.clone();
    let mut book =
        MDBook::load_with_config_and_summary(folders.root(), config, summary).map_err(engine)?;
    book.book.for_each_chapter_mut(|chapter| {
        let folder = folders.chapters();
        let folder = chapter
            .source_path
            .as_ref()
            .and_then(|path| path.parent())
            .map_or_else(|| folder.clone(), |inside| folder.join(inside));
        let text = laboratory::with_places(&rules::with_rules(&chapter.content));
        let text = plots::with_plots(&text, folders);
        let text = questions::with_questions(&text, folders);
        let text = pieces::with_lines(&text, &folder);
        chapter.content = captions::with_captions(&text, &folder);
    });
    book.build().map_err(engine)?;

    let path = folders.staging();
    translation::translate(&path)
        .and_then(|_| face::apply(folders, &sources.summary))
        .and_then(|()| compress::write_beside(&path))
        .map_err(|source| BookError::Write { path, source })?;
    Ok(())
}

#[allow(clippy::needless_pass_by_value, reason = "es la forma que pide map_err")]
fn engine(error: mdbook::errors::Error) -> BookError {
    BookError::Engine(one_line(&error))
}
