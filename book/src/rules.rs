//! La directiva `{{#reglas …}}`: una tabla con las reglas de PEP 3333 que comprueba el validador.
//!
//! Sale de [`Rule::ALL`], así que el libro enuncia lo mismo que el validador comprueba.

use crate::directives::directives;
use pasarela::validate::{Rule, Side};
use std::fmt::Write;

/// El nombre de la directiva.
pub const DIRECTIVE: &str = "reglas";

/// De quién son las reglas que pide la directiva; `None` si no se entiende.
#[must_use]
pub fn side(argument: &str) -> Option<Side> {
    match argument {
        "servidor" => Some(Side::Server),
        "aplicación" => Some(Side::Application),
        _ => None,
    }
}

/// El mismo texto, con una tabla en lugar de cada línea que es una directiva `{{#reglas …}}`.
#[must_use]
pub fn with_rules(text: &str) -> String {
    let lines = text.split('\n').map(|line| requested(line).map_or(line.to_owned(), table));
    lines.collect::<Vec<_>>().join("\n")
}

/// De quién son las reglas que pide esa línea.
fn requested(line: &str) -> Option<Side> {
    let directive = *directives(line).first()?;
    side(directive.argument).filter(|_| directive.name == DIRECTIVE)
}

fn table(side: Side) -> String {
    let mut table = String::from("| regla | qué exige | de dónde sale |\n|---|---|---|\n");
    for rule in Rule::ALL.iter().filter(|rule| rule.side() == side) {
        let (text, source) = (sentence(rule.text()), rule.section());
        let (shown, address) = (briefly(source), address(source));
        let _ = writeln!(table, "| `{rule:?}` | {text} | [{shown}]({address}) |");
    }
    table
}

/// Con mayúscula y punto: fuera de un mensaje, el enunciado es una oración.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).chain(['.']).collect()
}

/// Casi todas salen de la misma PEP, y la página lo dice antes: basta con el título de la sección.
fn briefly(source: &str) -> &str {
    source.strip_prefix("PEP 3333, ").unwrap_or(source)
}

/// Dónde se lee la fuente de una regla: `PEP 3333, «Título»`, `RFC 9110 §15.2` o un módulo de Python.
fn address(source: &str) -> String {
    if source.starts_with("wsgiref.validate") {
        return "https://docs.python.org/3/library/wsgiref.html#module-wsgiref.validate".to_owned();
    }
    let number = |text: &str| -> String {
        text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect()
    };
    match source.split_once(" §") {
        Some((document, rest)) => {
            let section = rest.split_whitespace().next().unwrap_or_default();
            format!("https://www.rfc-editor.org/rfc/rfc{}#section-{section}", number(document))
        }
        None => {
            let title = source.split(['«', '»']).nth(1).unwrap_or_default();
            format!("https://peps.python.org/pep-{}/#{}", number(source), fragment(title))
        }
    }
}

/// El ancla de una sección de una PEP: su título en minúsculas, con guiones entre las palabras.
fn fragment(title: &str) -> String {
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn cada_fuente_tiene_su_direccion() {
        for (source, expected) in [
            (
                "PEP 3333, «The start_response() Callable»",
                "https://peps.python.org/pep-3333/#the-start-response-callable",
            ),
            ("RFC 9110 §6.4.1 y §15.3.6", "https://www.rfc-editor.org/rfc/rfc9110#section-6.4.1"),
            (
                "wsgiref.validate, «check_content_type»",
                "https://docs.python.org/3/library/wsgiref.html#module-wsgiref.validate",
            ),
        ] {
            assert_eq!(address(source), expected);
        }
    }

    #[test]
    fn las_dos_tablas_tienen_todas_las_reglas() {
        let text =
            with_rules("{{#reglas servidor}}\n\n{{#reglas aplicación}}\n\n\\{{#reglas servidor}}");
        for rule in Rule::ALL {
            let shown = briefly(rule.section());
            let row = format!("| `{rule:?}` | {} | [{shown}](", sentence(rule.text()));
            assert_eq!(text.matches(&row).count(), 1, "{rule:?}");
        }
        assert!(text.ends_with("\\{{#reglas servidor}}"));
    }
}
