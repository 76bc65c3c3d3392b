//! La cara del libro: de las páginas que escribe mdBook a las que se leen.
//!
//! mdBook convierte el texto y pone alrededor nuestra plantilla (`theme/index.hbs`). Aquí se llena lo que ella deja
//! marcado, el armazón de cada página, y se da a cada parte del texto su forma: los bloques de código ya coloreados, el
//! intercambio de bytes, los paneles y las tablas. Todo queda en el HTML: sin guiones se lee igual.

pub(crate) mod contents;
pub(crate) mod html;
mod frame;
mod paint;
mod twins;
mod code;
mod compiler;
mod chunked;
mod message;
mod callouts;
mod ruler;
mod exchange;
mod panels;
mod tables;
mod figures;
mod terms;
mod paper;
mod cover;
mod missing;

use std::fs;
use std::io;
use std::path::Path;

use mdbook_summary::Summary;

use self::contents::Contents;
use self::terms::Glossary;
use crate::folders::{Folders, files_under};
use crate::{laboratory, search};

/// Lo que mdBook trae consigo y este libro no usa.
const UNUSED: [&str; 12] = [
    "ayu-highlight.css",
    "book.js",
    "clipboard.min.js",
    "highlight.css",
    "highlight.js",
    "tomorrow-night.css",
    "toc.js",
    "toc.html",
    "css/chrome.css",
    "css/general.css",
    "css/print.css",
    "css/variables.css",
];

/// Lo que la plantilla pide y mdBook no copia: letras y guiones.
const COPIED: [&str; 2] = ["theme/letra", "theme/guiones"];

/// La página del glosario; un libro sin ella no lleva definiciones al margen.
const GLOSSARY: &str = "glosario.html";

/// Da su cara a las páginas de la carpeta provisional.
///
/// # Errors
/// No se puede leer o escribir alguna página.
pub fn apply(folders: &Folders, summary: &Summary) -> io::Result<()> {
    let pages = folders.staging();
    for name in UNUSED {
        remove(&pages.join(name))?;
    }
    for name in COPIED {
        copy(&folders.root().join(name), &pages.join(name))?;
    }
    let contents = Contents::new(summary, &pages)?;
    search::write(&contents, &pages)?;
    let glossary = fs::read_to_string(pages.join(GLOSSARY)).unwrap_or_default();
    let glossary = Glossary::read(&glossary);
    for path in files_under(&pages) {
        if path.extension().is_some_and(|extension| extension == "html") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            fs::write(&path, page(&fs::read_to_string(&path)?, &name, &contents, &glossary))?;
        }
    }
    let lost = pages.join(missing::PAGE);
    fs::write(&lost, missing::page(&fs::read_to_string(&lost)?, folders, &contents)?)?;
    if folders.chapters().join(cover::SOURCE).is_file() {
        fs::write(pages.join("index.html"), cover::page(folders, &contents)?)?;
    }
    Ok(())
}

fn page(text: &str, name: &str, contents: &Contents, glossary: &Glossary) -> String {
    let Some((before, content, after)) = html::main(text) else { return text.to_owned() };
    let content = match name {
        paper::PAGE => {
            let title =
                html::between(before, "<title>", "</title>").map_or("", |(_, title, _)| title);
            paper::with_chapters(content, title, contents, |part, chapter| {
                let head = contents.place(&chapter.page).map_or_else(String::new, frame::head);
                head + &shaped(part, &chapter.page, &format!("{}-", chapter.key), glossary)
            })
        }
        _ => shaped(content, name, "", glossary),
    };
    frame::with_frame(&format!("{before}{content}{after}"), name, contents)
}

/// El contenido de una página con cada parte en su forma. Los nombres que se le ponen empiezan por `prefix`.
fn shaped(content: &str, name: &str, prefix: &str, glossary: &Glossary) -> String {
    let content = exchange::with_figures(&twins::with_rows(content));
    let content = code::with_blocks(&content, name);
    let content = figures::with_roles(&tables::with_labels(&content));
    let content = laboratory::with_laboratories(&panels::with_panels(&content, name, prefix));
    terms::with_notes(&content, glossary)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for path in files_under(from) {
        fs::copy(&path, to.join(path.file_name().unwrap_or_default()))?;
    }
    Ok(())
}
