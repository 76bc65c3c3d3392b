//! Las órdenes `curl` del libro, ejecutadas con el `curl` de verdad: escriben lo que el libro muestra.

mod comun;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use comun::{Program, Typed, commands, transcript, typed};
use pretty_assertions::assert_eq;

/// Las que repiten las pruebas de su capítulo.
const REPLAYED_ELSEWHERE: [&str; 3] = ["cap12_espera", "cap12_uno_por_cliente", "cap18_hilo"];

/// Los nombres de las transcripciones de `curl`, por capítulo (`cap01`). Las que terminan en `_python` son de los
/// gemelos, y las repite `gemelos.rs`.
fn by_chapter() -> BTreeMap<String, Vec<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("book/transcripciones");
    let mut chapters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("la carpeta está") {
        let path = entry.expect("la carpeta se lee").path();
        let name = path.file_stem().expect("tiene nombre").to_string_lossy().into_owned();
        let text = transcript(&name);
        // Las demás piden que antes haya algo más: nginx, o un cliente que calla.
        let is_ours = text.contains("localhost:8000") && !REPLAYED_ELSEWHERE.contains(&&*name);
        if text.starts_with("$ curl ") && is_ours && !name.ends_with("_python") {
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

/// En los milisegundos que dice curl, los que muestra el libro.
fn mask_milliseconds(text: &str) -> String {
    let Some((before, rest)) = text.split_once(" after ") else { return text.to_owned() };
    format!(
        "{before} after 3001 {}",
        rest.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start()
    )
}

#[test]
#[ignore = "necesita curl"]
fn un_curl_que_calla_detiene_al_otro() {
    let _program = Program::start("cap11_servidor");
    let [slow, quick] = &typed("cap11_dos_terminales")[..] else { panic!("son dos terminales") };
    let mut slow = Command::new("sh")
        .args(["-c", &format!("exec {} --verbose", slow.command)])
        // Abierta y sin nada que leer: quien la tiene no ha escrito.
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("hay un intérprete de órdenes");
    let said = BufReader::new(slow.stderr.take().expect("se lee lo que dice"));
    let is_connected = |line: &String| line.contains("Connected to localhost");
    let connected = said.lines().map_while(Result::ok).find(is_connected);
    let output = Command::new("sh")
        .args(["-c", &quick.command])
        .output()
        .expect("hay un intérprete de órdenes");
    // Si ya terminó, no hay nada que terminar.
    let _ = slow.kill();
    slow.wait().expect("termina");
    assert!(connected.is_some(), "el primero se conecta");
    let seen = String::from_utf8_lossy(&output.stderr);
    let complaint = seen.lines().last().map(mask_milliseconds);
    assert_eq!(complaint.map(|line| line + "\n").as_ref(), Some(&quick.shown));
    assert_eq!(output.status.code(), Some(28));
}

#[test]
fn cada_comando_va_con_lo_que_muestra() {
    let text = "# Antes.\n$ uno -a \\\n    -b\n1 $ de cambio\n\n$ dos\n$ tres\n3\n";
    let typed =
        |command: &str, shown: &str| Typed { command: command.to_owned(), shown: shown.to_owned() };
    assert_eq!(
        commands(text),
        [typed("uno -a \\\n    -b", "1 $ de cambio\n\n"), typed("dos", ""), typed("tres", "3\n")]
    );
}
