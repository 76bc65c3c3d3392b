//! El libro en EPUB: los capítulos adaptados, sus imágenes y sus letras, en un solo archivo.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Cursor, Write};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::chapter::{adapt, renamed};
use super::package::{self, About, CONTENTS, COVER, FOLDER, Item, PACKAGE, STYLE};
use crate::error::BookError;
use crate::face::contents::{Chapter, Contents};
use crate::face::html;
use crate::folders::{Folders, files_under, with_slashes};

/// La imagen de la tapa, dentro de la carpeta del libro y en el EPUB.
const COVER_IMAGE: &str = "theme/tapa.png";

/// Las letras, con sus licencias.
const LETTERS: &str = "theme/letra";

/// Los bytes del EPUB de un libro ya construido.
///
/// # Errors
/// Falta algún archivo, o una página no está bien escrita.
pub(super) fn write(
    folders: &Folders,
    contents: &Contents,
    about: &About,
) -> Result<Vec<u8>, BookError> {
    let mut book = Book { folders, about, items: Vec::new(), files: Vec::new() };
    book.add_read(COVER, "", package::cover(about, COVER_IMAGE));
    book.add_read(CONTENTS, "nav", package::navigation(about, contents));
    book.add_chapters(contents)?;
    book.add_file(STYLE, "theme/epub.css", "")?;
    book.add_file(COVER_IMAGE, COVER_IMAGE, "cover-image")?;
    for path in files_under(&folders.root().join(LETTERS)) {
        let name = with_slashes(path.strip_prefix(folders.root()).unwrap_or(&path));
        book.add_file(&name, &name, "")?;
    }
    let package = package::package(about, &book.items);
    packed(&package, &book.files).map_err(|source| {
        let path = folders.editions();
        BookError::Write { path, source }
    })
}

/// Lo que va en el EPUB.
struct Book<'b> {
    folders: &'b Folders,
    about: &'b About,
    items: Vec<Item>,
    files: Vec<(String, Vec<u8>)>,
}

impl Book<'_> {
    fn add_chapters(&mut self, contents: &Contents) -> Result<(), BookError> {
        let pages: BTreeSet<String> = contents.chapters().map(|one| one.page.clone()).collect();
        let mut images = BTreeSet::new();
        for chapter in contents.chapters() {
            images.extend(self.add_chapter(chapter, &pages)?);
        }
        for image in images {
            let source = format!("{}/{image}", crate::folders::CHAPTERS);
            self.add_file(&image, &source, "")?;
        }
        Ok(())
    }

    /// Añade un capítulo. Devuelve las imágenes que muestra.
    fn add_chapter(
        &mut self,
        chapter: &Chapter,
        pages: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, BookError> {
        let path = self.folders.output().join(&chapter.page);
        let text = read(&path, |path| fs::read_to_string(path))?;
        let content = html::main(&text).map_or("", |(_, content, _)| content);
        let adapted = adapt(content, &chapter.page, pages)
            .map_err(|fault| BookError::Malformed { page: chapter.page.clone(), fault })?;
        let body = format!(
            "<section epub:type=\"chapter\" role=\"doc-chapter\">\n{}\n</section>\n",
            adapted.content
        );
        let name = renamed(&chapter.page);
        let text = package::document(self.about, &name, &html::plain(&chapter.name), &body);
        self.add_read(&name, if adapted.has_drawings { "svg" } else { "" }, text);
        Ok(adapted.images)
    }

    fn add_read(&mut self, name: &str, properties: &'static str, text: String) {
        self.items.push(Item { name: name.to_owned(), properties, is_read: true });
        self.files.push((name.to_owned(), text.into_bytes()));
    }

    /// Añade un archivo de la carpeta del libro.
    fn add_file(
        &mut self,
        name: &str,
        source: &str,
        properties: &'static str,
    ) -> Result<(), BookError> {
        let bytes = read(&self.folders.root().join(source), |path| fs::read(path))?;
        self.items.push(Item { name: name.to_owned(), properties, is_read: false });
        self.files.push((name.to_owned(), bytes));
        Ok(())
    }
}

fn read<T>(path: &Path, how: impl Fn(&Path) -> io::Result<T>) -> Result<T, BookError> {
    how(path).map_err(|source| BookError::Read { path: path.to_owned(), source })
}

/// Todo en un zip. El primero dice qué es, sin comprimir (OCF §4.3); y ninguno lleva fecha.
fn packed(package: &str, files: &[(String, Vec<u8>)]) -> io::Result<Vec<u8>> {
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let deflated = stored.compression_method(CompressionMethod::Deflated);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, bytes: &[u8], options| {
        zip.start_file(name, options)?;
        zip.write_all(bytes)
    };
    add("mimetype", b"application/epub+zip", stored)?;
    add("META-INF/container.xml", package::container().as_bytes(), deflated)?;
    add(&format!("{FOLDER}/{PACKAGE}"), package.as_bytes(), deflated)?;
    for (name, bytes) in files {
        add(&format!("{FOLDER}/{name}"), bytes, deflated)?;
    }
    Ok(zip.finish()?.into_inner())
}
