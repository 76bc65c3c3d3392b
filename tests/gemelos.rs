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
    check_part(slug, str::to_owned, requests);
}

/// Como [`check`], pero del cuerpo compara solo lo que deja `part`.
#[track_caller]
fn check_part(slug: &str, part: fn(&str) -> String, requests: &[Request]) {
    let answers = |program: Program| -> Vec<_> {
        let ask = |(method, path, headers, body): &Request| {
            let (status, headers, body) = visible(program.send(method, path, headers, body));
            (format!("{method} {path}"), status, headers, part(&body))
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

/// El servidor de Python escribe otra versión y otro nombre: el capítulo 1 lo muestra.
#[test]
#[ignore = "necesita python3"]
fn lo_que_responde_el_de_python_es_lo_que_muestra_el_libro() {
    Program::start_python("cap01_texto").replays(&["cap01_python"]);
}

#[test]
#[ignore = "necesita python3"]
fn cap02_html() {
    check("cap02_html", &[("GET", "/", &[], "")]);
}

/// La primera línea y los encabezados. Lo demás de `environ` lo pone cada servidor a su manera, y en Python va también
/// el entorno del proceso.
fn what_was_asked(page: &str) -> String {
    let of_request = |(at, line): &(usize, &str)| *at == 0 || line.starts_with("HTTP_");
    page.lines().enumerate().filter(of_request).map(|(_, line)| format!("{line}\n")).collect()
}

#[test]
#[ignore = "necesita python3"]
fn cap03_environ() {
    check_part(
        "cap03_environ",
        what_was_asked,
        &[
            ("GET", "/saludo?nombre=Ada", &[("User-Agent", "NavegadorDeAda")], ""),
            ("DELETE", "/caf%C3%A9", &[("X-Color", "azul")], ""),
            ("POST", "/", &[("User-Agent", ""), ("Accept-Language", "es-PE")], "hola"),
        ],
    );
}

#[test]
#[ignore = "necesita python3"]
fn cap04_rutas() {
    check(
        "cap04_rutas",
        &[
            ("GET", "/", &[], ""),
            ("GET", "/carta", &[], ""),
            ("HEAD", "/menu", &[], ""),
            ("DELETE", "/menu", &[], ""),
            ("GET", "/mesas/4", &[], ""),
            ("GET", "/mesas/04", &[], ""),
            ("DELETE", "/mesas/12", &[], ""),
            ("GET", "/mesas/13", &[], ""),
            ("GET", "/mesas/ocho", &[], ""),
            ("GET", "/caf%C3%A9", &[], ""),
        ],
    );
}

#[test]
#[ignore = "necesita python3"]
fn cap05_consulta() {
    check(
        "cap05_consulta",
        &[
            ("GET", "/", &[], ""),
            ("GET", "/?nombre=Jos%C3%A9", &[], ""),
            ("GET", "/?nombre=%3Cscript%3Ealert(1)%3C/script%3E", &[], ""),
            ("GET", "/?nombre=Ada%26Grace", &[], ""),
            ("GET", "/?nombre=C%2B%2B&nombre=C", &[], ""),
            ("GET", "/?nombre=&nombre=Grace", &[], ""),
            ("GET", "/?nombre=%F3", &[], ""),
        ],
    );
}

#[test]
#[ignore = "necesita python3"]
fn cap06_formularios() {
    let cookie = [("Cookie", "tema=oscuro; anotadas=41")];
    check(
        "cap06_formularios",
        &[
            ("POST", "/", &[], "nota=Comprar+pan"),
            ("POST", "/", &cookie, "otra=1&nota=t%C3%A9+%26+%3Cb%3Epan"),
            ("POST", "/", &[], "nota="),
            ("GET", "/", &cookie, ""),
            ("GET", "/", &[("Cookie", "anotadas=mil")], ""),
            ("DELETE", "/", &[], ""),
        ],
    );
}
