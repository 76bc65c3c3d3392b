//! La consulta de una dirección, decodificada y escapada.

mod comun;

use comun::{Answer, Program};
use pretty_assertions::assert_eq;

/// La página que saluda a `name` y enseña `query`, ya escritos en HTML.
fn page(name: &str, query: &str) -> Answer {
    let body = format!(
        "<!DOCTYPE html>\n<html lang=\"es\">\n  <head>\n    <title>Saludo</title>\n  </head>\n  \
         <body>\n    <h1>Hola, {name}</h1>\n    <p>La consulta: {query}</p>\n  </body>\n</html>\n"
    );
    let length = body.len().to_string();
    let headers = [("Content-type", "text/html; charset=utf-8"), ("Content-Length", &length)];
    Answer::expected(200, &headers, &body)
}

/// Cada consulta saluda a quien le toca. Se escribe en la página tal como llegó, salvo los `&`.
#[track_caller]
fn check(program: &Program, cases: &[(&str, &str)]) {
    for (query, name) in cases {
        let written = query.replace('&', "&amp;");
        assert_eq!(program.get(&format!("/?{query}")), page(name, &written), "{query}");
    }
}

#[test]
fn saluda_a_quien_dice_la_consulta() {
    let program = Program::start("cap05_consulta");
    check(
        &program,
        &[
            ("nombre=Ada+Lovelace", "Ada Lovelace"),
            ("nombre=Ada%20Lovelace", "Ada Lovelace"),
            ("idioma=es&nombre=Ada", "Ada"),
            ("n%6Fmbre=Ada", "Ada"),
            ("NOMBRE=Ada", "gente"),
        ],
    );
    assert_eq!(program.get("/"), page("gente", ""));
    // Un `?` decodificado de la ruta no empieza una consulta.
    assert_eq!(program.get("/a%3Fnombre=Ada"), page("gente", ""));
}

#[test]
fn ausente_vacio_y_repetido_son_tres_casos() {
    let program = Program::start("cap05_consulta");
    check(
        &program,
        &[
            ("nombre=", ""),
            ("nombre", ""),
            ("otro=Ada", "gente"),
            ("nombre=Ada&nombre=Grace", "Ada"),
            ("nombre=&nombre=Grace", ""),
            ("&&nombre=Ada", "Ada"),
        ],
    );
}

#[test]
fn separa_antes_de_decodificar_y_decodifica_una_vez() {
    let program = Program::start("cap05_consulta");
    check(
        &program,
        &[
            ("nombre=Jos%C3%A9", "José"),
            ("nombre=Jos%c3%a9", "José"),
            ("nombre=Ada%26Grace", "Ada&amp;Grace"),
            ("nombre%3DAda", "gente"),
            ("nombre=a=b", "a=b"),
            ("nombre=C++", "C  "),
            ("nombre=C%2B%2B", "C++"),
            ("nombre=%2541", "%41"),
            // Lo que no se puede decodificar no es un fallo.
            ("nombre=100%", "100%"),
            ("nombre=%F3", "\u{FFFD}"),
            ("nombre=%zz", "%zz"),
        ],
    );
}

#[test]
fn ningun_valor_se_convierte_en_etiquetas() {
    let program = Program::start("cap05_consulta");
    let script = "&lt;script&gt;alert(1)&lt;/script&gt;";
    check(
        &program,
        &[
            ("nombre=%3Cscript%3Ealert(1)%3C/script%3E", script),
            ("nombre=%22onclick=%22alert(1)", "&quot;onclick=&quot;alert(1)"),
            ("nombre=%26lt;b%26gt;", "&amp;lt;b&amp;gt;"),
            ("nombre=%253Cb%253E", "%3Cb%3E"),
        ],
    );
    // Sin codificar, como lo escribe `curl`: tampoco sale por la consulta.
    let request = "GET /?nombre=<b>\"Ada\" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = program.exchange(request);
    let (_, body) = answer.split_once("\r\n\r\n").expect("una cabeza y un cuerpo");
    let shown = "&lt;b&gt;&quot;Ada&quot;";
    assert_eq!(body, page(shown, &format!("nombre={shown}")).body);
}

#[test]
fn el_libro_muestra_lo_que_viaja() {
    Program::start("cap05_consulta").replays(&[
        "cap05_curl",
        "cap05_bytes",
        "cap05_xss",
        "cap05_sin_codificar",
    ]);
}
