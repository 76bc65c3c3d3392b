//! Lo que lleva el nombre de algo de `wsgiref` hace lo mismo que allá, caso por caso.

mod comun;

use comun::python;
use pasarela::Environ;
use pasarela::headers::Headers;
use pasarela::util::{application_uri, request_uri, setup_testing_defaults, shift_path_info};
use pretty_assertions::assert_eq;

const SCRIPTS: [&str; 5] = ["", "/a", "/a/", "/a/b", "/a;b=c,d"];

/// Todas las rutas de hasta cuatro piezas.
fn paths() -> Vec<String> {
    let pieces = ["/", "x", ".", "..", "%;=, "];
    let mut paths = vec![String::new()];
    let mut last = paths.clone();
    for _ in 0..4 {
        last = last.iter().flat_map(|path| pieces.map(|piece| format!("{path}{piece}"))).collect();
        paths.extend(last.clone());
    }
    // Sin barra delante no hay ruta: Python falla, o pierde un carácter.
    paths.retain(|path| path.is_empty() || path.starts_with('/'));
    paths
}

fn environ_of(script: &str, path: &str) -> Environ {
    let mut environ = Environ::new();
    environ.insert("SCRIPT_NAME", script);
    environ.insert("PATH_INFO", path);
    setup_testing_defaults(&mut environ);
    environ
}

/// Lo que dice Python de cada `SCRIPT_NAME` con cada ruta.
#[track_caller]
fn python_says(expression: &str) -> Vec<String> {
    let paths = paths();
    python(&format!(
        "from wsgiref.util import *\n\
         for script in {SCRIPTS:?}:\n\
         \x20 for path in {paths:?}:\n\
         \x20   environ = dict(SCRIPT_NAME=script, PATH_INFO=path)\n\
         \x20   setup_testing_defaults(environ)\n\
         \x20   print({expression}, sep='|')\n"
    ))
}

fn rust_says(describe: impl Fn(Environ) -> String) -> Vec<String> {
    let environs = SCRIPTS
        .iter()
        .flat_map(|script| paths().into_iter().map(move |path| environ_of(script, &path)));
    environs.map(describe).collect()
}

#[test]
#[ignore = "necesita python3"]
fn shift_path_info_reparte_lo_mismo() {
    let expected =
        python_says("shift_path_info(environ), environ['SCRIPT_NAME'], environ['PATH_INFO']");
    let seen = rust_says(|mut environ| {
        let name = shift_path_info(&mut environ).unwrap_or("None".to_owned());
        format!("{name}|{}|{}", environ.script_name(), environ.path_info())
    });
    assert_eq!(seen, expected);
}

#[test]
#[ignore = "necesita python3"]
fn las_direcciones_se_escriben_igual() {
    let expected = python_says("application_uri(environ), request_uri(environ)");
    let seen = rust_says(|environ| {
        format!("{}|{}", application_uri(&environ), request_uri(&environ, true))
    });
    assert_eq!(seen, expected);
}

#[test]
#[ignore = "necesita python3"]
fn los_encabezados_se_escriben_igual() {
    let expected = python(
        r#"
from wsgiref.headers import Headers
headers = Headers([("A", "1"), ("B", "2"), ("a", "3")])
headers["b"] = "4"
headers.setdefault("C", "5")
headers.setdefault("A", "6")
headers.add_header("D", "x", filename='a "b" \\.png', inline=None)
headers.add_header("E", None, name="n")
print(str(headers).replace("\r\n", "|"))
print(len(headers), headers.get("a"), headers.get_all("A"))
"#,
    );
    let mut headers = Headers::from([("A", "1"), ("B", "2"), ("a", "3")]);
    headers.set("b", "4");
    headers.setdefault("C", "5");
    headers.setdefault("A", "6");
    headers.add_header("D", "x", &[("filename", r#"a "b" \.png"#), ("inline", "")]);
    headers.add_header("E", "", &[("name", "n")]);
    let all = headers.get_all("A").collect::<Vec<_>>().join("', '");
    let seen = [
        headers.to_string().replace("\r\n", "|"),
        format!("{} {} ['{all}']", headers.len(), headers.get("a").unwrap_or("None")),
    ];
    assert_eq!(expected, seen);
}

/// Lo único en que no somos iguales: el de Python escribe en el encabezado lo que no es ASCII tal cual, y eso no
/// lo admite ningún servidor (RFC 8187).
#[test]
fn lo_que_no_es_ascii_se_escribe_como_manda_la_norma() {
    let mut headers = Headers::new();
    headers.add_header("E", "", &[("name", "ñ")]);
    assert_eq!(headers.to_string(), "E: name*=UTF-8''%C3%B1\r\n\r\n");
}
