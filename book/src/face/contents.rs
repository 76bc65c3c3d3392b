//! El índice: en qué grupo va cada capítulo, con qué número o letra, y cuál es su pregunta.

use std::fs;
use std::io;
use std::path::Path;

use mdbook_summary::{Summary, SummaryItem};

use super::html;

/// El grupo de lo que va antes del primer título.
const BEFORE: &str = "Antes de empezar";

/// El de lo que se numera con letras.
const APPENDICES: &str = "Apéndices";

/// Un capítulo del índice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chapter {
    /// Su número o su letra; nada, si no lleva.
    pub(crate) mark: String,
    /// Su nombre en el índice, en HTML.
    pub(crate) name: String,
    /// La página, vista desde la raíz del libro.
    pub(crate) page: String,
    /// Con qué nombre se recuerda en el navegador: `cap01`.
    pub(crate) key: String,
    /// Su título, en HTML. En los que tienen número es una pregunta.
    pub(crate) title: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) groups: Vec<(String, Vec<Chapter>)>,
}

impl Contents {
    /// El índice de un libro cuyas páginas están en `pages`.
    pub(crate) fn new(summary: &Summary, pages: &Path) -> io::Result<Self> {
        let mut contents = Self { groups: vec![(BEFORE.to_owned(), Vec::new())] };
        let items =
            [&summary.prefix_chapters, &summary.numbered_chapters, &summary.suffix_chapters];
        for item in items.into_iter().flatten() {
            match item {
                SummaryItem::PartTitle(title) => contents.groups.push((title.clone(), Vec::new())),
                SummaryItem::Link(link) => {
                    if let Some(location) = &link.location {
                        let source = location.to_string_lossy().replace('\\', "/");
                        contents.add(&link.name, &source, pages)?;
                    }
                }
                _ => {}
            }
        }
        contents.groups.retain(|(_, chapters)| !chapters.is_empty());
        Ok(contents)
    }

    fn add(&mut self, name: &str, source: &str, pages: &Path) -> io::Result<()> {
        let Some((group, chapters)) = self.groups.last_mut() else { return Ok(()) };
        let stem = source.strip_suffix(".md").unwrap_or(source);
        let number = stem.strip_prefix("cap").and_then(|rest| rest.get(..2)?.parse::<u8>().ok());
        let (mark, key) = match number {
            Some(number) => (number.to_string(), stem[..5].to_owned()),
            None if group == APPENDICES => (letter(chapters.len()), stem.to_owned()),
            None => (String::new(), stem.to_owned()),
        };
        let page = format!("{stem}.html");
        let text = fs::read_to_string(pages.join(&page))?;
        let title = html::main(&text)
            .and_then(|(_, content, _)| html::headings(content).into_iter().find(|h| h.level == 1))
            .map_or_else(String::new, |heading| heading.inside);
        chapters.push(Chapter { mark, name: html::escape(name), page, key, title });
        Ok(())
    }

    /// Todos, en el orden en que se leen.
    pub(crate) fn chapters(&self) -> impl Iterator<Item = &Chapter> {
        self.groups.iter().flat_map(|(_, chapters)| chapters)
    }

    /// El capítulo de una página, su grupo y sus vecinos.
    pub(crate) fn place(&self, page: &str) -> Option<Place<'_>> {
        let all: Vec<&Chapter> = self.chapters().collect();
        let at = all.iter().position(|chapter| chapter.page == page)?;
        let (group, _) = self.groups.iter().find(|(_, chapters)| chapters.contains(all[at]))?;
        let previous = at.checked_sub(1).map(|before| all[before]);
        Some(Place { chapter: all[at], group, previous, next: all.get(at + 1).copied() })
    }
}

/// Dónde está un capítulo en el libro.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'c> {
    pub(crate) chapter: &'c Chapter,
    pub(crate) group: &'c str,
    pub(crate) previous: Option<&'c Chapter>,
    pub(crate) next: Option<&'c Chapter>,
}

/// La letra de un apéndice: de la A a la Z.
fn letter(at: usize) -> String {
    u8::try_from(at).map_or_else(|_| String::new(), |at| char::from(b'A' + at.min(25)).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use mdbook_summary::parse_summary;
    use pretty_assertions::assert_eq;

    #[test]
    fn los_capitulos_llevan_su_numero_y_los_apendices_su_letra() {
        let folder = tempfile::tempdir().expect("hay carpeta temporal");
        for page in ["uno", "cap04_rutas", "a", "b"] {
            let title = format!("<main><h1 id=\"x\">¿Qué es {page}?</h1></main>");
            fs::write(folder.path().join(format!("{page}.html")), title).expect("se escribe");
        }
        let text = "[Uno](uno.md)\n\n# El contrato\n\n- [Rutas](cap04_rutas.md)\n\n# Apéndices\n\n- [De `x`](a.md)\n- [B](b.md)\n";
        let summary = parse_summary(text).expect("está bien escrito");
        let contents = Contents::new(&summary, folder.path()).expect("están las páginas");
        let seen: Vec<_> = contents
            .chapters()
            .map(|chapter| (&*chapter.mark, &*chapter.name, &*chapter.key, &*chapter.title))
            .collect();
        assert_eq!(
            seen,
            [
                ("", "Uno", "uno", "¿Qué es uno?"),
                ("4", "Rutas", "cap04", "¿Qué es cap04_rutas?"),
                ("A", "De x", "a", "¿Qué es a?"),
                ("B", "B", "b", "¿Qué es b?"),
            ]
        );
        let place = contents.place("a.html").expect("está");
        assert_eq!((place.group, &*place.next.expect("hay otro").page), ("Apéndices", "b.html"));
    }
}
