//! «`wsgiref`, nombre por nombre» los tiene todos, y lo que pone enfrente existe.

use std::collections::BTreeSet;
use std::process::Command;

use pretty_assertions::assert_eq;

use super::table::{cells, chapter, codes};

/// Escribe `módulo nombre` y `módulo Clase.método` por cada nombre público de `wsgiref`: lo que cada
/// módulo define, y no lo que trae de otros. Lo que toda clase tiene no cuenta.
const ASK_PYTHON: &str = r#"
import importlib, inspect, re

COMMON = set(vars(type("Empty", (), {}))) | {
    "__init__", "__annotations__", "__parameters__", "__abstractmethods__", "__subclasshook__",
    "__protocol_attrs__", "__non_callable_proto_members__", "__callable_proto_members_only__",
    "__firstlineno__", "__static_attributes__",
}

def is_own(module, name, value):
    home = getattr(value, "__module__", module.__name__)
    data = isinstance(value, (str, re.Pattern))
    return name in getattr(module, "__all__", ()) or home == module.__name__ or data

for short in ("util", "headers", "simple_server", "validate", "handlers", "types"):
    module = importlib.import_module("wsgiref." + short)
    for name, value in vars(module).items():
        if name.startswith("_") or inspect.ismodule(value) or not is_own(module, name, value):
            continue
        print(short, name)
        if inspect.isclass(value):
            for method in vars(value):
                special = method.startswith("__")
                if method not in COMMON and (special or not method.startswith("_")):
                    print(short, name + "." + method)
"#;

/// Cada fila, con el módulo y la clase a que pertenece: sus nombres y la celda de la derecha.
fn rows(chapter: &str) -> Vec<(String, Vec<String>, &str)> {
    let (mut module, mut class) = ("", String::new());
    let mut rows = Vec::new();
    for line in chapter.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            module =
                codes(title).first().and_then(|name| name.strip_prefix("wsgiref.")).unwrap_or("");
            class.clear();
        } else if line.starts_with("### ") {
            class = format!("{}.", codes(line)[0]);
        } else if let Some(row) = cells(line) {
            let names = codes(row[0]).into_iter().map(|name| format!("{class}{name}"));
            rows.push((module.to_owned(), names.collect(), row[1]));
        }
    }
    rows
}

#[test]
#[ignore = "necesita python3"]
fn estan_todos_los_nombres_de_python_y_ninguno_mas() {
    let output = Command::new("python3").args(["-c", ASK_PYTHON]).output().expect("python3 está");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("escribe UTF-8");
    let expected: BTreeSet<String> = text.lines().map(str::to_owned).collect();

    let chapter = chapter("wsgiref_nombre_por_nombre");
    let rows = rows(&chapter);
    let seen: Vec<String> = rows
        .iter()
        .flat_map(|(module, names, _)| names.iter().map(move |name| format!("{module} {name}")))
        .collect();
    let once: BTreeSet<String> = seen.iter().cloned().collect();
    assert_eq!(seen.len(), once.len(), "algún nombre se repite");
    assert_eq!(once, expected);
}

/// Lo que el apéndice nombra de `pasarela`, en las tablas y fuera de ellas: lo que lleva `::` y la
/// celda con que se responde a un nombre.
fn counterparts(chapter: &str) -> BTreeSet<String> {
    let inside = chapter.lines().flat_map(codes).filter(|code| code.contains("::"));
    let first = rows(chapter).into_iter().filter(|(_, _, cell)| !cell.starts_with("— "));
    let first = first.map(|(_, _, cell)| codes(cell)[0].to_owned());
    let named = inside.map(str::to_owned).chain(first);
    named
        .map(|name| name.trim_start_matches("pasarela::").to_owned())
        .filter(|name| !name.is_empty() && !name.starts_with("std::"))
        .collect()
}

#[test]
fn lo_que_se_pone_enfrente_existe() {
    // Este archivo compila, así que los nombres que usa existen.
    let used = include_str!("counterparts.rs");
    let is_used = |name: &String| {
        let mut places = used.match_indices(&**name).map(|(at, _)| (at, at + name.len()));
        places.any(|(start, end)| {
            used[..start].ends_with("pasarela::")
                && !used[end..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
        })
    };
    for chapter in ["wsgiref_nombre_por_nombre"].map(chapter) {
        let missing: Vec<String> =
            counterparts(&chapter).into_iter().filter(|name| !is_used(name)).collect();
        assert_eq!(missing, Vec::<String>::new(), "añádelos a counterparts.rs");
    }
}

#[test]
fn cada_celda_responde_con_un_nombre_o_con_una_razon() {
    let chapter = chapter("wsgiref_nombre_por_nombre");
    for (module, names, cell) in rows(&chapter) {
        let answers = cell.starts_with('`') || cell.starts_with("— ");
        assert!(answers, "{module} {names:?}: {cell}");
    }
}
