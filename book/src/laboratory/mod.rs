//! La directiva `{{#laboratorio cap01}}`: los experimentos de un capítulo, ya hechos, y los mandos para hacer otros.
//!
//! Quien construye el libro hace cada experimento con el mismo código que hay en la página, y deja escrito lo que
//! ocurrió ([`fixed`]): sin guiones se lee igual. Los mandos ([`live`]) los mueve `theme/guiones/laboratorio.js`.

mod prose;
mod fixed;
mod live;

use crate::directives::directives;
use laboratorio::experiments::{CHAPTERS, Chapter, chapter};

/// El nombre de la directiva.
pub const DIRECTIVE: &str = "laboratorio";

/// Con qué se piden todos los capítulos.
const ALL: &str = "todo";

const OPEN: &str = "<div class=\"aqui-laboratorio\" data-laboratorio=\"";
const CLOSE: &str = "\"></div>";

/// Los capítulos que pide la directiva; vacío si no se entiende.
#[must_use]
pub fn requested(argument: &str) -> Vec<&'static Chapter> {
    match argument {
        ALL => CHAPTERS.iter().collect(),
        name => chapter(name).into_iter().collect(),
    }
}

/// El mismo texto, con un sitio en lugar de cada línea que es una directiva `{{#laboratorio …}}`.
#[must_use]
pub fn with_places(text: &str) -> String {
    let lines = text.split('\n').map(|line| match directives(line).first() {
        Some(found) if found.name == DIRECTIVE && found.text == line.trim() => {
            format!("{OPEN}{}{CLOSE}", found.argument)
        }
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// El contenido de una página, con un laboratorio en cada sitio.
#[must_use]
pub(crate) fn with_laboratories(content: &str) -> String {
    let mut written = String::new();
    let mut rest = content;
    while let Some((before, place)) = rest.split_once(OPEN) {
        let Some((argument, after)) = place.split_once(CLOSE) else { break };
        written += before;
        written += &section(argument);
        rest = after;
    }
    written + rest
}

fn section(argument: &str) -> String {
    let chapters = requested(argument);
    let title = match chapters[..] {
        [Chapter { name, .. }] => {
            format!("Laboratorio del capítulo {}", name[3..].trim_start_matches('0'))
        }
        _ => "Laboratorio de todos los capítulos".to_owned(),
    };
    let fixed = match chapters[..] {
        [one] => fixed::experiments(one),
        _ => "<p>Sin guiones, cada experimento está en su capítulo, ya hecho.</p>".to_owned(),
    };
    format!(
        "<section class=\"lab ancho\" aria-label=\"{title}\"><div class=\"lab-fijo\">{fixed}</div>{}</section>",
        live::controls(argument, &chapters)
    )
}

#[cfg(test)]
mod tests {
    use super::prose::prose;
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn cada_directiva_es_un_sitio_y_cada_sitio_un_laboratorio() {
        let text = with_places("a\n{{#laboratorio cap01}}\n\\{{#laboratorio cap02}}");
        let place = "<div class=\"aqui-laboratorio\" data-laboratorio=\"cap01\"></div>";
        assert_eq!(text, format!("a\n{place}\n\\{{{{#laboratorio cap02}}}}"));
        let page = with_laboratories(&text);
        assert!(page.contains("aria-label=\"Laboratorio del capítulo 1\""), "{page}");
    }

    #[test]
    fn sin_guiones_esta_todo_lo_que_ocurre() {
        for chapter in CHAPTERS {
            let page = fixed::experiments(&chapter);
            for experiment in chapter.experiments {
                assert!(
                    page.contains(&prose(experiment.look)),
                    "{}: {}",
                    chapter.name,
                    experiment.name
                );
            }
            let whole = chapter.experiments.len() - 1;
            assert_eq!(page.matches("<details>").count(), whole, "{}", chapter.name);
        }
    }
}
