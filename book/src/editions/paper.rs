//! El libro en una sola página, para el papel: tapa, índice y capítulos, con las respuestas al final de cada uno.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::chapter::{Edition, adapt, anchor};
use super::package::About;
use crate::error::BookError;
use crate::face::contents::{Chapter, Contents};
use crate::face::html;
use crate::folders::Folders;

/// La tapa, dentro de la carpeta del libro.
const COVER: &str = "theme/tapa.html";

/// Lo que el papel cambia de la cara del libro.
const STYLE: &str = "theme/papel.css";

/// La página que de verdad se imprime. Los capítulos ya están adaptados.
pub(super) struct Paper<'b> {
    about: &'b About,
    contents: &'b Contents,
    styles: String,
    cover: String,
    chapters: String,
}

impl<'b> Paper<'b> {
    /// Junta un libro ya construido.
    ///
    /// # Errors
    /// Falta algún archivo, o una página no está bien escrita.
    pub(super) fn gather(
        folders: &Folders,
        contents: &'b Contents,
        about: &'b About,
    ) -> Result<Self, BookError> {
        let read = |path: std::path::PathBuf| {
            fs::read_to_string(&path).map_err(|source| BookError::Read { path, source })
        };
        let pages: BTreeSet<String> = contents.chapters().map(|one| one.page.clone()).collect();
        let (mut styles, mut chapters) = (String::new(), String::new());
        for Chapter { page, .. } in contents.chapters() {
            let text = read(folders.output().join(page))?;
            if styles.is_empty() {
                styles = stylesheets(&text);
            }
            let content = html::main(&text).map_or("", |(_, content, _)| content);
            let adapted = adapt(content, page, &pages, Edition::Paper)
                .map_err(|fault| BookError::Malformed { page: page.clone(), fault })?;
            let id = anchor(page, "");
            chapters.push_str(&format!("<article id=\"{id}\">\n{}\n</article>\n", adapted.content));
        }
        styles.push_str(&format!("<style>\n{}</style>\n", read(folders.root().join(STYLE))?));
        let cover = read(folders.root().join(COVER))?;
        Ok(Self { about, contents, styles, cover, chapters })
    }

    /// La página, con la hoja en que empieza cada capítulo, si ya se sabe.
    pub(super) fn page(&self, sheets: &BTreeMap<String, usize>) -> String {
        let Self { about, styles, cover, chapters, .. } = self;
        format!(
            "<!DOCTYPE html>\n<html lang=\"{}\" class=\"light\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n\
             {styles}</head>\n<body class=\"papel\">\n{cover}{}<main>\n{chapters}</main>\n</body>\n</html>\n",
            about.language,
            html::escape(&about.title),
            self.index(sheets),
        )
    }

    fn index(&self, sheets: &BTreeMap<String, usize>) -> String {
        let mut text = String::from("<nav class=\"indice-papel\">\n<h1>Índice</h1>\n");
        for (group, chapters) in &self.contents.groups {
            text.push_str(&format!("<h2>{}</h2>\n<ol>\n", html::escape(group)));
            for Chapter { mark, name, page, title, .. } in chapters {
                let id = anchor(page, "");
                // Mientras no se sabe, ocupa lo mismo: el índice no puede cambiar de tamaño.
                let sheet = sheets.get(&id).map_or("000".to_owned(), usize::to_string);
                let question = if name == title { "" } else { title };
                text.push_str(&format!(
                    "<li><a href=\"#{id}\"><b>{mark}</b><span>{name}<small>{question}</small></span>\
                     <i>{sheet}</i></a></li>\n"
                ));
            }
            text.push_str("</ol>\n");
        }
        text + "</nav>\n"
    }
}

/// Las hojas de estilo que pide una página.
fn stylesheets(page: &str) -> String {
    let lines = page.lines().filter(|line| line.starts_with("<link rel=\"stylesheet\""));
    lines.map(|line| format!("{line}\n")).collect()
}
