//! Un panel por pregunta. En la pantalla, cada respuesta se abre; en el papel, van en una lista y la buena, al final del
//! capítulo: lo que hay entre [`PAPER`] y [`PAPER_END`] lo lleva allí [`crate::face`].

use super::source::{Choice, Question, letter};
use crate::face::html::inline;

/// Dónde empieza y dónde termina lo que se lee al final del capítulo.
pub(crate) const PAPER: &str = "<!--papel-->";
pub(crate) const PAPER_END: &str = "<!--/papel-->";

/// Los paneles de un capítulo. Sin líneas vacías: dentro de un capítulo, una terminaría el HTML.
pub(super) fn panels(chapter: &str, questions: &[Question]) -> String {
    let panels =
        questions.iter().enumerate().map(|(at, question)| panel(chapter, at + 1, question));
    panels.collect::<Vec<_>>().join("\n")
}

fn panel(chapter: &str, number: usize, question: &Question) -> String {
    let id = format!("{chapter}-porque-{number}");
    let right = question.right();
    let listed: String = question
        .choices
        .iter()
        .map(|choice| format!("<li>{}</li>", inline(&choice.text)))
        .collect();
    format!(
        "<section class=\"panel porque\" aria-labelledby=\"{id}\" data-pregunta=\"{chapter}-{number}\">\
<p class=\"tipo\">Pregunta {number}</p>\n\
<p class=\"pregunta\" id=\"{id}\">{}</p>\n\
<ol class=\"solo-papel\">{listed}</ol>\n\
{}\
<p class=\"veredicto con-js\" role=\"status\"></p>\
{PAPER}<p>La {}. {}</p>{PAPER_END}</section>",
        inline(&question.text),
        choices(question),
        letter(right),
        inline(&question.choices[right].reason),
    )
}

fn choices(question: &Question) -> String {
    let choice = |(at, choice): (usize, &Choice)| {
        let (class, verdict) = if choice.is_right { ("bien", "Sí.") } else { ("mal", "No.") };
        format!(
            "<details class=\"{class}\"><summary><span class=\"letra\">{}</span> <span>{}</span></summary>\
<p><strong>{verdict}</strong> {}</p></details>\n",
            letter(at),
            inline(&choice.text),
            inline(&choice.reason),
        )
    };
    question.choices.iter().enumerate().map(choice).collect()
}
