//! Los mensajes del compilador que muestra el libro son los que el compilador da.
//!
//! Cada `errores/<caso>.rs` recibe el mensaje de `errores/<caso>.txt`, sin sus notas; y `<caso>_bien.rs`, ninguno. Con
//! `ANOTA=1` en el entorno, la prueba escribe los mensajes en lugar de compararlos.

use libro::folders::files_under;
use pretty_assertions::assert_eq;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// El compilador de los mensajes guardados. Otro puede decir lo mismo con otras palabras: de él se comparan el código y
/// el lugar que señala.
const RECORDED_WITH: &str = "rustc 1.95.";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("errores")
}

/// Cada programa, por su nombre.
fn programs() -> BTreeMap<String, String> {
    let files = files_under(&folder())
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "rs"));
    files
        .map(|path| {
            let name = path.file_stem().expect("tiene nombre").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("el programa es texto"))
        })
        .collect()
}

/// Compila los programas, cada uno como un ejemplo de un paquete aparte, y devuelve lo que dice el compilador.
fn compile(programs: &BTreeMap<String, String>) -> String {
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("errores");
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::create_dir_all(package.join("examples")).expect("se puede crear la carpeta");
    fs::create_dir_all(package.join("src")).expect("se puede crear la carpeta");
    fs::copy(library.join("Cargo.lock"), package.join("Cargo.lock"))
        .expect("las versiones están fijadas");
    fs::write(package.join("src/lib.rs"), "").expect("se puede escribir");

    let mut manifest = format!(
        "[package]\nname = \"errores\"\nedition = \"2024\"\nautoexamples = false\n\n[workspace]\n\n\
         [dependencies]\npasarela = {{ path = {library:?} }}\n"
    );
    for (name, text) in programs {
        fs::write(package.join(format!("examples/{name}.rs")), text).expect("se puede escribir");
        let kind = if text.contains("fn main()") { "bin" } else { "lib" };
        let _ = write!(manifest, "\n[[example]]\nname = \"{name}\"\ncrate-type = [\"{kind}\"]\n");
    }
    fs::write(package.join("Cargo.toml"), manifest).expect("se puede escribir");

    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--examples", "--keep-going", "--color", "never"])
        .current_dir(&package)
        .env("CARGO_TARGET_DIR", package.join("target"))
        .env("RUSTFLAGS", "")
        .output()
        .expect("cargo se ejecuta");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// El primer mensaje de cada programa, sin sus notas.
fn messages(output: &str) -> BTreeMap<String, String> {
    let mut messages = BTreeMap::new();
    for message in output.split("\n\n") {
        let Some((_, place)) = message.split_once("--> examples/") else { continue };
        let (name, _) = place.split_once(".rs:").expect("una línea de un programa");
        messages.entry(name.to_owned()).or_insert_with(|| without_notes(message));
    }
    messages
}

/// Un mensaje es lo que pasa y, detrás, notas y consejos. Las notas cuentan detalles de la biblioteca y del compilador.
fn without_notes(message: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut is_note = false;
    for line in from_headline(message).lines() {
        let text = line.trim_start();
        if text.starts_with("help:") {
            is_note = false;
        } else if text.starts_with("note:") || text.starts_with("= note:") {
            is_note = true;
        }
        if !is_note {
            kept.push(line);
        }
    }
    // La barra que separaba de una nota ya no separa nada.
    while kept.last().is_some_and(|line| line.trim() == "|") {
        kept.pop();
    }
    narrowed(&kept)
}

/// El mensaje desde su primera línea: delante puede haber noticias de `cargo`, y entre ella y el lugar, lo que cite del
/// programa.
fn from_headline(message: &str) -> &str {
    let place = message.find("-->").expect("un mensaje señala un lugar");
    let starts = ["error", "warning"].iter().flat_map(|word| message[..place].match_indices(word));
    let headlines =
        starts.map(|(at, _)| at).filter(|at| message[..*at].ends_with('\n') || *at == 0);
    &message[headlines.max().expect("un mensaje empieza por su clase")..]
}

/// El margen mide lo que el mayor número de línea, también el de las notas: aquí, el de lo que queda.
fn narrowed(lines: &[&str]) -> String {
    let margin = lines.iter().find_map(|line| line.find("-->")).expect("una línea dice el lugar");
    let numbers = lines.iter().filter_map(|line| line.split_once(" | "));
    let needed = numbers.map(|(number, _)| number.trim().len()).max().unwrap_or(margin);
    let surplus = " ".repeat(margin.saturating_sub(needed));
    lines.iter().map(|line| format!("{}\n", line.strip_prefix(&surplus).unwrap_or(line))).collect()
}

/// El código, como `error[E0308]`, y el lugar.
fn gist(message: &str) -> (&str, &str) {
    let headline = message.lines().next().unwrap_or_default();
    let place =
        message.lines().map(str::trim).find(|line| line.starts_with("-->")).unwrap_or_default();
    (headline.split_once(':').map_or(headline, |(code, _)| code), place)
}

fn is_the_recorded_compiler() -> bool {
    let output = Command::new("rustc").arg("--version").output().expect("rustc se ejecuta");
    String::from_utf8_lossy(&output.stdout).starts_with(RECORDED_WITH)
}

#[test]
fn el_compilador_dice_lo_que_muestra_el_libro() {
    let programs = programs();
    let seen = messages(&compile(&programs));
    if std::env::var_os("ANOTA").is_some() {
        for (name, message) in &seen {
            fs::write(folder().join(format!("{name}.txt")), message).expect("se puede escribir");
        }
    }
    let wrong: Vec<&String> = programs.keys().filter(|name| !name.ends_with("_bien")).collect();
    assert_eq!(seen.keys().collect::<Vec<_>>(), wrong, "los que no compilan sin más");
    for (name, message) in &seen {
        let shown = fs::read_to_string(folder().join(format!("{name}.txt")))
            .expect("el mensaje está guardado");
        assert_eq!(gist(message), gist(&shown), "{name}");
        if is_the_recorded_compiler() {
            assert_eq!(message, &shown, "{name}");
        }
    }
}

#[test]
fn el_libro_muestra_cada_caso() {
    let chapters = Path::new(env!("CARGO_MANIFEST_DIR")).join("capitulos");
    let chapters = files_under(&chapters)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "md"));
    let text: String =
        chapters.map(|path| fs::read_to_string(path).expect("el capítulo es texto")).collect();
    for name in programs().keys() {
        let shown = match name.ends_with("_bien") {
            true => format!("../errores/{name}.rs"),
            false => format!("../errores/{name}.txt"),
        };
        assert!(text.contains(&shown), "{shown}");
    }
}
