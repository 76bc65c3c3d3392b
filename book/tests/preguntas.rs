//! Las preguntas que piden un porqué: la clave la demuestra el mismo código que hay en el laboratorio.
//!
//! Las de los capítulos que no están en él, y las que demuestra otra prueba, las mira `tests/preguntas.rs`.

mod comun;

use std::fs;
use std::path::Path;

use comun::SmallBook;
use laboratorio::{Visit, visit};
use libro::builder;
use libro::questions::source::{Choice, Proof, Question, parse};
use pretty_assertions::assert_eq;

const INVENTORY: &str = "inventario";

/// Los archivos de preguntas: su nombre y lo que tienen.
fn all() -> Vec<(String, Vec<Question>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("preguntas");
    let entries = fs::read_dir(folder).expect("la carpeta está");
    let names = entries.map(|entry| entry.expect("la carpeta se lee").path());
    let mut files: Vec<_> = names
        .filter(|path| path.file_stem().is_some_and(|name| name != "LEEME"))
        .map(|path| {
            let text = fs::read_to_string(&path).expect("el archivo se lee");
            let name = path.file_stem().expect("tiene nombre").to_string_lossy().into_owned();
            let questions = parse(&text).unwrap_or_else(|flaw| panic!("{name}: {flaw:?}"));
            (name, questions)
        })
        .collect();
    files.sort_by(|one, other| one.0.cmp(&other.0));
    files
}

/// Los bytes de una petición. La última línea en blanco es la que termina la cabeza; si hay cuerpo, no termina en nada.
fn bytes(request: &str) -> Vec<u8> {
    let has_body = request.split_once("\n\n").is_some();
    let request = match has_body {
        true => request.trim_end_matches('\n').to_owned(),
        false => format!("{request}\n"),
    };
    request.replace('\n', "\r\n").into_bytes()
}

fn holds(choice: &Choice, visit: &Visit) -> bool {
    choice.claims.iter().all(|(fact, value)| visit.fact(fact) == *value)
}

#[test]
fn la_buena_es_cierta_y_las_otras_no() {
    let mut wrong = Vec::new();
    for (file, questions) in all() {
        for Question { text, proof, choices } in questions {
            let Proof::Run { program, request } = proof else { continue };
            let Some(visit) = visit(&program, &bytes(&request), &[]) else { continue };
            for choice in choices.iter().filter(|choice| !choice.claims.is_empty()) {
                if holds(choice, &visit) != choice.is_right {
                    let seen: Vec<_> = choice.claims.iter().map(|(f, _)| visit.fact(f)).collect();
                    wrong.push(format!("{file}, «{text}», «{}»: ocurre {seen:?}", choice.text));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn lo_que_se_puede_mirar_se_afirma() {
    for (file, questions) in all() {
        for Question { text, proof, choices } in questions {
            let is_run = matches!(proof, Proof::Run { .. });
            let claimed = |is_right| {
                choices.iter().filter(|c| c.is_right == is_right && !c.claims.is_empty()).count()
            };
            assert_eq!(claimed(true), usize::from(is_run), "{file}, «{text}»: la buena");
            assert_eq!(claimed(false) > 0, is_run, "{file}, «{text}»: las otras");
        }
    }
}

#[test]
fn las_ideas_son_a_lo_mas_una_de_cada_tres() {
    for (file, questions) in all() {
        let ideas = questions.iter().filter(|question| question.proof == Proof::Concept).count();
        assert!(ideas * 3 <= questions.len(), "{file}: {ideas} de {}", questions.len());
        let expected = if file == INVENTORY { 12..=12 } else { 3..=5 };
        assert!(expected.contains(&questions.len()), "{file}: {}", questions.len());
    }
}

#[test]
fn la_buena_no_esta_siempre_en_el_mismo_lugar() {
    for (file, questions) in all() {
        let places: std::collections::BTreeSet<usize> =
            questions.iter().map(Question::right).collect();
        assert!(places.len() > 1, "{file}: {places:?}");
    }
}

/// Un libro con un capítulo y un archivo de preguntas.
fn book_with(questions: &str) -> SmallBook {
    let chapter = "# Uno\n\n## ¿Y por qué?\n\n{{#preguntas cap01}}\n\n## Más\n\n{{#avance}}\n";
    let book = SmallBook::with(&[("cap01_uno.md", chapter)]);
    book.write("book/preguntas/cap01.md", questions);
    book
}

const QUESTION: &str = "# Uno\n\n## ¿Por qué `a<b`?\n\nconcepto\n\n- Por *esto*.\n  Eso sería cierto si\n  hubiera dos.\n\
                        + Por lo otro.\n  La razón.\n- Por nada.\n  Siempre hay algo.\n";

#[test]
fn sin_guiones_cada_respuesta_se_abre_y_dice_si_lo_es() {
    let book = book_with(QUESTION);
    builder::review(&book.folders()).expect("el libro está bien");
    // mdBook reparte las líneas a su manera.
    let page = book.page("cap01_uno.html").replace('\n', "");
    for piece in [
        "<p class=\"pregunta\" id=\"cap01-porque-1\">¿Por qué <code>a&lt;b</code>?</p>",
        "<details class=\"mal\"><summary><span class=\"letra\">a</span> <span>Por <em>esto</em>.</span></summary>\
         <p><strong>No.</strong> Eso sería cierto si hubiera dos.</p></details>",
        "<details class=\"bien\"><summary><span class=\"letra\">b</span> <span>Por lo otro.</span></summary>\
         <p><strong>Sí.</strong> La razón.</p></details>",
        "<h3>Pregunta 1</h3><p>La b. La razón.</p>",
        "data-a=\"borrar\"",
    ] {
        assert_eq!(page.matches(piece).count(), 1, "{piece}\n{page}");
    }
}

#[test]
fn lo_que_no_se_entiende_se_dice_con_su_linea() {
    let place = "capitulos/cap01_uno.md:5: preguntas/cap01.md";
    let form = "la forma está en preguntas/LEEME.md\n";
    for (from, to, what) in [
        ("concepto\n", "\n", ":3: falta «programa:», «prueba:» o «concepto»; "),
        ("+ Por", "- Por", ":3: una sola respuesta es la buena, y empieza por «+»; "),
        ("  La razón.\n", "", ":3: a una respuesta le falta su porqué; "),
        ("concepto", "ocurrencia", ":5: esta línea no es de ninguna clase conocida; "),
        ("- Por nada.\n", "", ":3: una pregunta tiene tres o cuatro respuestas; "),
    ] {
        let book = book_with(&QUESTION.replace(from, to));
        assert_eq!(book.problems(), format!("{place}{what}{form}"));
    }
}
