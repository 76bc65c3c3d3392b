//! Los paneles: lo que se predice, los errores típicos, el ejercicio y las tres líneas, cada uno con su cara.
//!
//! En el texto son secciones corrientes, con el título de siempre: aquí se reconocen por él.

use super::html::{self, Heading};

/// El contenido con sus secciones en paneles, y al final, para el papel, las respuestas.
pub(super) fn with_panels(content: &str, page: &str) -> String {
    let number = page.strip_prefix("cap").and_then(|rest| rest.get(..2)?.parse::<u8>().ok());
    let Some(number) = number else { return content.to_owned() };
    let mut answers = Answers::default();
    let sections: String = sections(content)
        .into_iter()
        .map(|section| match Kind::of(section) {
            Some(Kind::Predict) => predictions(section, &mut answers),
            Some(Kind::Errors) => errors(section),
            Some(Kind::Exercise) => exercise(section, number, &mut answers),
            Some(Kind::Summary) => summary(section),
            None => section.to_owned(),
        })
        .collect();
    sections + &answers.written()
}

/// El contenido partido por sus títulos de segundo nivel; lo primero es lo que va antes.
fn sections(content: &str) -> Vec<&str> {
    let mut starts = vec![0];
    starts.extend(content.match_indices("<h2").map(|(at, _)| at).filter(|at| *at > 0));
    starts.push(content.len());
    starts.windows(2).map(|ends| &content[ends[0]..ends[1]]).collect()
}

enum Kind {
    Predict,
    Errors,
    Exercise,
    Summary,
}

impl Kind {
    fn of(section: &str) -> Option<Self> {
        let Heading { inside, .. } = html::headings(section).into_iter().find(|h| h.level == 2)?;
        Some(match html::plain(&inside).split(':').next()? {
            "Predice" => Self::Predict,
            "Errores típicos" => Self::Errors,
            "Ejercicio" => Self::Exercise,
            "En tres líneas" => Self::Summary,
            _ => return None,
        })
    }
}

/// Lo que en papel va al final del capítulo.
#[derive(Default)]
struct Answers(Vec<(String, String)>);

impl Answers {
    /// Cuántas preguntas lleva el capítulo.
    fn predictions(&self) -> usize {
        self.0.iter().filter(|(name, _)| name.starts_with("Predice")).count()
    }

    fn written(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let items: String =
            self.0.iter().map(|(name, answer)| format!("<h3>{name}</h3>\n{answer}\n")).collect();
        format!(
            "<section class=\"respuestas-impresas\"><h2>Respuestas y pistas</h2>\n{items}</section>\n"
        )
    }
}

/// Las partes de un texto: lo de fuera y cada `<details>`, con su resumen y lo que pliega.
fn fold(section: &str, mut outside: impl FnMut(&str), mut inside: impl FnMut(&str, &str)) {
    let mut rest = section;
    while let Some((before, details, after)) = html::between(rest, "<details>", "</details>") {
        outside(before);
        if let Some((_, title, answer)) = html::between(details, "<summary>", "</summary>") {
            inside(title.trim(), answer.trim());
        }
        rest = after;
    }
    outside(rest);
}

fn predictions(section: &str, answers: &mut Answers) -> String {
    let out = std::cell::RefCell::new(String::new());
    // Un capítulo puede preguntar en varios sitios: los números siguen.
    let mut number = answers.predictions();
    fold(
        section,
        |text| out.borrow_mut().push_str(text),
        |question, answer| {
            number += 1;
            out.borrow_mut().push_str(&format!(
                "<section class=\"panel predice\" aria-labelledby=\"predice-{number}\"><p class=\"tipo\">Predice</p>\n\
                 <p class=\"pregunta\" id=\"predice-{number}\">{question}</p>\n\
                 <details><summary>Ver la respuesta</summary>\n{answer}\n</details></section>"
            ));
            answers.0.push((format!("Predice {number}"), answer.to_owned()));
        },
    );
    out.into_inner()
}

/// Cada error empieza por un párrafo con su nombre en negrita.
fn errors(section: &str) -> String {
    const OPEN: &str = "<p><strong>";
    let Some((before, rest)) = section.split_once(OPEN) else { return section.to_owned() };
    let items: Vec<&str> = rest.split(OPEN).collect();
    let panels: String = items.iter().enumerate().map(|(at, item)| error(item, at + 1)).collect();
    before.to_owned() + &panels
}

fn error(item: &str, number: usize) -> String {
    let Some((name, rest)) = item.split_once("</strong>") else {
        return format!("<p><strong>{item}");
    };
    let kind = match (rest.find("\"bloque compilador\""), rest.find("\"bloque terminal\"")) {
        (Some(at), _) if rest[at..].contains(">error") => "No compila",
        (Some(_), _) => "El compilador avisa",
        (None, Some(_)) => "Compila, y falla al ejecutarse",
        (None, None) => "Compila, y no hace lo que esperas",
    };
    let name = name.trim_end_matches(['.', ' ']);
    format!(
        "<section class=\"panel error-tipico\" aria-labelledby=\"error-{number}\"><p class=\"tipo\">{kind}</p>\n\
         <h3 id=\"error-{number}\">{name}</h3>\n<p>{}</section>\n",
        rest.trim_start()
    )
}

fn exercise(section: &str, number: u8, answers: &mut Answers) -> String {
    let mut solved = String::new();
    fold(
        section,
        |_| {},
        |title, inside| answers.0.push((format!("Ejercicio {number}. {title}"), inside.to_owned())),
    );
    if section.contains("<details>") {
        solved.push_str(
            "<p class=\"hecho con-js\"><button type=\"button\" class=\"llano\" id=\"resuelto\" aria-pressed=\"false\">\
             Ya lo resolví</button> <span>Queda anotado en este navegador.</span></p>",
        );
    }
    format!(
        "<section class=\"panel ejercicio\" aria-label=\"Ejercicio {number}\"><p class=\"tipo\">Ejercicio {number}</p>\n\
         {section}{solved}</section>\n"
    )
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
        let content = "<h2 id=\"p\">Predice</h2><p>Piensa.</p><details>\n<summary>¿Qué?</summary>\n<p>Eso.</p>\n</details>";
        let seen = with_panels(content, "cap01_x.html");
        assert_eq!(
            seen,
            "<h2 id=\"p\">Predice</h2><p>Piensa.</p><section class=\"panel predice\" aria-labelledby=\"predice-1\">\
             <p class=\"tipo\">Predice</p>\n<p class=\"pregunta\" id=\"predice-1\">¿Qué?</p>\n\
             <details><summary>Ver la respuesta</summary>\n<p>Eso.</p>\n</details></section>\
             <section class=\"respuestas-impresas\"><h2>Respuestas y pistas</h2>\n<h3>Predice 1</h3>\n<p>Eso.</p>\n</section>\n"
        );
    }

    #[test]
    fn los_numeros_siguen_de_una_seccion_a_la_otra() {
        let section = "<h2>Predice: algo</h2><details><summary>¿Qué?</summary>Eso.</details>";
        let seen = with_panels(&section.repeat(2), "cap01_x.html");
        let ids: Vec<usize> =
            (1..=3).map(|n| seen.matches(&format!("id=\"predice-{n}\"")).count()).collect();
        assert_eq!(ids, [1, 1, 0], "{seen}");
    }

    #[test]
    fn cada_error_dice_de_que_clase_es() {
        let content = "<h2>Errores típicos</h2>\n<p><strong>Uno.</strong> Así.</p>\n<div class=\"bloque compilador\">\
                       <span>error: x</span></div>\n<p><strong>Dos.</strong> Asá.</p>";
        let seen = with_panels(content, "cap02_x.html");
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
    fn fuera_de_los_capitulos_nada_cambia() {
        let content = "<h2>Predice</h2><details><summary>a</summary>b</details>";
        assert_eq!(with_panels(content, "glosario.html"), content);
    }
}
