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
    side(directive.argument)
        .filter(|_| directive.name == DIRECTIVE && directive.text == line.trim())
}

/// La tabla: las reglas de cada fuente juntas, para que su dirección se diga una vez.
fn table(side: Side) -> String {
    let class = match side {
        Side::Server => "t-ida",
        _ => "t-vuelta",
    };
    let mut sources: Vec<(&str, Vec<Rule>)> = Vec::new();
    for rule in Rule::ALL.iter().filter(|rule| rule.side() == side) {
        match sources.iter_mut().find(|(source, _)| *source == rule.section()) {
            Some((_, rules)) => rules.push(*rule),
            None => sources.push((rule.section(), vec![*rule])),
        }
    }
    let bodies: String = sources.iter().map(|(source, rules)| body(source, rules)).collect();
    format!(
        "<table class=\"tabla {class}\">\n<thead><tr><th>regla</th><th>qué exige</th></tr></thead>\n{bodies}</table>"
    )
}

fn body(source: &str, rules: &[Rule]) -> String {
    let mut body = format!(
        "<tbody>\n<tr class=\"origen\"><th scope=\"rowgroup\" colspan=\"2\"><a href=\"{}\">{source}</a></th></tr>\n",
        address(source)
    );
    for rule in rules {
        let text = with_code(&sentence(rule.text()));
        let _ = writeln!(
            body,
            "<tr id=\"{rule:?}\"><th scope=\"row\"><code>{rule:?}</code></th><td data-l=\"qué exige\">{text}</td></tr>"
        );
    }
    body + "</tbody>\n"
}

/// El enunciado en HTML: lo que va entre acentos graves es código.
fn with_code(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let parts = escaped.split('`').enumerate();
    parts
        .map(
            |(at, part)| if at % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() },
        )
        .collect()
}

/// Con mayúscula y punto: fuera de un mensaje, el enunciado es una oración.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).chain(['.']).collect()
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
            let sentence = with_code(&sentence(rule.text()));
            let row =
                format!("<code>{rule:?}</code></th><td data-l=\"qué exige\">{sentence}</td></tr>");
            assert_eq!(text.matches(&row).count(), 1, "{rule:?}");
        }
        let tables: Vec<&str> = text.split("</table>").collect();
        assert_eq!(tables.len(), 3);
        for table in tables {
            let sources: Vec<&str> = table.split("colspan=\"2\">").skip(1).collect();
            let different: std::collections::BTreeSet<&str> =
                sources.iter().map(|rest| rest.split("</a>").next().unwrap_or_default()).collect();
            assert_eq!(different.len(), sources.len(), "cada fuente se dice una vez");
        }
        assert!(text.ends_with("\\{{#reglas servidor}}"));
    }

    #[test]
    fn una_tabla_no_se_lleva_lo_que_hay_en_su_linea() {
        let text = "\\{{#reglas servidor}} se escribe {{#reglas servidor}}";
        assert_eq!(with_rules(text), text);
    }
}
