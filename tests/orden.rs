//! El orden de la casa: cada capítulo en sus cuatro sitios, las dependencias en un solo sentido y
//! los archivos de un tamaño que se puede leer.

#[path = "orden/wings.rs"]
mod wings;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pretty_assertions::assert_eq;
use wings::Wings;

/// Cuántas líneas puede tener un archivo con sus pruebas. Los de `tests/` son listas de casos que
/// no se leen seguidos.
const MAX_LINES: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Los archivos de `folder` y sus carpetas que terminan en `extension`, en orden.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![root().join(folder)];
    while let Some(folder) = pending.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        for path in entries.map(|entry| entry.expect("la carpeta se lee").path()) {
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|known| known == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    // Al clonar en Windows, git puede terminar las líneas de otra manera.
    text.replace("\r\n", "\n")
}

fn stem(path: &Path) -> String {
    path.file_stem().expect("el archivo tiene nombre").to_string_lossy().into_owned()
}

/// Los nombres de capítulo (`cap01_texto`) que hay en una carpeta, sin bajar a otras.
fn slugs(folder: &str, extension: &str) -> BTreeSet<String> {
    let here = root().join(folder);
    files(folder, extension)
        .iter()
        .filter(|path| path.parent() == Some(&here))
        .map(|path| stem(path))
        .filter(|name| name.starts_with("cap"))
        .collect()
}

/// Los capítulos cuyo programa es de Python, en `book/python`.
const IN_PYTHON: [&str; 1] = ["cap18_python"];

#[test]
fn cada_capitulo_esta_en_sus_cuatro_sitios() {
    let mut programs = slugs("examples", "rs");
    assert!(!programs.is_empty());
    let twins = slugs("book/python", "py");
    for slug in IN_PYTHON {
        assert!(twins.contains(slug), "book/python/{slug}.py");
        assert!(programs.insert(slug.to_owned()), "examples/{slug}.rs sobra");
    }
    assert_eq!(slugs("tests", "rs"), programs, "tests");
    assert_eq!(slugs("book/capitulos", "md"), programs, "book/capitulos");
    for folder in ["src/pendientes", "src/soluciones", "tests/ejercicios"] {
        assert_eq!(slugs(&format!("ejercicios/{folder}"), "rs"), programs, "ejercicios/{folder}");
    }
    assert_eq!(slugs("ejercicios/pistas", "md"), programs, "ejercicios/pistas");
}

#[test]
fn los_ejemplos_caben_de_una_mirada() {
    for path in files("examples", "rs") {
        let lines = read(&path).lines().count();
        assert!((10..=80).contains(&lines), "{}: {lines} líneas", path.display());
    }
}

#[test]
fn el_programa_que_se_muestra_fuera_del_libro_es_el_del_capitulo() {
    let example = read(&root().join("examples/cap01_texto.rs"));
    let (_, program) = example.split_once('\n').expect("una línea que dice cómo ejecutarlo");
    let readme = read(&root().join("README.md"));
    assert!(readme.contains(&format!("```rust\n{program}```")), "README.md");
    let tour = read(&root().join("src/lib.rs")).replace("//! ", "").replace("//!\n", "\n");
    assert!(tour.contains(&format!("```no_run\n{program}```")), "src/lib.rs");
}

#[test]
fn cada_transcripcion_la_repite_una_prueba() {
    let places = ["tests", "ejercicios/guia/tests"].map(|folder| files(folder, "rs"));
    let tests: String = places.iter().flatten().map(|path| read(path)).collect();
    let folder = root().join("book/transcripciones");
    for path in files("book/transcripciones", "txt") {
        let name = stem(&path);
        assert!(tests.contains(&format!("\"{name}\"")), "{}/{name}.txt", folder.display());
    }
}

#[test]
fn cada_archivo_de_pruebas_esta_en_su_tabla() {
    let here = root().join("tests");
    let programs = files("tests", "rs").into_iter().filter(|path| path.parent() == Some(&here));
    let expected: BTreeSet<String> =
        programs.map(|path| stem(&path)).filter(|name| !name.starts_with("cap")).collect();
    let readme = read(&here.join("README.md"));
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| [`")?.split_once(".rs`]"));
    let listed: BTreeSet<String> = rows.map(|(name, _)| name.to_owned()).collect();
    assert_eq!(listed, expected);
}

#[test]
fn cada_promesa_del_servidor_tiene_sus_pruebas() {
    let code: String = ["src", "tests"]
        .iter()
        .flat_map(|folder| files(folder, "rs"))
        .map(|path| read(&path))
        .collect();
    let readme = read(&root().join("tests/README.md"));
    let (_, promises) = readme.split_once("## Lo que promete").expect("la lista de promesas");
    for number in 1..=23 {
        let from =
            promises.find(&format!("\n{number}. ")).unwrap_or_else(|| panic!("falta la {number}"));
        let until = promises.find(&format!("\n{}. ", number + 1)).unwrap_or(promises.len());
        let (_, names) = promises[from..until].split_once("**:").expect("un título");
        let names: Vec<&str> = names.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "la {number} no tiene pruebas");
        for name in names {
            assert!(is_test(&code, name), "{number}: {name}");
        }
    }
}

/// Si `name` es una prueba de `code`: una función sin argumentos detrás de su `#[test]`.
fn is_test(code: &str, name: &str) -> bool {
    code.split("#[test]").skip(1).any(|after| {
        let signature = after.split_once("fn ").map(|(_, rest)| rest);
        signature.is_some_and(|rest| rest.starts_with(&format!("{name}()")))
    })
}

/// Las capas, de abajo arriba: cada una puede usar las anteriores y ninguna posterior.
const LAYERS: [&[&str]; 11] = [
    &["outlet"],
    &["guarded"],
    &["application", "error", "environ", "input", "body", "headers", "util"],
    &["http"],
    &["cgi"],
    &["gateway"],
    &["proxies"],
    &["connection"],
    &["simple_server"],
    &["static_files", "access_log", "testing", "validate"],
    &["handlers", "fuzzing", "laboratory"],
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

#[test]
fn las_dependencias_van_en_un_solo_sentido() {
    let src = root().join("src");
    for path in files("src", "rs") {
        let inside = path.strip_prefix(&src).expect("está en src");
        let module =
            inside.components().next().expect("tiene nombre").as_os_str().to_string_lossy();
        let module = module.trim_end_matches(".rs");
        if module == "lib" {
            continue;
        }
        let own = layer(module).unwrap_or_else(|| panic!("{module} no está en ninguna capa"));
        for used in read(&path).split("crate::").skip(1) {
            let used = used.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("");
            let Some(other) = layer(used) else { continue };
            assert!(other <= own, "{}: {module} no puede usar {used}", inside.display());
        }
    }
}

#[test]
fn no_hay_dos_archivos_que_se_usen_uno_al_otro() {
    for folder in ["src", "book/src", "ejercicios/guia/src", "python/src"] {
        let circles = Wings::of(folder).circles();
        assert_eq!(circles, BTreeSet::new(), "{folder}");
    }
}

#[test]
fn la_maquina_y_lo_que_la_rodea_no_conocen_sockets_ni_relojes_ni_hilos() {
    let folders = ["src/connection", "src/gateway", "src/proxies", "src/testing"];
    for path in folders.iter().flat_map(|folder| files(folder, "rs")) {
        let text = read(&path);
        let code: String =
            text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for forbidden in [
            "std::net::Tcp",
            "std::net::Udp",
            "std::os::",
            "mio::",
            "socket2::",
            "Instant::now",
            "SystemTime::now",
            "std::thread::s",
            "thread::spawn",
        ] {
            assert!(!code.contains(forbidden), "{}: {forbidden}", path.display());
        }
    }
}

#[test]
fn los_protocolos_no_conocen_sockets_ni_relojes_ni_hilos() {
    for path in ["src/http", "src/cgi"].iter().flat_map(|folder| files(folder, "rs")) {
        let text = read(&path);
        for forbidden in
            ["std::net::Tcp", "std::time", "std::thread", "mio::", "socket2::", "Instant"]
        {
            assert!(!text.contains(forbidden), "{}: {forbidden}", path.display());
        }
    }
}

#[test]
fn los_archivos_se_leen_de_una_sentada() {
    let folders =
        ["src", "examples", "book/src", "ejercicios/src", "ejercicios/guia/src", "python/src"];
    for folder in folders {
        for path in files(folder, "rs") {
            let lines = read(&path).lines().count();
            assert!(lines <= MAX_LINES, "{}: {lines} líneas", path.display());
        }
    }
}

/// Lo que ARQUITECTURA.md promete en «La API, antes de 1.0».
#[test]
fn la_api_puede_crecer_sin_romper_a_nadie() {
    let inner = |path: &&PathBuf| path.ends_with("fuzzing.rs") || path.ends_with("laboratory.rs");
    for path in files("src", "rs").iter().filter(|path| !inner(path)) {
        let text = read(path);
        let mut attributes = Vec::new();
        for line in text.lines().map(str::trim_start) {
            if line.starts_with('#') {
                attributes.push(line);
                continue;
            }
            if line.starts_with("pub enum ") {
                assert!(attributes.contains(&"#[non_exhaustive]"), "{}: {line}", path.display());
            }
            let is_field = line
                .strip_prefix("pub ")
                .and_then(|rest| rest.split_once(": "))
                .is_some_and(|(name, _)| name.chars().all(|c| c.is_alphanumeric() || c == '_'));
            // En `Config` se escriben los que cambian, y lo demás con `..Config::default()`.
            let is_config = path.ends_with("connection/config.rs");
            assert!(!is_field || is_config, "{}: {line}", path.display());
            attributes.clear();
        }
    }
}

#[test]
fn no_hay_codigo_inseguro_ni_async_ni_macros_propias() {
    for path in ["src", "python/src"].iter().flat_map(|folder| files(folder, "rs")) {
        for line in read(&path).lines().map(str::trim_start) {
            let is_code = !line.starts_with("//");
            for forbidden in ["unsafe ", "async ", ".await", "macro_rules!"] {
                assert!(!(is_code && line.contains(forbidden)), "{}: {line}", path.display());
            }
        }
    }
}
