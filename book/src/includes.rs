//! Las directivas `{{#include …}}`: qué piden y si está.
//!
//! Las reglas son las de mdBook: `{{#include ruta}}` trae un archivo entero, `ruta:2:5` unas líneas y `ruta:ancla` lo
//! que hay entre `ANCHOR: ancla` y `ANCHOR_END: ancla`; una barra invertida delante muestra la directiva sin
//! cumplirla. Y una de [`pieces`]: `ruta:nombre`. mdBook perdona lo que no encuentra; aquí cada falta es un [`Problem`].

use crate::directives::{Directive, directives};
use crate::folders::Folders;
use crate::pieces;
use crate::problem::{Problem, ProblemKind};
use crate::questions::source::Flaw;
use crate::questions::{self, Trouble};
use crate::{laboratory, plots, rules};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// mdBook deja de seguir inclusiones a esta profundidad.
const MAX_DEPTH: usize = 10;

/// Qué parte de un archivo se pide.
#[derive(Debug, PartialEq, Eq)]
enum Selection<'a> {
    Whole,
    Lines { first: usize, last: Option<usize> },
    Anchor(&'a str),
}

/// Comprueba inclusiones y recuerda qué archivos tocan.
#[derive(Debug)]
pub struct Checker<'a> {
    folders: &'a Folders,
    /// Los archivos incluidos que existen.
    pub included: BTreeSet<PathBuf>,
    /// Lo que está mal.
    pub problems: Vec<Problem>,
}

impl<'a> Checker<'a> {
    /// Un comprobador para el libro de `folders`.
    #[must_use]
    pub fn new(folders: &'a Folders) -> Self {
        Self { folders, included: BTreeSet::new(), problems: Vec::new() }
    }

    /// Comprueba las directivas de `text`, que es el contenido de `file`, y las de lo que incluye.
    pub fn check(&mut self, file: &Path, text: &str) {
        self.check_at_depth(file, text, 0);
    }

    fn check_at_depth(&mut self, file: &Path, text: &str, depth: usize) {
        for directive in directives(text) {
            let kind = match directive.name {
                "title" if !directive.argument.is_empty() => continue,
                laboratory::DIRECTIVE if !laboratory::requested(directive.argument).is_empty() => {
                    continue;
                }
                rules::DIRECTIVE if rules::side(directive.argument).is_some() => continue,
                plots::PLOT | plots::CARD => self.note_source(directive),
                "include" | "rustdoc_include" | "playground" => self.follow(file, directive, depth),
                _ => self.ask(directive),
            };
            if let Err(kind) = kind {
                let file = self.folders.name_of(file);
                self.problems.push(Problem { file, line: Some(directive.line), kind });
            }
        }
    }

    /// Anota de qué medición sale lo que pide la directiva.
    fn note_source(&mut self, directive: Directive<'_>) -> Result<(), ProblemKind> {
        self.included.insert(plots::source(self.folders, directive)?);
        Ok(())
    }

    /// Comprueba las preguntas que pide la directiva.
    fn ask(&mut self, directive: Directive<'_>) -> Result<(), ProblemKind> {
        let name = |path: &Path| self.folders.name_of(path);
        match questions::check(directive, self.folders) {
            Ok(file) => {
                self.included.extend(file);
                Ok(())
            }
            Err(Trouble::Unknown) => Err(unknown(directive)),
            Err(Trouble::Missing(path)) => Err(ProblemKind::IncludeMissing { path: name(&path) }),
            Err(Trouble::Flawed(path, Flaw { line, what })) => {
                Err(ProblemKind::QuestionFlawed { path: name(&path), line, what: what.to_owned() })
            }
        }
    }

    /// Lee lo que pide la directiva y comprueba, a su vez, lo que eso incluya.
    fn follow(
        &mut self,
        file: &Path,
        directive: Directive<'_>,
        depth: usize,
    ) -> Result<(), ProblemKind> {
        let Some(request) = directive.argument.split_whitespace().next() else {
            return Err(unknown(directive));
        };
        let (path, selection) = parse(request);
        let names = &request[path.len()..].trim_start_matches(':');
        let path_text = path.to_owned();
        if depth >= MAX_DEPTH {
            return Err(ProblemKind::IncludeTooDeep { path: path_text });
        }
        let target = file.parent().unwrap_or(Path::new("")).join(path);
        let Ok(content) = fs::read_to_string(&target) else {
            return Err(ProblemKind::IncludeMissing { path: path_text });
        };
        self.included.insert(target.clone());
        let selection = match pieces::lines(&content, names) {
            Some((first, last)) => Selection::Lines { first, last: Some(last) },
            None => selection,
        };
        let selected = select(path, &content, &selection)?;
        self.check_at_depth(&target, &selected, depth + 1);
        Ok(())
    }
}

fn unknown(directive: Directive<'_>) -> ProblemKind {
    ProblemKind::UnknownDirective { text: directive.text.to_owned() }
}

/// Separa `ruta:selección`. Un número empieza un intervalo de líneas; otra cosa es un ancla.
fn parse(request: &str) -> (&str, Selection<'_>) {
    let Some((path, rest)) = request.split_once(':') else { return (request, Selection::Whole) };
    let mut parts = rest.splitn(3, ':');
    let start = parts.next().unwrap_or("");
    let end = parts.next();
    let selection = match (start.parse(), end.map(str::parse)) {
        (Ok(line), None) => Selection::Lines { first: line, last: Some(line) },
        (Ok(first), Some(last)) => Selection::Lines { first, last: last.ok() },
        (Err(_), Some(Ok(last))) if start.is_empty() => {
            Selection::Lines { first: 1, last: Some(last) }
        }
        (Err(_), _) if start.is_empty() => Selection::Whole,
        (Err(_), _) => Selection::Anchor(start),
    };
    (path, selection)
}

/// Qué líneas de su archivo son las que pide un argumento, y cuántas tiene, si todo está bien: la primera, la última y el
/// total. `folder` es la carpeta de quien lo pide.
#[must_use]
pub fn lines(folder: &Path, argument: &str) -> Option<(usize, usize, usize)> {
    let (path, selection) = parse(argument.split_whitespace().next()?);
    let content = fs::read_to_string(folder.join(path)).ok()?;
    let total = content.lines().count();
    let numbered = |word: &str, anchor: &str| {
        content.lines().position(|line| mark(line, word) == Some(anchor)).map(|at| at + 1)
    };
    let (first, last) = match selection {
        Selection::Whole => (1, total),
        Selection::Lines { first, last } => (first, last.unwrap_or(total)),
        Selection::Anchor(anchor) => {
            (numbered("ANCHOR:", anchor)? + 1, numbered("ANCHOR_END:", anchor)? - 1)
        }
    };
    Some((first, last, total))
}

fn select(path: &str, content: &str, selection: &Selection<'_>) -> Result<String, ProblemKind> {
    match *selection {
        Selection::Whole => Ok(content.to_owned()),
        Selection::Lines { first, last } => {
            let count = content.lines().count();
            let end = last.unwrap_or(count);
            if first == 0 || first > end || end > count {
                let lines = last.map_or(format!("{first}:"), |last| format!("{first}:{last}"));
                return Err(ProblemKind::LinesOutside { path: path.to_owned(), lines, count });
            }
            Ok(content.lines().skip(first - 1).take(end + 1 - first).collect::<Vec<_>>().join("\n"))
        }
        Selection::Anchor(anchor) => select_anchor(path, content, anchor),
    }
}

fn select_anchor(path: &str, content: &str, anchor: &str) -> Result<String, ProblemKind> {
    let (path, name) = (path.to_owned(), anchor.to_owned());
    let mut lines = content.lines();
    if !lines.any(|line| mark(line, "ANCHOR:") == Some(anchor)) {
        return Err(ProblemKind::AnchorMissing { path, anchor: name });
    }
    let mut selected = Vec::new();
    for line in lines {
        if mark(line, "ANCHOR_END:") == Some(anchor) {
            if selected.iter().all(|line: &&str| line.trim().is_empty()) {
                return Err(ProblemKind::AnchorEmpty { path, anchor: name });
            }
            return Ok(selected.join("\n"));
        }
        // Las marcas de otras anclas no se muestran.
        if mark(line, "ANCHOR:").is_none() && mark(line, "ANCHOR_END:").is_none() {
            selected.push(line);
        }
    }
    Err(ProblemKind::AnchorOpen { path, anchor: name })
}

/// El nombre que sigue a la marca en esa línea, si la lleva.
fn mark<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let rest = line[line.find(word)? + word.len()..].trim_start();
    let end =
        rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[track_caller]
    fn check(request: &str, path: &str, selection: Selection<'_>) {
        assert_eq!(parse(request), (path, selection));
    }

    #[test]
    fn separa_la_ruta_de_lo_que_se_pide() {
        check("a.rs", "a.rs", Selection::Whole);
        check("a.rs:2", "a.rs", Selection::Lines { first: 2, last: Some(2) });
        check("a.rs:2:5", "a.rs", Selection::Lines { first: 2, last: Some(5) });
        check("a.rs:2:", "a.rs", Selection::Lines { first: 2, last: None });
        check("a.rs::5", "a.rs", Selection::Lines { first: 1, last: Some(5) });
        check("a.rs:main", "a.rs", Selection::Anchor("main"));
    }

    #[test]
    fn encuentra_las_directivas_y_salta_las_escapadas() {
        let text = "{{#include a}}\n\\{{#include b}}\nformat!(\"{{}}\") {{ #title Uno dos }}\n{{#include}}";
        let found: Vec<_> = directives(text).iter().map(|d| (d.line, d.name, d.argument)).collect();
        assert_eq!(found, [(1, "include", "a"), (3, "title", "Uno dos"), (4, "include", "")]);
    }

    #[test]
    fn un_ancla_deja_fuera_las_marcas_de_las_demas() {
        let content = "// ANCHOR: a\nuno\n// ANCHOR: b\ndos\n// ANCHOR_END: b\ntres\n// ANCHOR_END: a\ncuatro";
        assert_eq!(select_anchor("x", content, "a"), Ok("uno\ndos\ntres".to_owned()));
        assert_eq!(select_anchor("x", content, "b"), Ok("dos".to_owned()));
    }
}
