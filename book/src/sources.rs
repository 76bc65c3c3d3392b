//! Los textos del libro: `SUMMARY.md`, los capítulos y lo que incluyen, ya comprobados.
//!
//! Aquí solo se leen archivos de origen; de las páginas construidas se ocupa [`crate::links`].

use crate::error::BookError;
use crate::folders::{CHAPTERS, Folders, files_under, normalized, with_slashes};
use crate::includes::Checker;
use crate::problem::{Problem, ProblemKind};
use mdbook_summary::{Summary, SummaryItem, parse_summary};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Los textos del libro.
#[derive(Debug)]
pub struct Sources {
    /// El índice, sin los capítulos que faltan: así se puede construir lo demás.
    pub summary: Summary,
    /// Cada capítulo por su ruta dentro de `capitulos`, con `/`.
    pub chapters: BTreeMap<String, String>,
    /// Los archivos que algún capítulo incluye.
    pub included: BTreeSet<PathBuf>,
    /// Lo que está mal en los textos.
    pub problems: Vec<Problem>,
}

impl Sources {
    /// Lee los textos del libro y comprueba el índice y las inclusiones.
    ///
    /// # Errors
    /// No hay `SUMMARY.md`, o mdBook no lo entiende. Todo lo demás queda en [`Sources::problems`].
    pub fn read(folders: &Folders) -> Result<Self, BookError> {
        let path = folders.summary();
        let text = fs::read_to_string(&path).map_err(|source| BookError::Read { path, source })?;
        let summary = parse_summary(&text).map_err(|error| BookError::Summary(one_line(&error)))?;
        let mut sources = Self {
            summary,
            chapters: BTreeMap::new(),
            included: BTreeSet::new(),
            problems: Vec::new(),
        };

        let listed = sources.read_chapters(folders, &text);
        sources.find_unlisted(folders, &listed);
        sources.check_includes(folders);
        Ok(sources)
    }

    /// Lee los capítulos del índice y quita de él los que faltan. Devuelve todas las rutas que nombra.
    fn read_chapters(&mut self, folders: &Folders, summary_text: &str) -> BTreeSet<String> {
        let mut listed = BTreeSet::new();
        let (chapters, problems) = (&mut self.chapters, &mut self.problems);
        let mut keep = |path: &Path| {
            let name = with_slashes(&normalized(path));
            listed.insert(name.clone());
            match fs::read_to_string(folders.chapters().join(path)) {
                Ok(text) => {
                    chapters.insert(name, text);
                    true
                }
                Err(_) => {
                    let file = format!("{CHAPTERS}/SUMMARY.md");
                    let line = line_of(summary_text, &format!("({}", with_slashes(path)));
                    problems.push(Problem {
                        file,
                        line,
                        kind: ProblemKind::ChapterMissing { path: name },
                    });
                    false
                }
            }
        };
        retain(&mut self.summary.prefix_chapters, &mut keep);
        retain(&mut self.summary.numbered_chapters, &mut keep);
        retain(&mut self.summary.suffix_chapters, &mut keep);
        listed
    }

    fn find_unlisted(&mut self, folders: &Folders, listed: &BTreeSet<String>) {
        let chapters = folders.chapters();
        for path in files_under(&chapters) {
            let name = with_slashes(path.strip_prefix(&chapters).unwrap_or(&path));
            if name.ends_with(".md") && name != "SUMMARY.md" && !listed.contains(&name) {
                let file = format!("{CHAPTERS}/{name}");
                self.problems.push(Problem {
                    file,
                    line: None,
                    kind: ProblemKind::ChapterUnlisted,
                });
            }
        }
    }

    fn check_includes(&mut self, folders: &Folders) {
        let mut checker = Checker::new(folders);
        for (name, text) in &self.chapters {
            checker.check(&folders.chapters().join(name), text);
        }
        self.included = checker.included;
        self.problems.extend(checker.problems);
    }
}

/// La línea, contada desde 1, donde aparece `wanted` por primera vez.
#[must_use]
pub fn line_of(text: &str, wanted: &str) -> Option<usize> {
    let at = text.find(wanted)?;
    Some(text[..at].matches('\n').count() + 1)
}

/// El error de mdBook con todas sus causas, en una sola línea.
pub(crate) fn one_line(error: &mdbook::errors::Error) -> String {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    causes.join(": ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Quita de `items` los capítulos que `keep` rechaza, con todo lo que cuelga de ellos.
fn retain(items: &mut Vec<SummaryItem>, keep: &mut impl FnMut(&Path) -> bool) {
    items.retain_mut(|item| {
        let SummaryItem::Link(link) = item else { return true };
        retain(&mut link.nested_items, keep);
        // Un borrador no tiene archivo todavía: mdBook lo muestra sin enlace.
        link.location.as_deref().is_none_or(&mut *keep)
    });
}
