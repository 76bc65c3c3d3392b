//! Las preguntas que piden un porqué y cuya clave demuestra un programa de `examples/`, u otra prueba.
//!
//! Las de los capítulos 1 a 9 las mira el propio libro (`book/tests/preguntas.rs`), con el laboratorio.

mod comun;
#[allow(dead_code, reason = "aquí se usa una parte")]
mod libro;
#[path = "../book/src/questions/source.rs"]
#[allow(dead_code, reason = "aquí se usa una parte")]
mod source;

use std::process::{Command, Stdio};

use comun::{Program, executable};
use libro::{chapters, read, tests_of};
use pretty_assertions::assert_eq;
use source::{Choice, Proof, Question, parse};

/// Los capítulos cuyos programas no están en el laboratorio.
const OWN: std::ops::RangeInclusive<&str> = "cap10"..="cap16";

/// Las preguntas de un archivo.
fn questions(name: &str) -> Vec<Question> {
    let text = read(&format!("book/preguntas/{name}.md"));
    parse(&text).unwrap_or_else(|flaw| panic!("{name}: {flaw:?}"))
}

/// Todas, con su archivo.
fn all() -> Vec<(String, Question)> {
    let chapters = chapters();
    let names = chapters.iter().map(|chapter| chapter.number()).chain(["inventario"]);
    names.flat_map(|name| questions(name).into_iter().map(|one| (name.to_owned(), one))).collect()
}

/// Lo que se pregunta de una respuesta: lo mismo que en el laboratorio.
fn fact(answer: &str, name: &str) -> String {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let (kind, wanted) = name.split_once(':').unwrap_or((name, ""));
    let header = |wanted: &str| {
        let fields = head.lines().filter_map(|line| line.split_once(": "));
        let mut named = fields.filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        named.next().map_or_else(|| "no está".to_owned(), |(_, value)| value.to_owned())
    };
    let codes = answer.split("HTTP/1.1 ").skip(1).filter_map(|rest| rest.get(..3));
    match kind {
        "estado" if head.starts_with("HTTP/") => head[9..12].to_owned(),
        "estado" => header("Status").chars().take_while(char::is_ascii_digit).collect(),
        "estados" => codes.collect::<Vec<_>>().join(" y "),
        "bytes" => body.len().to_string(),
        "recibido" => header(wanted),
        "dice" => if body.contains(wanted) { "sí" } else { "no" }.to_owned(),
        _ => panic!("aquí no se sabe mirar «{name}»"),
    }
}

/// La respuesta de un programa: por su puerto, o por su salida si es de CGI.
fn answer(slug: &str, request: &str) -> String {
    if slug == "cap14_cgi" {
        let variables = request.lines().filter_map(|line| line.split_once('='));
        let output = Command::new(executable(slug))
            .env_clear()
            .envs(variables)
            .stdin(Stdio::null())
            .output()
            .expect("el programa se ejecuta");
        return String::from_utf8(output.stdout).expect("es texto");
    }
    Program::start(slug).exchange(&format!("{request}\n").replace('\n', "\r\n"))
}

fn holds(choice: &Choice, answer: &str) -> bool {
    choice.claims.iter().all(|(name, value)| fact(answer, name) == *value)
}

#[test]
fn la_buena_es_cierta_y_las_otras_no() {
    let mut wrong = Vec::new();
    for (file, Question { text, proof, choices }) in all() {
        let Proof::Run { program, request } = proof else { continue };
        if !program.get(..5).is_some_and(|number| OWN.contains(&number)) {
            continue;
        }
        let answer = answer(&program, &request);
        for choice in choices.iter().filter(|choice| !choice.claims.is_empty()) {
            if holds(choice, &answer) != choice.is_right {
                wrong.push(format!("{file}, «{text}», «{}»: {answer}", choice.text));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn la_prueba_que_se_nombra_existe() {
    for (file, Question { text, proof, .. }) in all() {
        if let Proof::Test { file: test, name } = proof {
            let is_there = tests_of(&test).contains(&format!("\nfn {name}()"));
            assert!(is_there, "{file}, «{text}»: no está {test}::{name}");
        }
    }
}

#[test]
fn ningun_programa_queda_sin_mirar() {
    let laboratory = read("book/laboratorio/src/variants.rs");
    for (file, Question { text, proof, .. }) in all() {
        if let Proof::Run { program, .. } = proof {
            let is_own = program.get(..5).is_some_and(|number| OWN.contains(&number));
            let is_known = is_own || laboratory.contains(&format!("\"{program}\""));
            assert!(is_known, "{file}, «{text}»: no hay un programa «{program}»");
        }
    }
}

#[test]
fn cada_capitulo_hace_sus_preguntas() {
    for chapter in chapters() {
        let asked = format!("\n## ¿Y por qué?\n\n{{{{#preguntas {}}}}}\n", chapter.number());
        assert_eq!(chapter.text.matches(&asked).count(), 1, "{}", chapter.slug);
    }
}
