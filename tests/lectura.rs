//! El libro se lee en orden: nada se usa antes de su capítulo, cada capítulo tiene sus partes, y lo
//! que muestra (código y órdenes) se compila y se ejecuta.

mod libro;

use std::collections::BTreeMap;

use libro::{Chapter, chapters, fences, pages, read, tests_of};
use pretty_assertions::assert_eq;

/// Las partes que se reconocen en cualquier capítulo, por cómo empieza su título. Las demás se llaman
/// como lo que cuentan.
const PARTS: [&str; 7] = [
    "Predice",
    "Errores típicos",
    "¿Y por qué?",
    "Ejercicio",
    "Lo que queda fuera",
    "En tres líneas",
    "Palabras nuevas",
];

/// Cuántas palabras tiene un capítulo que se lee de una sentada.
const WORDS: std::ops::RangeInclusive<usize> = 700..=1200;

/// Qué estrena cada capítulo. Ningún capítulo anterior lo usa: ni su texto, ni su programa, ni su
/// ejercicio.
const PREMIERES: [(&str, &[&str]); 9] = [
    (
        "cap03",
        &["environ.get(", "environ.iter(", "method()", "path_info()", "query_string()", "header("],
    ),
    ("cap04", &["Location", "Allow", "405", "301", "strip_prefix("]),
    ("cap05", &["percent", "escape(", "%20", "<script>"]),
    ("cap06", &["environ.input(", "wsgi.input", "make_server_with", "Config", "Mutex", "303"]),
    ("cap06", &["Set-Cookie", "HttpOnly", "SameSite"]),
    ("cap07", &["Body::stream", "chunked", "Transfer-Encoding", "thread::sleep"]),
    ("cap08", &["impl Application", "access_log"]),
    ("cap09", &["validator", "testing::"]),
    ("cap10", &["StaticFiles", "Body::file", "ETag", "If-None-Match", "Range"]),
];

#[test]
fn nada_se_usa_antes_de_su_capitulo() {
    for chapter in chapters() {
        for (premiere, terms) in PREMIERES {
            for term in terms.iter().filter(|_| *chapter.number() < *premiere) {
                for (name, text) in chapter.everything_but_what_is_left_out() {
                    assert!(!text.contains(term), "{name} usa «{term}», que es de {premiere}");
                }
            }
        }
    }
}

#[test]
fn lo_que_estrena_un_capitulo_esta_en_el() {
    let chapters = chapters();
    for (premiere, terms) in PREMIERES {
        let chapter = chapters.iter().find(|chapter| chapter.number() == premiere);
        let chapter = chapter.unwrap_or_else(|| panic!("falta {premiere}"));
        let text: String =
            chapter.everything_but_what_is_left_out().into_iter().map(|(_, text)| text).collect();
        for term in terms {
            assert!(text.contains(term), "{premiere} estrena «{term}» y no lo usa");
        }
    }
}

#[test]
fn cada_palabra_se_explica_en_un_solo_capitulo_y_no_se_usa_antes() {
    let chapters = chapters();
    let mut explained: BTreeMap<String, &str> = BTreeMap::new();
    for chapter in &chapters {
        for word in chapter.new_words() {
            let before = explained.insert(word.clone(), chapter.number());
            assert_eq!(before, None, "«{word}» también está en {}", chapter.slug);
        }
    }
    for chapter in &chapters {
        let prose = chapter.prose();
        for (word, owner) in &explained {
            let is_early = chapter.number() < *owner && libro::says(&prose, word);
            assert!(!is_early, "{} dice «{word}», que se explica en {owner}", chapter.slug);
            let is_own = chapter.number() == *owner;
            assert!(!is_own || libro::says(&prose, word), "{owner} no dice «{word}»");
        }
    }
}

#[test]
fn cada_capitulo_tiene_sus_partes() {
    for Chapter { slug, text } in chapters() {
        for part in PARTS {
            let times = headings(&text).filter(|title| title.starts_with(part)).count();
            assert!(times > 0, "{slug} no tiene «{part}»");
        }
        for mark in ["<summary>Primera pista</summary>", "<summary>Segunda pista</summary>"] {
            assert!(text.contains(mark), "{slug}: {mark}");
        }
        for part in ["pistas", "src/soluciones"] {
            assert!(text.contains(&format!("ejercicios/{part}/{slug}.")), "{slug}: {part}");
        }
        let questions = text.matches("<summary>¿").count();
        assert!((3..=5).contains(&questions), "{slug}: {questions} preguntas");
        assert!(text.contains("{{#include img/"), "{slug}: sin diagrama");
    }
}

#[test]
fn la_introduccion_promete_las_partes_que_estan_en_el_indice() {
    let summary = read("book/capitulos/SUMMARY.md");
    let parts = summary.lines().filter_map(|line| line.strip_prefix("# "));
    let parts: Vec<&str> = parts.filter(|part| !["Índice", "Apéndices"].contains(part)).collect();

    let introduction = libro::without(&read("book/capitulos/introduccion.md"), "<!--", "-->");
    let (_, list) = introduction.split_once("va por partes:").expect("la lista de las partes");
    let items = list.lines().filter_map(|line| line.strip_prefix("- **")?.split_once(".**"));
    let promised: Vec<&str> = items.map(|(name, _)| name).collect();
    assert_eq!(promised, parts);
}

#[test]
fn ningun_capitulo_se_cuenta_como_otro() {
    let mut told: BTreeMap<String, String> = BTreeMap::new();
    for Chapter { slug, text } in chapters() {
        let opening = text.lines().skip(1).find(|line| !line.is_empty()).unwrap_or_default();
        let opening: Vec<&str> = opening.split_whitespace().take(3).collect();
        let titles =
            headings(&text).filter(|title| !PARTS.iter().any(|part| title.starts_with(part)));
        for said in titles.map(str::to_owned).chain([opening.join(" ")]) {
            if let Some(before) = told.insert(said.clone(), slug.clone()) {
                assert_eq!(before, slug, "los dos dicen «{said}»");
            }
        }
    }
}

/// Los títulos de segundo y tercer nivel.
fn headings(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.strip_prefix("## ").or(line.strip_prefix("### ")))
}

#[test]
fn un_capitulo_se_lee_de_una_sentada() {
    let wrong: Vec<String> = chapters()
        .iter()
        .map(|chapter| (chapter.prose_words(), &chapter.slug))
        .filter(|(words, _)| !WORDS.contains(words))
        .map(|(words, slug)| format!("{slug}: {words} palabras"))
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn el_glosario_esta_en_orden_alfabetico() {
    let terms = libro::terms(&read("book/capitulos/glosario.md"));
    assert!(terms.len() > 50, "{terms:?}");
    let out_of_place: Vec<&[String]> = terms
        .windows(2)
        .filter(|pair| libro::letters(&pair[0]) > libro::letters(&pair[1]))
        .collect();
    assert_eq!(out_of_place, Vec::<&[String]>::new(), "la segunda de cada pareja va antes");
}

#[test]
fn el_orden_alfabetico_es_el_del_espanol() {
    let sorted =
        ["cachaza", "caché", "cadena", "nube", "ñandú", "path traversal", "patrón", "UTF-8"];
    let mut letters = sorted.map(libro::letters);
    let expected = letters.clone();
    letters.reverse();
    letters.sort();
    assert_eq!(letters, expected);
}

/// Lo que puede ser un bloque de código. Con otro nombre, como `rust,no_run` o `sh`, escaparía a las
/// pruebas que siguen.
const LANGUAGES: [&str; 7] = ["apache", "console", "ini", "nginx", "python", "rust", "text"];

#[test]
fn cada_bloque_dice_lo_que_es() {
    for (page, text) in pages() {
        for (language, _) in fences(&text) {
            assert!(LANGUAGES.contains(&language.as_str()), "{page}: un bloque de «{language}»");
        }
    }
}

#[test]
fn cada_bloque_de_rust_sale_de_un_archivo_que_se_compila() {
    let compiled = ["examples/", "tests/", "ejercicios/src/", "book/errores/", "src/"];
    for (page, text) in pages() {
        for (_, content) in fences(&text).iter().filter(|(language, _)| language == "rust") {
            for line in content.lines() {
                let source = line
                    .strip_prefix("{{#include ")
                    .and_then(|rest| rest.strip_suffix("}}"))
                    .unwrap_or_else(|| panic!("{page}: escrito a mano: {line}"));
                let source = source.split(':').next().expect("hay algo antes de los dos puntos");
                let source = source.replace("../../", "").replace("../", "book/");
                let is_compiled = compiled.iter().any(|folder| source.starts_with(folder));
                assert!(is_compiled, "{page}: nadie compila {source}");
            }
        }
    }
}

#[test]
fn cada_orden_la_ejecuta_una_prueba() {
    for (page, text) in pages() {
        for order in libro::orders(&text) {
            assert!(is_executed(&order), "{page}: ninguna prueba ejecuta «{order}»");
        }
    }
}

/// Si alguna prueba ejecuta esa orden: la del capítulo, la puerta de los ejercicios, o la de quien la
/// atiende.
fn is_executed(order: &str) -> bool {
    let words: Vec<&str> = order.split_whitespace().collect();
    match words[..] {
        ["cargo", "run", "--example", slug] => {
            tests_of(slug).contains(&format!("start(\"{slug}\")"))
        }
        // Con argumentos, que cada prueba da a su manera.
        ["cargo", "run", "--example", slug, ..]
        | ["cargo", "build", "--release", "--example", slug] => {
            let tests = tests_of(slug);
            [format!("start_with(\"{slug}\""), format!("executable(\"{slug}\")")]
                .iter()
                .any(|start| tests.contains(start))
        }
        ["cargo", "test", "--test", name] => !tests_of(name).is_empty(),
        ["cargo", "test", "-p", "ejercicios", chapter] => {
            chapters().iter().any(|known| known.number() == chapter)
        }
        ["cargo", "ejercicios", ref order @ ..] => {
            let guide: String = ["guia", "aula", "examina"]
                .map(|name| read(&format!("ejercicios/guia/tests/{name}.rs")))
                .concat();
            order.first().is_none_or(|order| guide.contains(&format!("\"{order}")))
        }
        ["python3", path] => {
            let slug = python_slug(path);
            let twins = read("tests/gemelos.rs").contains(&format!("\"{slug}\","));
            twins || tests_of(slug).contains(&format!("start_python(\"{slug}\")"))
        }
        ["python", "-m", "pasarela", ref options @ .., path] => {
            let tests = tests_of("cap18_python");
            let is_there = |text: &str| tests.contains(&format!("\"{text}\""));
            options.iter().all(|option| is_there(option)) && is_there(python_slug(path))
        }
        _ => EXECUTED_ELSEWHERE.contains(&order),
    }
}

/// De `book/python/cap01_texto.py`, `cap01_texto`.
fn python_slug(path: &str) -> &str {
    path.trim_start_matches("book/python/").trim_end_matches(".py")
}

/// Las demás órdenes del libro, con quien las ejecuta.
const EXECUTED_ELSEWHERE: [&str; 24] = [
    // `ejercicios/cafe/tests/enciende.rs`.
    "cargo run -p cafe",
    // `.ci/promesas`, que las lee del README.
    "cargo test",
    // `book/tests`, y los pasos «Libro» de `.ci/run`.
    "cargo libro",
    "cargo libro construir",
    "cargo libro --puerto 3050",
    // Un cliente que calla: `open`, en `tests/cap12_hilos.rs`.
    "curl telnet://localhost:8000",
    // `ejercicios/guia/tests/aula.rs`, en una copia para una clase.
    "cargo nextest run -p ejercicios --profile aula --no-tests fail cap03_",
    "cargo test --offline -p ejercicios cap01",
    "cargo vendor --locked --sync book/Cargo.toml",
    // Los pasos «Dependencias fijadas» de `.ci/run`.
    "cargo fetch --locked",
    // `.ci/instala`, si falta.
    "cargo install --locked cargo-nextest",
    // Los programas que hay que tener: `.ci/run` no empieza sin ellos.
    "rustc --version",
    "curl --version",
    "cargo test -p ejercicios",
    "cargo test -p ejercicios --features soluciones",
    // `.ci/python`, en otra carpeta.
    "python3 -m venv target/entorno",
    "source target/entorno/bin/activate",
    "pip install ./python",
    // Borra lo compilado, y con ello las mismas pruebas.
    "cargo clean",
    // Instalar: ninguna prueba cambia los programas de quien la ejecuta. <!-- permite: apt, install, essential -->
    "sudo apt install build-essential curl",
    "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh",
    "xcode-select --install",
    "git clone DIRECCIÓN pasarela",
    "cd pasarela",
];
