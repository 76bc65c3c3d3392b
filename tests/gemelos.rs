//! Los gemelos en Python de los programas responden lo mismo que los de Rust.

mod comun;

use comun::{Answer, Program};
use pretty_assertions::assert_eq;

/// Método, ruta, encabezados y cuerpo.
type Request<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str);

/// Los encabezados que solo escribe la aplicación; los demás los pone cada servidor a su manera.
const WRITTEN_BY_APPLICATION: [&str; 7] = [
    "content-type",
    "location",
    "allow",
    "set-cookie",
    "content-disposition",
    "www-authenticate",
    "x-content-type-options",
];

/// Lo que ve quien pregunta: estado, encabezados de la aplicación y cuerpo.
fn visible(answer: Answer) -> (u16, Vec<(String, String)>, String) {
    let mut headers = answer.headers;
    headers.retain(|(name, _)| WRITTEN_BY_APPLICATION.contains(&name.as_str()));
    (answer.status, headers, answer.body)
}

/// Hace las mismas peticiones, en orden, al programa de Rust y a su gemelo.
#[track_caller]
fn check(slug: &str, requests: &[Request]) {
    let answers = |program: Program| -> Vec<_> {
        let ask = |(method, path, headers, body): &Request| {
            (format!("{method} {path}"), visible(program.send(method, path, headers, body)))
        };
        requests.iter().map(ask).collect()
    };
    let rust = answers(Program::start(slug));
    let python = answers(Program::start_python(slug));
    assert_eq!(rust, python, "Rust y Python en {slug}");
}

#[test]
#[ignore = "necesita python3"]
fn cap01_texto() {
    check("cap01_texto", &[("GET", "/", &[], ""), ("GET", "/otra/ruta", &[], "")]);
}

#[test]
#[ignore = "necesita python3"]
fn cap02_html() {
    check("cap02_html", &[("GET", "/", &[], "")]);
}
