//! Los mandos, quietos: sin ellos a la vista antes de que llegue el guion, la página daría un salto. Y detrás, los
//! experimentos y los programas, como datos.

use super::prose::prose;
use crate::face::html::escape;
use laboratorio::experiments::{Chapter, Experiment};
use laboratorio::report::text;
use laboratorio::source;
use std::collections::BTreeSet;

/// El final de una línea, como lo dibuja el editor.
const END: &str = "<i class=\"fin\" aria-hidden=\"true\">␍␊</i>\n";

const VIEWS: [(&str, &str, bool); 5] = [
    ("sent", "Enviados", false),
    ("environ", "environ", false),
    ("steps", "Llamadas", false),
    ("received", "Recibidos", true),
    ("browser", "Navegador", true),
];

/// Lo que se predijo queda en el navegador de quien lee, que se lo puede llevar o borrarlo.
const PROGRESS: &str = "<div class=\"acciones progreso\">\
<button type=\"button\" class=\"llano\" data-a=\"export\">Guardar mis predicciones</button>\
<button type=\"button\" class=\"llano\" data-a=\"erase\">Borrarlas</button> <span role=\"status\" data-e=\"progress\"></span></div>";

/// Los mandos del laboratorio que se pidió con `name`, y sus datos.
pub(super) fn controls(name: &str, chapters: &[&Chapter]) -> String {
    let [chapter, ..] = chapters else { return String::new() };
    let first = &chapter.experiments[0];
    let ids = |suffix: &str| format!("lab-{name}-{suffix}");
    let (ask, help, cap) = (ids("pregunta"), ids("ayuda"), ids("peticion"));
    format!(
        "<div class=\"lab-vivo\">\
<div class=\"lab-cab\">{select}<div class=\"fichas\" role=\"group\" aria-label=\"Experimentos\">{chips}</div>\
<button type=\"button\" class=\"llano\" data-a=\"hex\" aria-pressed=\"false\">Hexadecimal</button></div>\
<div class=\"lab-mesa\"><div class=\"lab-izq\">\
<label for=\"{cap}\">Tu petición <small data-e=\"size\"></small></label>\
<div class=\"editor\"><pre data-e=\"back\" aria-hidden=\"true\">{lines}</pre>\
<textarea id=\"{cap}\" data-e=\"editor\" spellcheck=\"false\" autocapitalize=\"off\" autocomplete=\"off\" aria-describedby=\"{help}\">{request}</textarea></div>\
<p class=\"oculto\" id=\"{help}\">Cada línea termina en retorno de carro y salto de línea. La línea vacía termina la cabeza. Se envía con Control y Enter.</p>\
<label class=\"casilla\"><input type=\"checkbox\" data-e=\"length\" checked> Calcular <code>Content-Length</code></label>\
<p class=\"cambio\" data-e=\"change\" hidden></p>\
<div class=\"predic\"><span class=\"et\" id=\"{ask}\" data-e=\"question\">{question}</span>\
<div class=\"opciones\" role=\"group\" aria-labelledby=\"{ask}\" data-e=\"options\">{options}</div></div>\
<div class=\"acciones\"><button type=\"button\" class=\"enviar\" data-a=\"send\">Enviar</button>\
<button type=\"button\" class=\"llano\" data-a=\"restore\">Restaurar</button>\
<label class=\"casilla fuente\"><input type=\"checkbox\" data-e=\"own\"> a tu programa, en localhost:8000</label></div>\
<p class=\"veredicto\" role=\"status\" data-e=\"verdict\"></p></div>\
<div class=\"lab-der\"><div class=\"pasos\" role=\"group\" aria-label=\"Qué mirar\">{views}</div>\
<div class=\"vista\" data-e=\"view\" tabindex=\"0\" role=\"group\" aria-label=\"Lo que se mira\"></div></div></div>\
{progress}<details class=\"dentro\"><summary>El servidor por dentro</summary><div data-e=\"inside\"><p>Envía la petición, o córtala con la corredera, y mira por dónde pasó la conexión.</p></div></details>\
<div class=\"registro\"><b>Registro del servidor <span class=\"de\" data-e=\"source\">responde esta página</span></b><code data-e=\"log\">(nada)</code></div>\
<script type=\"application/json\">{data}</script></div>",
        select = select(chapters),
        chips = chips(chapter),
        lines = escape(first.request).replace('\n', END) + " ",
        request = escape(first.request),
        question = prose(first.question.text),
        options = options(first),
        views = views(),
        progress = if chapters.len() > 1 { PROGRESS } else { "" },
        data = data(chapters),
    )
}

fn select(chapters: &[&Chapter]) -> String {
    if chapters.len() == 1 {
        return String::new();
    }
    let options: String = chapters
        .iter()
        .map(|chapter| {
            let number = chapter.name[3..].trim_start_matches('0');
            format!(
                "<option value=\"{}\">{number}. {}</option>",
                chapter.name,
                escape(chapter.title)
            )
        })
        .collect();
    format!(
        "<label class=\"oculto\" for=\"lab-capitulo\">Capítulo</label><select id=\"lab-capitulo\" data-e=\"chapter\">{options}</select>"
    )
}

fn chips(chapter: &Chapter) -> String {
    let chip = |(at, one): (usize, &Experiment)| {
        format!(
            "<button type=\"button\" class=\"ficha\" data-x=\"{at}\" aria-pressed=\"{}\">{}</button>",
            at == 0,
            escape(one.name)
        )
    };
    chapter.experiments.iter().enumerate().map(chip).collect()
}

fn options(experiment: &Experiment) -> String {
    let option = |(at, (label, ..)): (usize, &(&str, &str, &str))| {
        format!(
            "<button type=\"button\" data-p=\"{at}\" aria-pressed=\"false\">{}</button>",
            escape(label)
        )
    };
    experiment.question.options.iter().enumerate().map(option).collect()
}

fn views() -> String {
    let view = |(at, (name, label, is_back)): (usize, &(&str, &str, bool))| {
        let class = if *is_back { " class=\"v\"" } else { "" };
        let number = at + 1;
        format!(
            "<button type=\"button\"{class} data-v=\"{name}\" aria-pressed=\"{}\"><i>{number}</i>{label}</button>",
            at == 0
        )
    };
    VIEWS.iter().enumerate().map(view).collect()
}

/// Los experimentos, como JSON, y los programas:
/// `{chapters: {capítulo: [{name, program, file, changes, request, look, ask, fact, options}]}, sources: {programa: texto}}`.
fn data(chapters: &[&Chapter]) -> String {
    let experiments = || chapters.iter().flat_map(|chapter| chapter.experiments);
    let sources: BTreeSet<&str> = experiments().map(|one| one.program).collect();
    let sources = sources.into_iter().filter_map(|name| Some((name, source(name)?)));
    let sources: Vec<String> =
        sources.map(|(name, text)| format!("{}:{}", quoted(name), quoted(text))).collect();
    let chapters: Vec<String> = chapters
        .iter()
        .map(|chapter| {
            let experiments: Vec<String> = chapter.experiments.iter().map(experiment).collect();
            format!("{}:[{}]", quoted(chapter.name), experiments.join(","))
        })
        .collect();
    format!("{{\"chapters\":{{{}}},\"sources\":{{{}}}}}", chapters.join(","), sources.join(","))
}

fn experiment(experiment: &Experiment) -> String {
    let program = experiment.program();
    let question = &experiment.question;
    format!(
        "{{\"name\":{},\"program\":{},\"file\":{},\"changes\":{},\"request\":{},\"look\":{},\"ask\":{},\"fact\":{},\"options\":{}}}",
        quoted(experiment.name),
        quoted(experiment.program),
        quoted(program.file),
        pairs(program.changes),
        quoted(experiment.request),
        quoted(experiment.look),
        quoted(question.text),
        quoted(question.fact),
        options_data(question.options)
    )
}

fn pairs(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> =
        pairs.iter().map(|(one, two)| format!("[{},{}]", quoted(one), quoted(two))).collect();
    format!("[{}]", pairs.join(","))
}

fn options_data(options: &[(&str, &str, &str)]) -> String {
    let options = options.iter().map(|(label, value, why)| {
        format!("[{},{},{}]", quoted(label), quoted(value), quoted(why))
    });
    format!("[{}]", options.collect::<Vec<_>>().join(","))
}

fn quoted(value: &str) -> String {
    let mut out = String::new();
    text(&mut out, value);
    out
}
