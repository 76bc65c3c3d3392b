//! Las órdenes `curl` del libro, ejecutadas con el `curl` de verdad: escriben lo que el libro muestra.

mod comun;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use comun::{Program, transcript};

/// Los nombres de las transcripciones de `curl`, por capítulo (`cap01`). Las que terminan en `_python` son de los
/// gemelos, y las repite `gemelos.rs`.
fn by_chapter() -> BTreeMap<String, Vec<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("book/transcripciones");
    let mut chapters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("la carpeta está") {
        let path = entry.expect("la carpeta se lee").path();
        let name = path.file_stem().expect("tiene nombre").to_string_lossy().into_owned();
        // Las del 8000. Las de Python, y las que pasan por nginx o Apache, las repite su capítulo.
        let text = transcript(&name);
        let is_ours = text.contains("localhost:8000") && !name.ends_with("_python");
        if text.starts_with("$ curl ") && is_ours {
            chapters.entry(name[..5].to_owned()).or_default().push(name);
        }
    }
    chapters.values_mut().for_each(|names| names.sort());
    chapters
}

/// El nombre entero de un capítulo: de `cap01`, `cap01_texto`.
fn slug(chapter: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let names = fs::read_dir(folder).expect("la carpeta está");
    names
        .map(|entry| entry.expect("la carpeta se lee").file_name().to_string_lossy().into_owned())
        .find_map(|name| name.starts_with(chapter).then(|| name.trim_end_matches(".rs").to_owned()))
        .unwrap_or_else(|| panic!("{chapter} no tiene programa"))
}

#[test]
#[ignore = "necesita curl"]
fn curl_escribe_lo_que_muestra_el_libro() {
    let chapters = by_chapter();
    assert!(!chapters.is_empty());
    for (chapter, names) in chapters {
        Program::start(&slug(&chapter)).replays_with_curl(&names);
    }
}
