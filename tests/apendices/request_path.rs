//! «El camino de una petición» nombra archivos, funciones y tipos que existen: en su texto y en su dibujo.

use pretty_assertions::assert_eq;

use super::table::{chapter, codes, read};

/// Lo que la página nombra sin que sea de ningún archivo: lo del contrato, lo del programa del capítulo 13 y lo que no
/// es código.
const NOT_OURS: [&str; 9] = [
    "ARQUITECTURA.md",
    "advance",
    "connection",
    "environ",
    "localhost",
    "next",
    "pasarela",
    "start_response",
    "src/connection",
];

/// Un nombre de la página, y el archivo que lo precede o, si es «…, de tal archivo», el que lo sigue.
struct Named {
    name: String,
    near: Vec<String>,
}

#[test]
fn todo_lo_que_nombra_la_pagina_existe() {
    let text = chapter("camino_de_una_peticion");
    let named: Vec<Named> =
        text.split("\n\n").flat_map(|paragraph| named(&codes(paragraph))).collect();
    assert!(named.len() > 40, "{}", named.len());
    let missing: Vec<String> = named.iter().filter_map(missing).collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn todo_lo_que_nombra_el_dibujo_existe() {
    let drawing = read("book/capitulos/img/camino_de_una_peticion.svg");
    let texts: Vec<&str> = drawing
        .split("</text>")
        .filter_map(|before| Some(before.rsplit_once("<text ")?.1.split_once('>')?.1))
        .collect();
    let boxes: Vec<&[&str]> = texts.windows(2).filter(|pair| pair[0].ends_with(".rs")).collect();
    assert_eq!(boxes.len(), 12, "{texts:?}");
    for pair in boxes {
        let [file, function] = pair else { panic!("{pair:?}") };
        let places = ["src", "src/simple_server"].map(|folder| format!("{folder}/{file}"));
        let source = places.iter().find(|path| exists(path)).unwrap_or_else(|| panic!("{file}"));
        assert!(defines(&read(source), function), "{file}: {function}");
    }
}

/// La prueba misma ve lo que falta.
#[test]
fn un_nombre_que_no_existe_se_nota() {
    let found =
        |codes: &[&str]| -> Vec<String> { named(codes).iter().filter_map(missing).collect() };
    let worker = "src/simple_server/threads/worker.rs";
    assert_eq!(found(&[worker, "Worker::work()", "go_to()"]), Vec::<String>::new());
    assert_eq!(
        found(&[worker, "Worker::walk()", "Poller::wait()", "src/nada.rs", "Stage::Idle", "otra"]),
        ["Worker::walk()", "Poller::wait()", "src/nada.rs", "Stage::Idle", "otra"]
    );
}

/// Los nombres de un párrafo, cada uno con los archivos que tiene al lado.
fn named(codes: &[&str]) -> Vec<Named> {
    let is_file = |code: &&&str| code.ends_with(".rs");
    let near = |at: usize| {
        let before = codes[..at].iter().rev().find(is_file);
        let after = codes[at..].iter().find(is_file);
        before.into_iter().chain(after).map(|file| (*file).to_owned()).collect()
    };
    let all = codes.iter().enumerate().filter(|(_, code)| !NOT_OURS.contains(code));
    all.map(|(at, code)| Named { name: (*code).to_owned(), near: near(at) }).collect()
}

/// El nombre, si no es de ninguno de sus archivos.
fn missing(Named { name, near }: &Named) -> Option<String> {
    let is_there = match name.ends_with(".rs") {
        true => exists(name),
        false => near.iter().any(|file| exists(file) && defines(&read(file), name)),
    };
    (!is_there).then(|| name.clone())
}

fn exists(path: &str) -> bool {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path).is_file()
}

/// Si un archivo define una función, `f()` o `Tipo::f()`, un tipo, una variante suya o una constante.
fn defines(source: &str, name: &str) -> bool {
    let function = |text: &str, name: &str| {
        [format!("fn {name}("), format!("fn {name}<")].iter().any(|start| text.contains(start))
    };
    match (name.strip_suffix("()"), name.split_once("::")) {
        (Some(call), Some(_)) => {
            let (owner, call) = call.split_once("::").expect("lleva su tipo");
            blocks(source, "impl", owner).any(|block| function(block, call))
        }
        (Some(call), None) => function(source, call),
        (None, Some((owner, variant))) => {
            blocks(source, "enum", owner).any(|block| block.contains(&format!("\n    {variant}")))
        }
        (None, None) => {
            ["struct", "enum", "const"].iter().any(|word| blocks(source, word, name).count() > 0)
        }
    }
}

/// Los bloques que empiezan con `word` y nombran a `owner`, hasta la llave que los cierra.
fn blocks<'a>(source: &'a str, word: &'a str, owner: &'a str) -> impl Iterator<Item = &'a str> {
    source.split("\n}").filter_map(move |block| {
        let is_letter = |c: char| c.is_alphanumeric() || c == '_';
        let opens = |line: &str| {
            let mut words = line.split(|c| !is_letter(c));
            words.by_ref().any(|found| found == word) && words.any(|found| found == owner)
        };
        let at = block.lines().position(|line| !line.starts_with([' ', '/']) && opens(line))?;
        block.match_indices('\n').nth(at).map(|(start, _)| &block[start..])
    })
}
