//! Las doce preguntas del primer día y del último: un formulario que no se envía a ninguna parte.

use super::source::{Choice, Question, letter};
use crate::face::html::inline;

/// El formulario, y debajo, plegadas, las respuestas.
pub(super) fn form(questions: &[Question]) -> String {
    let key: String = questions.iter().map(|question| letter(question.right())).collect();
    let fields: String = questions.iter().enumerate().map(field).collect();
    let answers: String = questions.iter().enumerate().map(answer).collect();
    format!(
        "<form class=\"inventario\" data-clave=\"{key}\">\n\
<p class=\"sin-js\">Sin los guiones de esta página no se guarda nada: anota tus respuestas en papel.</p>\n\
<fieldset class=\"con-js\"><legend>¿Qué día es hoy?</legend>\
<label><input type=\"radio\" name=\"momento\" value=\"primero\" checked> <span>El primero: las respuestas no se muestran</span></label>\
<label><input type=\"radio\" name=\"momento\" value=\"último\"> <span>El último: al terminar se ven, con su porqué</span></label></fieldset>\n\
<p class=\"con-js\"><label for=\"inventario-nombre\">Tu nombre, o como te conozcan en el grupo</label> <input id=\"inventario-nombre\" name=\"nombre\" autocomplete=\"off\"></p>\n\
{fields}\
<p class=\"acciones con-js\"><button type=\"submit\" class=\"llano\">Terminar y guardar el archivo</button></p>\n\
<p class=\"veredicto con-js\" role=\"status\"></p>\n\
</form>\n\
<details class=\"claves\"><summary>Las respuestas, para el último día</summary>\n<ol>{answers}</ol>\n</details>"
    )
}

fn field((at, question): (usize, &Question)) -> String {
    let number = at + 1;
    let option = |(at, choice): (usize, &Choice)| {
        let letter = letter(at);
        format!(
            "<label><input type=\"radio\" name=\"p{number}\" value=\"{letter}\"> <span>{}</span></label>",
            inline(&choice.text)
        )
    };
    let options: String = question.choices.iter().enumerate().map(option).collect();
    format!("<fieldset><legend>{number}. {}</legend>{options}</fieldset>\n", inline(&question.text))
}

fn answer((at, question): (usize, &Question)) -> String {
    let reason = |(at, choice): (usize, &Choice)| {
        let verdict = if choice.is_right { "sí" } else { "no" };
        format!(
            "<li><strong>La {}, {verdict}.</strong> {}</li>",
            letter(at),
            inline(&choice.reason)
        )
    };
    let reasons: String = question.choices.iter().enumerate().map(reason).collect();
    format!(
        "<li id=\"respuesta-{}\"><p>{}</p><ul>{reasons}</ul></li>\n",
        at + 1,
        inline(&question.text)
    )
}
