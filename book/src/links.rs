//! La revisión de las páginas construidas: enlaces muertos, imágenes sin texto, directivas sin cumplir.
//!
//! Se mira el HTML, no el Markdown, porque es lo que recibe quien lee; la línea se busca después en el capítulo. Los
//! enlaces externos no se piden por la red: el libro se construye y se revisa sin conexión.

use crate::folders::{CHAPTERS, OUTPUT, files_under, normalized, with_slashes};
use crate::page::{Page, Reference};
use crate::problem::{Problem, ProblemKind};
use crate::sources::{Sources, line_of};
use percent_encoding::percent_decode_str;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Páginas que repiten el contenido de otras: revisarlas daría cada problema dos veces.
const REPEATED: [&str; 2] = ["index.html", "print.html"];

/// Las páginas de una construcción y todos sus archivos.
#[derive(Debug)]
pub struct Pages {
    /// Cada página por su ruta dentro de la salida.
    pub pages: BTreeMap<String, Page>,
    /// Todos los archivos, también los que no son páginas.
    pub files: BTreeSet<String>,
}

/// Lee todas las páginas de `folder`.
#[must_use]
pub fn read_pages(folder: &Path) -> Pages {
    let mut all = Pages { pages: BTreeMap::new(), files: BTreeSet::new() };
    for path in files_under(folder) {
        let name = with_slashes(path.strip_prefix(folder).unwrap_or(&path));
        if name.ends_with(".html")
            && let Ok(html) = fs::read_to_string(&path)
        {
            all.pages.insert(name.clone(), Page::parse(&html));
        }
        all.files.insert(name);
    }
    all
}

/// Los problemas de las páginas, situados en los capítulos de donde salieron.
#[must_use]
pub fn check(all: &Pages, sources: &Sources) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, page) in &all.pages {
        if REPEATED.contains(&name.as_str()) {
            continue;
        }
        let origin = Origin::of(name, sources);
        for reference in &page.references {
            let (written, line) = origin.locate(target_of(reference));
            if let Some(kind) = check_reference(all, name, reference, &written) {
                problems.push(Problem { file: origin.file.clone(), line, kind });
            }
        }
        if page.text.contains("{{#") && !origin.explains_leftover(sources) {
            let (_, line) = origin.locate("{{#");
            problems.push(Problem {
                file: origin.file.clone(),
                line,
                kind: ProblemKind::DirectiveLeft,
            });
        }
    }
    problems
}

/// El archivo donde se arregla lo que está mal en una página.
struct Origin<'a> {
    file: String,
    text: &'a str,
}

impl<'a> Origin<'a> {
    fn of(page: &str, sources: &'a Sources) -> Self {
        let chapter =
            page.strip_suffix(".html").map(|stem| format!("{stem}.md")).unwrap_or_default();
        match sources.chapters.get(&chapter) {
            Some(text) => Self { file: format!("{CHAPTERS}/{chapter}"), text },
            None => Self { file: format!("{OUTPUT}/{page}"), text: "" },
        }
    }

    /// Cómo escribe el capítulo un destino, y en qué línea por primera vez. mdBook cambia `.md` por `.html` y cifra los
    /// acentos; aquí se deshace.
    fn locate(&self, target: &str) -> (String, Option<usize>) {
        let decoded = percent_decode_str(target).decode_utf8_lossy().into_owned();
        let as_chapter = |text: &str| text.replacen(".html", ".md", 1);
        let spellings = [as_chapter(&decoded), as_chapter(target), decoded, target.to_owned()];
        spellings
            .into_iter()
            .filter(|text| !text.is_empty())
            .find_map(|text| line_of(self.text, &text).map(|line| (text, Some(line))))
            .unwrap_or_else(|| (target.to_owned(), None))
    }

    /// ¿Ya se sabe por qué queda una directiva: está escapada a propósito, o su inclusión falla?
    fn explains_leftover(&self, sources: &Sources) -> bool {
        self.text.contains("\\{{#")
            || sources.problems.iter().any(|problem| problem.file == self.file)
    }
}

/// Lo que hay que buscar en el capítulo para dar con la referencia.
fn target_of(reference: &Reference) -> &str {
    match reference {
        Reference::Link(target)
        | Reference::Resource(target)
        | Reference::Image { source: target, .. } => target,
        Reference::UnlabelledDiagram => "role=\"img\"",
        Reference::LineNotInBytes(_) => "class=\"intercambio\"",
    }
}

/// Qué tiene de malo una referencia, que el capítulo escribe como `written`.
fn check_reference(
    all: &Pages,
    page: &str,
    reference: &Reference,
    written: &str,
) -> Option<ProblemKind> {
    match reference {
        Reference::Link(target) => check_link(all, page, target, written),
        Reference::Resource(target) => check_file(all, page, target, written),
        Reference::Image { alt, .. }
            if alt.as_deref().is_none_or(|text| text.trim().is_empty()) =>
        {
            Some(ProblemKind::ImageWithoutAlt { source: written.to_owned() })
        }
        Reference::Image { source, .. } => check_file(all, page, source, written),
        Reference::UnlabelledDiagram => Some(ProblemKind::DiagramWithoutLabel),
        Reference::LineNotInBytes(start) => {
            Some(ProblemKind::LineNotInBytes { start: start.to_owned() })
        }
    }
}

fn check_link(all: &Pages, page: &str, target: &str, written: &str) -> Option<ProblemKind> {
    let written = written.to_owned();
    if is_external(target) {
        return (!is_well_written(target)).then_some(ProblemKind::BadAddress { target: written });
    }
    let (path, fragment) = target.split_once('#').unwrap_or((target, ""));
    let Some(file) = resolve(all, page, path) else {
        return Some(ProblemKind::DeadLink { target: written });
    };
    let fragment = percent_decode_str(fragment).decode_utf8_lossy().into_owned();
    let exists = |destination: &Page| fragment.is_empty() || destination.ids.contains(&fragment);
    let dead = all.pages.get(&file).is_some_and(|destination| !exists(destination));
    dead.then_some(ProblemKind::DeadFragment { target: written, fragment })
}

fn check_file(all: &Pages, page: &str, target: &str, written: &str) -> Option<ProblemKind> {
    if target.starts_with("data:") {
        return None;
    }
    if is_external(target) {
        return check_link(all, page, target, written);
    }
    let missing = resolve(all, page, target).is_none();
    missing.then(|| ProblemKind::FileMissing { target: written.to_owned() })
}

/// El archivo de la salida al que lleva `path` desde `page`, si existe.
fn resolve(all: &Pages, page: &str, path: &str) -> Option<String> {
    let path = path.split(['?', '#']).next().unwrap_or("");
    let path = percent_decode_str(path).decode_utf8_lossy();
    if path.is_empty() {
        return Some(page.to_owned());
    }
    let base = match path.strip_prefix('/') {
        Some(_) => Path::new(""),
        None => Path::new(page).parent().unwrap_or(Path::new("")),
    };
    let mut name = with_slashes(&normalized(&base.join(path.trim_start_matches('/'))));
    if path.ends_with('/') || name.is_empty() {
        name = format!("{name}/index.html").trim_start_matches('/').to_owned();
    }
    all.files.contains(&name).then_some(name)
}

/// ¿Empieza por un esquema (`https:`) o por `//`?
fn is_external(target: &str) -> bool {
    let scheme = target.split_once(':').map_or("", |(scheme, _)| scheme);
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    is_scheme || target.starts_with("//")
}

fn is_well_written(target: &str) -> bool {
    if let Some(address) = target.strip_prefix("mailto:") {
        return address
            .split_once('@')
            .is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
    }
    let Some(rest) = target.strip_prefix("https://").or_else(|| target.strip_prefix("http://"))
    else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or("");
    !host.is_empty() && !target.contains([' ', '<', '>', '"', '{', '}', '«', '»'])
}

#[cfg(test)]
mod tests {
    use super::{is_external, is_well_written};

    #[test]
    fn distingue_lo_externo_de_lo_propio() {
        for target in ["https://a.org", "mailto:a@b.c", "//a.org", "javascript:void(0)"] {
            assert!(is_external(target), "{target}");
        }
        for target in ["cap01_texto.html", "#a:b", "/x:y", "img/1:2.svg"] {
            assert!(!is_external(target), "{target}");
        }
    }

    #[test]
    fn solo_mira_la_forma_de_las_direcciones() {
        for target in
            ["https://peps.python.org/pep-3333/#x", "http://localhost:8000", "mailto:a@b.org"]
        {
            assert!(is_well_written(target), "{target}");
        }
        for target in [
            "https://",
            "htp://a.org",
            "//a.org",
            "https://a b.org",
            "mailto:nadie",
            "javascript:void(0)",
        ] {
            assert!(!is_well_written(target), "{target}");
        }
    }
}
