//! El libro en una sola página, tal como se imprime: el de siempre, con tapa, y con la hoja de cada capítulo en el índice.

use std::collections::BTreeMap;
use std::fs;

use crate::error::BookError;
use crate::face::html;
use crate::folders::Folders;

/// El libro de una sola página, entre las construidas.
const PRINTED: &str = "print.html";

/// La tapa, dentro de la carpeta del libro.
const COVER: &str = "theme/tapa.html";

/// Lo que el PDF añade a la cara del papel.
const STYLE: &str = "theme/papel.css";

/// Dónde empieza y dónde termina el índice en la página.
const INDEX: (&str, &str) = ("<section class=\"indice\">", "</section>");

/// Mientras no se sabe la hoja, algo que ocupe lo mismo: el índice no puede cambiar de tamaño.
const UNKNOWN: &str = "000";

/// La página que se imprime, sin los números del índice.
pub(super) struct Paper {
    before: String,
    index: String,
    after: String,
}

impl Paper {
    /// Lee el de un libro ya construido.
    ///
    /// # Errors
    /// Falta algún archivo.
    pub(super) fn read(folders: &Folders) -> Result<Self, BookError> {
        let read = |path: std::path::PathBuf| {
            fs::read_to_string(&path).map_err(|source| BookError::Read { path, source })
        };
        let page = still(&read(folders.output().join(PRINTED))?);
        let style = format!("<style>\n{}</style>\n</head>", read(folders.root().join(STYLE))?);
        let cover = read(folders.root().join(COVER))?;
        let page = page.replacen("</head>", &style, 1);
        Ok(match html::between(&page, INDEX.0, INDEX.1) {
            Some((before, index, after)) => Self {
                before: format!("{before}{cover}{}", INDEX.0),
                index: index.to_owned(),
                after: format!("{}{after}", INDEX.1),
            },
            None => Self { before: page, index: String::new(), after: String::new() },
        })
    }

    /// La página, con la hoja en que empieza cada capítulo, si ya se sabe.
    pub(super) fn page(&self, sheets: &BTreeMap<String, usize>) -> String {
        format!("{}{}{}", self.before, numbered(&self.index, sheets), self.after)
    }
}

/// La página sin guiones, que al abrirla la imprimirían, y con todo desplegado.
fn still(page: &str) -> String {
    let mut still = String::new();
    let mut rest = page;
    while let Some((before, _, after)) = html::between(rest, "<script", "</script>") {
        still.push_str(before);
        rest = after;
    }
    (still + rest).replace("<details>", "<details open>")
}

/// El índice, con la hoja al final de cada línea.
fn numbered(index: &str, sheets: &BTreeMap<String, usize>) -> String {
    let lines = index.split("</li>").map(|line| {
        let Some((_, id, _)) = html::between(line, "href=\"#", "\"") else {
            return line.to_owned();
        };
        let sheet = sheets.get(&html::unescape(id)).map_or(UNKNOWN.to_owned(), usize::to_string);
        format!("{line}<i class=\"hoja\">{sheet}</i></li>")
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn cada_linea_del_indice_dice_su_hoja() {
        let index = "<ul>\n<li><a href=\"#qué\">a</a></li>\n<li><a href=\"#b\">b</a></li>\n</ul>";
        assert_eq!(
            numbered(index, &BTreeMap::from([("qué".to_owned(), 12)])),
            "<ul>\n<li><a href=\"#qué\">a</a><i class=\"hoja\">12</i></li>\n\
             <li><a href=\"#b\">b</a><i class=\"hoja\">000</i></li>\n</ul>"
        );
    }

    #[test]
    fn lo_que_se_imprime_no_se_mueve() {
        assert_eq!(
            still(
                "<script>print()</script>a<script src=\"x\"></script><details><summary>b</summary></details>"
            ),
            "a<details open><summary>b</summary></details>"
        );
    }
}
