//! Los gemelos en Python de los programas responden lo mismo que los de Rust.

mod comun;

use comun::{Answer, Program};
use pretty_assertions::assert_eq;

/// Lo que ve quien pregunta: estado, tipo y cuerpo.
fn visible(answer: Answer) -> (u16, Option<String>, String) {
    let content_type = answer.header("content-type").map(str::to_owned);
    (answer.status, content_type, answer.body)
}

#[track_caller]
fn check(slug: &str) {
    let rust = visible(Program::start(slug).get("/"));
    let python = visible(Program::start_python(slug).get("/"));
    assert_eq!(rust, python, "Rust y Python en {slug}");
}

#[test]
#[ignore = "necesita python3"]
fn cap01_texto() {
    check("cap01_texto");
}

#[test]
#[ignore = "necesita python3"]
fn cap02_html() {
    check("cap02_html");
}
