//! Lo que un EPUB dice de sí mismo (EPUB 3.3 §5): qué archivos trae, en qué orden se leen, y su índice.

use crate::face::contents::{Chapter, Contents};
use crate::face::html::{escape, plain};

use super::chapter::renamed;

/// El nombre con que se le reconoce, siempre el mismo, aunque cambie el texto.
const IDENTIFIER: &str = "urn:uuid:5d3c5f0a-7b0e-4f6d-9a55-1f1b8e0c40a8";

/// Dónde está cada cosa dentro del EPUB.
pub(super) const FOLDER: &str = "EPUB";
pub(super) const PACKAGE: &str = "libro.opf";
pub(super) const CONTENTS: &str = "indice.xhtml";
pub(super) const COVER: &str = "tapa.xhtml";
pub(super) const STYLE: &str = "epub.css";

/// Lo que el libro dice de sí mismo en `book.toml`, y de cuándo es.
#[derive(Debug, Clone)]
pub(super) struct About {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) authors: Vec<String>,
    pub(super) language: String,
    pub(super) modified: String,
}

/// Un archivo del EPUB, tal como lo nombra el paquete.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// Su nombre, dentro de [`FOLDER`].
    pub(super) name: String,
    /// Lo que un lector debe saber de él, como `svg` o `nav`.
    pub(super) properties: &'static str,
    /// Si se lee, y no solo se usa.
    pub(super) is_read: bool,
}

/// El archivo por el que empieza a leer un lector (OCF §4.2.6.3.1).
pub(super) fn container() -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <container version=\"1.0\" xmlns=\"urn:oasis:names:tc:opendocument:xmlns:container\">\n\
         <rootfiles>\n<rootfile full-path=\"{FOLDER}/{PACKAGE}\" media-type=\"application/oebps-package+xml\"/>\n\
         </rootfiles>\n</container>\n"
    )
}

/// El paquete: lo que dice de sí, los archivos y su orden.
pub(super) fn package(about: &About, items: &[Item]) -> String {
    let manifest: String = items.iter().enumerate().map(|(at, item)| entry(at, item)).collect();
    let read = items.iter().enumerate().filter(|(_, item)| item.is_read);
    let spine: String = read.map(|(at, _)| format!("<itemref idref=\"i{at}\"/>\n")).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <package xmlns=\"http://www.idpf.org/2007/opf\" version=\"3.0\" unique-identifier=\"id\" xml:lang=\"{0}\">\n\
         <metadata xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n{1}</metadata>\n\
         <manifest>\n{manifest}</manifest>\n<spine>\n{spine}</spine>\n</package>\n",
        escape(&about.language),
        metadata(about),
    )
}

fn metadata(about: &About) -> String {
    let About { title, description, authors, language, modified } = about;
    let mut lines = vec![format!("<dc:identifier id=\"id\">{IDENTIFIER}</dc:identifier>")];
    let mut add = |name: &str, text: &str| lines.push(format!("<{name}>{}</{name}>", escape(text)));
    add("dc:title", title);
    add("dc:language", language);
    add("dc:description", description);
    add("dc:rights", "MIT o Apache 2.0");
    authors.iter().for_each(|author| add("dc:creator", author));
    for (property, text) in [
        ("dcterms:modified", modified.as_str()),
        ("schema:accessMode", "textual"),
        ("schema:accessMode", "visual"),
        ("schema:accessModeSufficient", "textual"),
        ("schema:accessibilityFeature", "alternativeText"),
        ("schema:accessibilityFeature", "readingOrder"),
        ("schema:accessibilityFeature", "structuralNavigation"),
        ("schema:accessibilityFeature", "tableOfContents"),
        ("schema:accessibilityHazard", "none"),
        (
            "schema:accessibilitySummary",
            "Todo el libro es texto; cada dibujo lleva su descripción.",
        ),
    ] {
        lines.push(format!("<meta property=\"{property}\">{}</meta>", escape(text)));
    }
    lines.join("\n") + "\n"
}

fn entry(at: usize, item: &Item) -> String {
    let properties = match item.properties {
        "" => String::new(),
        properties => format!(" properties=\"{properties}\""),
    };
    let (name, kind) = (escape(&item.name), media_type(&item.name));
    format!("<item id=\"i{at}\" href=\"{name}\" media-type=\"{kind}\"{properties}/>\n")
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("xhtml") => "application/xhtml+xml",
        Some("css") => "text/css",
        Some("woff2") => "font/woff2",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        _ => "text/plain",
    }
}

/// El índice: las partes del libro y sus capítulos.
pub(super) fn navigation(about: &About, contents: &Contents) -> String {
    let groups: String = contents
        .groups
        .iter()
        .map(|(group, chapters)| {
            let chapters: String = chapters.iter().map(line).collect();
            format!("<li><span>{}</span>\n<ol>\n{chapters}</ol>\n</li>\n", escape(group))
        })
        .collect();
    let first = contents.chapters().next().map_or_else(String::new, |first| renamed(&first.page));
    let body = format!(
        "<nav epub:type=\"toc\" role=\"doc-toc\" aria-labelledby=\"indice\">\n<h1 id=\"indice\">Índice</h1>\n\
         <ol class=\"indice\">\n{groups}</ol>\n</nav>\n\
         <nav epub:type=\"landmarks\" hidden=\"hidden\">\n<h2>Partes</h2>\n<ol>\n\
         <li><a epub:type=\"cover\" href=\"{COVER}\">Tapa</a></li>\n\
         <li><a epub:type=\"toc\" href=\"{CONTENTS}\">Índice</a></li>\n\
         <li><a epub:type=\"bodymatter\" href=\"{first}\">Texto</a></li>\n</ol>\n</nav>\n"
    );
    document(about, CONTENTS, "Índice", &body)
}

/// El nombre de un capítulo y, si es otra cosa, su pregunta.
fn line(chapter: &Chapter) -> String {
    let Chapter { mark, name, page, title, .. } = chapter;
    let mark = if mark.is_empty() { String::new() } else { format!("{mark}. ") };
    let (name, title) = (plain(name), plain(title));
    let question = if name == title { String::new() } else { format!(": {title}") };
    let text = escape(&format!("{mark}{name}{question}"));
    format!("<li><a href=\"{}\">{text}</a></li>\n", renamed(page))
}

/// La página de la tapa.
pub(super) fn cover(about: &About, image: &str) -> String {
    let title = escape(&about.title);
    let body = format!(
        "<section epub:type=\"cover\" class=\"tapa\"><img src=\"{image}\" alt=\"{title}\"/></section>\n"
    );
    document(about, COVER, &about.title, &body)
}

/// Una página del EPUB que se llama `name`.
pub(super) fn document(about: &About, name: &str, title: &str, body: &str) -> String {
    let root = "../".repeat(name.matches('/').count());
    let (language, title) = (escape(&about.language), escape(title));
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!DOCTYPE html>\n\
         <html xmlns=\"http://www.w3.org/1999/xhtml\" xmlns:epub=\"http://www.idpf.org/2007/ops\" \
         lang=\"{language}\" xml:lang=\"{language}\">\n<head>\n<title>{title}</title>\n\
         <link rel=\"stylesheet\" type=\"text/css\" href=\"{root}{STYLE}\"/>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn cada_archivo_dice_de_que_tipo_es_y_solo_se_leen_las_paginas() {
        let about = About {
            title: "A & B".to_owned(),
            description: String::new(),
            authors: vec![],
            language: "es".to_owned(),
            modified: "2026-11-24T08:40:00Z".to_owned(),
        };
        let item =
            |name: &str, properties, is_read| Item { name: name.to_owned(), properties, is_read };
        let text = package(&about, &[item("a.xhtml", "svg", true), item("b.png", "", false)]);
        let inside = text.split_once("<manifest>").expect("lo tiene").1;
        assert_eq!(
            inside,
            "\n<item id=\"i0\" href=\"a.xhtml\" media-type=\"application/xhtml+xml\" properties=\"svg\"/>\n\
             <item id=\"i1\" href=\"b.png\" media-type=\"image/png\"/>\n</manifest>\n<spine>\n\
             <itemref idref=\"i0\"/>\n</spine>\n</package>\n"
        );
        assert!(text.contains("<dc:title>A &amp; B</dc:title>"), "{text}");
    }
}
