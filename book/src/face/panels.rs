//! Los paneles: lo que se predice, los errores típicos, el ejercicio y las tres líneas, cada uno con su cara.
//!
//! En el texto son secciones corrientes, o partes de una: aquí se reconocen por cómo empieza su título. Un capítulo puede
//! predecir más de una vez.

use super::html;
use crate::questions::{PAPER, PAPER_END};

/// El contenido con sus secciones en paneles, y al final, para el papel, las respuestas. Los nombres de los paneles
/// empiezan por `prefix`: en el libro de una sola página hay muchos.
pub(super) fn with_panels(content: &str, page: &str, prefix: &str) -> String {
    let number = page.strip_prefix("cap").and_then(|rest| rest.get(..2)?.parse::<u8>().ok());
    let Some(number) = number else { return content.to_owned() };
    // El programa del capítulo que trata de Python no se compila.
    let is_compiled = !page.ends_with("_python.html");
    let mut answers = Answers { prefix, predictions: 0, all: Vec::new() };
    let sections: String = sections(content)
        .into_iter()
        .map(|section| match Kind::of(section) {
            Some(Kind::Predict) => predictions(section, &mut answers),
            Some(Kind::Errors) => errors(section, prefix, is_compiled),
            Some(Kind::Exercise) => exercise(section, number, &mut answers),
            Some(Kind::Summary) => summary(section),
            Some(Kind::Why) => questions(section, &mut answers),
            None => section.to_owned(),
        })
        .collect();
    sections + &answers.written()
}

/// El contenido partido en secciones; lo primero es lo que va antes. Las abre un título de segundo nivel, o uno de tercero
/// si es el de un panel; y a un panel de tercer nivel lo termina cualquier título.
fn sections(content: &str) -> Vec<&str> {
    let mut starts = vec![0];
    let mut is_inner = false;
    for (at, _) in content.match_indices("<h") {
        let is_second = content[at..].starts_with("<h2");
        if !is_second && !content[at..].starts_with("<h3") {
            continue;
        }
        let is_panel = Kind::of(&content[at..]).is_some();
        if is_second || is_panel || is_inner {
            starts.push(at);
            is_inner = !is_second && is_panel;
        }
    }
    starts.push(content.len());
    starts.windows(2).map(|ends| &content[ends[0]..ends[1]]).collect()
}

enum Kind {
    Predict,
    Errors,
    Exercise,
    Summary,
    Why,
}

impl Kind {
    /// De qué clase es la sección que empieza con un título.
    fn of(section: &str) -> Option<Self> {
        const KINDS: [(&str, Kind); 5] = [
            ("Predice", Kind::Predict),
            ("Errores típicos", Kind::Errors),
            ("Ejercicio", Kind::Exercise),
            ("En tres líneas", Kind::Summary),
            ("¿Y por qué?", Kind::Why),
        ];
        let end = section.find("</h")?;
        let title = html::headings(&section[..end + "</h2>".len()]).into_iter().next()?;
        let title = html::plain(&title.inside);
        KINDS.into_iter().find_map(|(start, kind)| title.starts_with(start).then_some(kind))
    }
}

/// Lo que en papel va al final del capítulo.
struct Answers<'p> {
    prefix: &'p str,
    predictions: usize,
    all: Vec<(String, String)>,
}

impl Answers<'_> {
    fn written(&self) -> String {
        if self.all.is_empty() {
            return String::new();
        }
        let items: String = self
            .all
            .iter()
            .map(|(name, answer)| format!("<section><h3>{name}</h3>\n{answer}\n</section>\n"))
            .collect();
        format!(
            "<section class=\"respuestas-impresas\"><h2>Respuestas de este capítulo</h2>\n{items}</section>\n"
        )
    }
}

/// Lo de una respuesta con otros nombres, porque está también en su sitio.
fn renamed(answer: &str) -> String {
    let mut out = answer.to_owned();
    let mut rest = answer;
    while let Some((_, id, after)) = html::between(rest, " id=\"", "\"") {
        for (open, close) in [(" id=\"", "\""), ("url(#", ")"), ("aria-labelledby=\"", "\"")] {
            out = out.replace(&format!("{open}{id}{close}"), &format!("{open}{id}-papel{close}"));
        }
        rest = after;
    }
    out
}

/// Las partes de un texto: lo de fuera y cada `<details>` suyo, con su resumen y lo que pliega.
fn fold(section: &str, mut outside: impl FnMut(&str), mut inside: impl FnMut(&str, &str)) {
    for block in html::blocks(section) {
        let folded = block.strip_prefix("<details>").and_then(|block| {
            let (_, title, answer) = html::between(block, "<summary>", "</summary>")?;
            Some((title.trim(), answer.strip_suffix("</details>")?.trim()))
        });
        match folded {
            Some((title, answer)) => inside(title, answer),
            None => outside(block),
        }
    }
}

fn predictions(section: &str, answers: &mut Answers<'_>) -> String {
    let out = std::cell::RefCell::new(String::new());
    fold(
        section,
        |text| out.borrow_mut().push_str(text),
        |question, answer| {
            answers.predictions += 1;
            let (prefix, number) = (answers.prefix, answers.predictions);
            out.borrow_mut().push_str(&format!(
                "<section class=\"panel predice\" aria-labelledby=\"{prefix}predice-{number}\"><p class=\"tipo\">Predice {number}</p>\n\
                 <p class=\"pregunta\" id=\"{prefix}predice-{number}\">{question}</p>\n\
                 <details><summary>Ver la respuesta</summary>\n{answer}\n</details></section>"
            ));
            let name = format!("Predice {number}. <span class=\"pregunta\">{question}</span>");
            answers.all.push((name, renamed(answer)));
        },
    );
    out.into_inner()
}

/// Cada error empieza por un párrafo con su nombre en negrita.
fn errors(section: &str, prefix: &str, is_compiled: bool) -> String {
    const OPEN: &str = "<p><strong>";
    let Some((before, rest)) = section.split_once(OPEN) else { return section.to_owned() };
    let items: Vec<&str> = rest.split(OPEN).collect();
    let panels: String = items
        .iter()
        .enumerate()
        .map(|(at, item)| error(item, &format!("{prefix}error-{}", at + 1), is_compiled))
        .collect();
    before.to_owned() + &panels
}

fn error(item: &str, id: &str, is_compiled: bool) -> String {
    let Some((name, rest)) = item.split_once("</strong>") else {
        return format!("<p><strong>{item}");
    };
    let kind = match (rest.find("\"bloque compilador\""), rest.find("\"bloque terminal\"")) {
        (Some(at), _) if rest[at..].contains(">error") => "No compila",
        (Some(_), _) => "El compilador avisa",
        (None, Some(_)) if is_compiled => "Compila, y falla al ejecutarse",
        (None, Some(_)) => "Falla al ejecutarse",
        (None, None) if is_compiled => "Compila, y no hace lo que esperas",
        (None, None) => "No hace lo que esperas",
    };
    let name = name.trim_end_matches(['.', ' ']);
    format!(
        "<section class=\"panel error-tipico\" aria-labelledby=\"{id}\"><p class=\"tipo\">{kind}</p>\n\
         <h3 id=\"{id}\">{name}</h3>\n<p>{}</section>\n",
        rest.trim_start()
    )
}

fn exercise(section: &str, number: u8, answers: &mut Answers<'_>) -> String {
    let mut solved = String::new();
    fold(
        section,
        |_| {},
        |title, inside| answers.all.push((format!("Ejercicio {number}. {title}"), renamed(inside))),
    );
    if section.contains("<details>") && answers.prefix.is_empty() {
        solved.push_str(
            "<p class=\"hecho con-js\"><button type=\"button\" class=\"llano\" id=\"resuelto\" aria-pressed=\"false\">\
             Ya lo resolví</button> <span>Queda anotado en este navegador.</span></p>",
        );
    }
    let section = without_repeated_title(section);
    format!(
        "<section class=\"panel ejercicio\" aria-label=\"Ejercicio {number}\"><p class=\"tipo\">Ejercicio {number}</p>\n\
         {section}{solved}</section>\n"
    )
}

/// El encabezado del panel ya dice que es un ejercicio: un título que solo dice eso queda para el índice y los lectores de
/// pantalla.
fn without_repeated_title(section: &str) -> String {
    let title = html::headings(section).into_iter().next();
    match title.is_some_and(|title| title.inside == "Ejercicio") {
        true => section.replacen("<h2 ", "<h2 class=\"oculto\" ", 1),
        false => section.to_owned(),
    }
}

/// Las preguntas ya vienen en su panel: aquí lo que en papel va al final se lleva a su sitio.
fn questions(section: &str, answers: &mut Answers<'_>) -> String {
    let mut out = String::new();
    let mut rest = section;
    while let Some((before, answer, after)) = html::between(rest, PAPER, PAPER_END) {
        let asked = html::between(before, "<p class=\"tipo\">", "</p>");
        if let Some((_, name, _)) = asked {
            answers.all.push((name.to_owned(), answer.to_owned()));
        }
        out += before;
        rest = after;
    }
    out + rest
}

fn summary(section: &str) -> String {
    section
        .replacen("<ul>", "<ol class=\"tres\">", 1)
        .replacen("</ul>", "</ol>", 1)
        .replace("<li>", "<li><span>")
        .replace("</li>", "</span></li>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn cada_pregunta_es_un_panel_y_su_respuesta_se_repite_para_el_papel() {
        let content = "<h2 id=\"p\">Predice</h2><p>Piensa.</p><details>\n<summary>¿Qué?</summary>\n\
                       <p id=\"a\">Eso.</p><details>y</details>\n</details>";
        assert_eq!(
            with_panels(content, "cap01_x.html", ""),
            "<h2 id=\"p\">Predice</h2><p>Piensa.</p><section class=\"panel predice\" aria-labelledby=\"predice-1\">\
             <p class=\"tipo\">Predice 1</p>\n<p class=\"pregunta\" id=\"predice-1\">¿Qué?</p>\n\
             <details><summary>Ver la respuesta</summary>\n<p id=\"a\">Eso.</p><details>y</details>\n</details></section>\
             <section class=\"respuestas-impresas\"><h2>Respuestas de este capítulo</h2>\n\
             <section><h3>Predice 1. <span class=\"pregunta\">¿Qué?</span></h3>\n\
             <p id=\"a-papel\">Eso.</p><details>y</details>\n</section>\n</section>\n"
        );
    }

    #[test]
    fn se_puede_predecir_mas_de_una_vez_y_dentro_de_una_seccion() {
        let asks = |title: &str| format!("{title}<details><summary>¿?</summary>Sí.</details>");
        let content = format!(
            "<h2>El código</h2>{}<h3>Sigue</h3><details><summary>Completo</summary>y</details>{}",
            asks("<h3>Predice antes de leer</h3>"),
            asks("<h2>Predice</h2>")
        );
        let seen = with_panels(&content, "cap01_x.html", "cap01-");
        assert_eq!(
            ["cap01-predice-1\">", "cap01-predice-2\">"].map(|id| seen.matches(id).count()),
            [2, 2]
        );
        assert!(
            seen.contains("<h3>Sigue</h3><details><summary>Completo</summary>y</details><h2>"),
            "{seen}"
        );
    }

    #[test]
    fn los_numeros_siguen_de_una_seccion_a_la_otra() {
        let section = "<h2>Predice: algo</h2><details><summary>¿Qué?</summary>Eso.</details>";
        let seen = with_panels(&section.repeat(2), "cap01_x.html", "");
        let ids: Vec<usize> =
            (1..=3).map(|n| seen.matches(&format!("id=\"predice-{n}\"")).count()).collect();
        assert_eq!(ids, [1, 1, 0], "{seen}");
    }

    #[test]
    fn cada_error_dice_de_que_clase_es() {
        let content = "<h2>Errores típicos</h2>\n<p><strong>Uno.</strong> Así.</p>\n<div class=\"bloque compilador\">\
                       <span>error: x</span></div>\n<p><strong>Dos.</strong> Asá.</p>";
        let seen = with_panels(content, "cap02_x.html", "");
        assert!(
            seen.contains("No compila</p>\n<h3 id=\"error-1\">Uno</h3>\n<p>Así.</p>"),
            "{seen}"
        );
        assert!(
            seen.contains("no hace lo que esperas</p>\n<h3 id=\"error-2\">Dos</h3>\n<p>Asá.</p>"),
            "{seen}"
        );
    }

    #[test]
    fn lo_que_es_de_python_no_se_compila() {
        let content = "<h2>Errores típicos</h2>\n<p><strong>Uno.</strong> Así.</p>\n<div class=\"bloque terminal\"></div>\
                       \n<p><strong>Dos.</strong> Asá.</p>";
        let seen = with_panels(content, "cap18_python.html", "");
        let kinds = ["Falla al ejecutarse</p>", "No hace lo que esperas</p>"];
        assert!(kinds.iter().all(|kind| seen.contains(&format!("\"tipo\">{kind}"))), "{seen}");
    }

    #[test]
    fn el_titulo_que_solo_dice_ejercicio_no_se_repite() {
        let seen = |title: &str| {
            with_panels(&format!("<h2 id=\"e\">{title}</h2><p>Haz.</p>"), "cap03_x.html", "")
        };
        assert!(seen("Ejercicio").contains("Ejercicio 3</p>\n<h2 class=\"oculto\" id=\"e\">"));
        assert!(seen("Ejercicio: el menú").contains("Ejercicio 3</p>\n<h2 id=\"e\">"));
    }

    #[test]
    fn fuera_de_los_capitulos_nada_cambia() {
        let content = "<h2>Predice</h2><details><summary>a</summary>b</details>";
        assert_eq!(with_panels(content, "glosario.html", ""), content);
    }
}
