//! `environ` tiene las variables del apéndice, con los valores de sus ejemplos.

use std::collections::BTreeMap;
use std::io::Read;

use pasarela::{Environ, testing};
use pretty_assertions::assert_eq;

use super::table::{cells, chapter, codes};

/// La petición que muestra el apéndice.
fn sample(chapter: &str) -> testing::Request {
    let (_, rest) = chapter.split_once("```text\n").expect("una petición de ejemplo");
    let (text, _) = rest.split_once("\n```").expect("su final");
    let (head, content) = text.split_once("\n\n").expect("una línea vacía");
    let mut lines = head.lines();
    let target = lines.next().and_then(|line| line.split(' ').nth(1)).expect("un destino");
    let request = testing::post(target).body(content);
    lines.fold(request, |request, line| {
        let (name, value) = line.split_once(": ").expect("un encabezado");
        request.header(name, value)
    })
}

/// Las filas de las tablas de variables: variable, ejemplo y lector.
fn rows(chapter: &str) -> Vec<(&str, &str, &str)> {
    let rows = chapter.lines().filter_map(cells).filter(|row| row.len() == 5);
    rows.map(|row| {
        let example = if row[1] == "vacío" { "" } else { codes(row[1])[0] };
        (codes(row[0])[0], example, codes(row[3])[0])
    })
    .collect()
}

/// Lo que da el lector de una variable.
fn read(environ: &Environ, reader: &str) -> Option<String> {
    let (name, argument) = reader.split_once('(').expect("una llamada");
    let argument = argument.trim_matches(['"', ')']);
    let text = match name {
        "get" => environ.get(argument)?,
        "header" => environ.header(argument)?,
        "method" => environ.method(),
        "script_name" => environ.script_name(),
        "path_info" => environ.path_info(),
        "query_string" => environ.query_string(),
        "server_protocol" => environ.server_protocol(),
        "server_name" => environ.server_name(),
        "server_port" => return environ.server_port().map(|port| port.to_string()),
        "remote_addr" => environ.remote_addr()?,
        "content_type" => environ.content_type()?,
        "content_length" => return environ.content_length().map(|length| length.to_string()),
        "url_scheme" => environ.url_scheme(),
        _ => return None,
    };
    Some(text.to_owned())
}

#[test]
fn environ_tiene_las_variables_del_apendice() {
    let chapter = chapter("variables_de_environ");
    let rows = rows(&chapter);
    let environ = sample(&chapter).environ();

    let seen: BTreeMap<&str, &str> = environ.iter().collect();
    let told: BTreeMap<&str, &str> =
        rows.iter().map(|(key, example, _)| (*key, *example)).collect();
    assert_eq!(told, seen);

    for (key, example, reader) in rows {
        assert_eq!(read(&environ, reader).as_deref(), Some(example), "{key}: {reader}");
    }
}

#[test]
fn el_cuerpo_de_la_peticion_es_el_del_apendice() {
    let chapter = chapter("variables_de_environ");
    let mut text = String::new();
    sample(&chapter).environ().input().read_to_string(&mut text).expect("el cuerpo se lee");
    assert!(chapter.contains(&format!("Aquí da `{text}`.")), "{text}");
}
