//! El libro de una sola página, para el papel: cada capítulo en su sección, con su número y su nombre en lo alto de la hoja.
//!
//! mdBook junta los capítulos sin decir cuál es cada uno: van en el orden del índice, separados por un salto de hoja.

use super::contents::{Chapter, Contents};
use super::html;

/// Cómo se llama la página.
pub(super) const PAGE: &str = "print.html";

/// Lo que mdBook pone entre dos capítulos.
const BREAK: &str = "<div style=\"break-before: page; page-break-before: always;\"></div>";

/// El contenido con un índice y cada capítulo en la forma que le da `shaped`.
pub(super) fn with_chapters(
    content: &str,
    title: &str,
    contents: &Contents,
    shaped: impl Fn(&str, &Chapter) -> String,
) -> String {
    let parts: Vec<&str> = content.split(BREAK).collect();
    if parts.len() != contents.chapters().count() {
        return content.to_owned();
    }
    let chapters = || contents.chapters().enumerate();
    let heads: String = chapters().map(|(at, chapter)| running_head(at, chapter)).collect();
    let sections: String = chapters()
        .zip(&parts)
        .map(|((at, chapter), part)| {
            let part = with_own_pairs(&shaped(part, chapter), &chapter.key);
            format!("<section class=\"capitulo\" style=\"page: hoja{at}\">{part}</section>\n")
        })
        .collect();
    let index = index(title, contents, &parts);
    format!("<style>\n{heads}</style>\n{index}{sections}")
}

/// La primera hoja: qué capítulos hay, y qué pregunta cada uno.
fn index(work: &str, contents: &Contents, parts: &[&str]) -> String {
    let ids = parts.iter().map(|part| html::headings(part).into_iter().next());
    let mut ids = ids.map(|title| title.map_or_else(String::new, |title| title.id));
    let groups: String = contents
        .groups
        .iter()
        .map(|(group, chapters)| {
            let items: String =
                chapters.iter().zip(ids.by_ref()).map(|(chapter, id)| item(chapter, &id)).collect();
            format!("<h2>{}</h2>\n<ul>\n{items}</ul>\n", html::escape(group))
        })
        .collect();
    format!("<section class=\"indice\"><p class=\"obra\">{work}</p>\n{groups}</section>\n")
}

fn item(chapter: &Chapter, id: &str) -> String {
    let Chapter { mark, name, title, .. } = chapter;
    let is_same = html::plain(name) == html::plain(title);
    let question = if is_same { String::new() } else { format!(" <small>{title}</small>") };
    format!(
        "<li><span class=\"num\">{mark}</span><span><a href=\"#{id}\">{name}</a>{question}</span></li>\n"
    )
}

/// Lo que dice el borde de las hojas de un capítulo.
fn running_head(at: usize, chapter: &Chapter) -> String {
    let Chapter { mark, name, .. } = chapter;
    let name = html::plain(name).replace(['"', '\\', '<'], "");
    let text = if mark.is_empty() { name } else { format!("{mark} · {name}") };
    format!("@page hoja{at} {{ @top-left {{ content: \"{text}\"; }} }}\n")
}

/// Las parejas de los gemelos se numeran en cada capítulo: aquí, además, dicen de cuál son.
fn with_own_pairs(part: &str, key: &str) -> String {
    part.replace("id=\"par-", &format!("id=\"{key}-par-"))
        .replace("href=\"#par-", &format!("href=\"#{key}-par-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn contents() -> Contents {
        let chapter = |mark: &str, name: &str, key: &str, title: &str| Chapter {
            mark: mark.to_owned(),
            name: name.to_owned(),
            page: format!("{key}.html"),
            key: key.to_owned(),
            title: title.to_owned(),
        };
        let chapters = vec![
            chapter("", "Antes", "antes", "Antes"),
            chapter("1", "Un <code>a</code>", "cap01", "¿Qué?"),
        ];
        Contents { groups: vec![("Todo".to_owned(), chapters)] }
    }

    #[test]
    fn hay_un_indice_y_cada_capitulo_tiene_su_seccion_y_su_borde() {
        let pair = "<a href=\"#par-1\">1</a><i id=\"par-1\"></i>";
        let content = format!("<h1 id=\"x\">A</h1>{BREAK}<h1>B</h1>{pair}");
        let shaped = |part: &str, chapter: &Chapter| format!("{}:{part}", chapter.page);
        assert_eq!(
            with_chapters(&content, "Obra", &contents(), shaped),
            "<style>\n@page hoja0 { @top-left { content: \"Antes\"; } }\n\
             @page hoja1 { @top-left { content: \"1 · Un a\"; } }\n</style>\n\
             <section class=\"indice\"><p class=\"obra\">Obra</p>\n<h2>Todo</h2>\n<ul>\n\
             <li><span class=\"num\"></span><span><a href=\"#x\">Antes</a></span></li>\n\
             <li><span class=\"num\">1</span><span><a href=\"#\">Un <code>a</code></a> <small>¿Qué?</small></span></li>\n\
             </ul>\n</section>\n\
             <section class=\"capitulo\" style=\"page: hoja0\">antes.html:<h1 id=\"x\">A</h1></section>\n\
             <section class=\"capitulo\" style=\"page: hoja1\">cap01.html:<h1>B</h1>\
             <a href=\"#cap01-par-1\">1</a><i id=\"cap01-par-1\"></i></section>\n"
        );
    }

    #[test]
    fn si_no_se_sabe_cual_es_cada_uno_nada_cambia() {
        assert_eq!(
            with_chapters("<h1>A</h1>", "", &contents(), |_, _| String::new()),
            "<h1>A</h1>"
        );
    }
}
