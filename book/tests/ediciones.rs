//! El EPUB y el PDF: `cargo test --manifest-path book/Cargo.toml -- --ignored` los revisa con programas de fuera.
//!
//! Esas pruebas piden `epubcheck` con Java, un Chromium y `pdftotext`.

mod comun;

use comun::SmallBook;
use libro::editions;
use pretty_assertions::assert_eq;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use zip::{CompressionMethod, ZipArchive};

/// El programa que revisa un EPUB, donde lo pone Debian.
const EPUBCHECK: &str = "/usr/share/java/epubcheck.jar";

/// Un libro con una imagen, un capítulo en una carpeta y enlaces de ida y vuelta.
fn small() -> SmallBook {
    let book = SmallBook::with(&[
        ("cap01_uno.md", "# ¿Uno?\n\n[Dos](parte/dos.md#qué)\n\n![mapa](m.svg)\n"),
        ("parte/dos.md", "# Dos\n\n## Qué\n\n[Uno](../cap01_uno.md)\n"),
    ]);
    book.write("book/capitulos/m.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    book
}

fn opened(epub: &Path) -> ZipArchive<File> {
    ZipArchive::new(File::open(epub).expect("está")).expect("es un zip")
}

#[track_caller]
fn text(zip: &mut ZipArchive<File>, name: &str) -> String {
    let mut text = String::new();
    let mut file = zip.by_name(name).unwrap_or_else(|_| panic!("falta {name}"));
    file.read_to_string(&mut text).expect("es texto");
    text
}

#[test]
fn el_epub_lleva_el_libro_entero_y_sus_enlaces_llevan_a_el() {
    let book = small();
    let mut zip = opened(&editions::epub(&book.folders()).expect("se escribe"));
    let first = zip.by_index(0).expect("tiene algo").compression();
    assert_eq!((zip.index_for_name("mimetype"), first), (Some(0), CompressionMethod::Stored));
    let names: BTreeSet<String> =
        zip.file_names().map(|name| name.expect("es texto").into_owned()).collect();
    let expected = [
        "EPUB/cap01_uno.xhtml",
        "EPUB/epub.css",
        "EPUB/indice.xhtml",
        "EPUB/libro.opf",
        "EPUB/m.svg",
        "EPUB/parte/dos.xhtml",
        "EPUB/tapa.xhtml",
        "EPUB/theme/letra/OFL-AndadaPro.txt",
        "EPUB/theme/letra/OFL-Iosevka.txt",
        "EPUB/theme/letra/andada-pro-italic.woff2",
        "EPUB/theme/letra/andada-pro-normal.woff2",
        "EPUB/theme/letra/iosevka-400.woff2",
        "EPUB/theme/letra/iosevka-600.woff2",
        "EPUB/theme/tapa.png",
        "META-INF/container.xml",
        "mimetype",
    ];
    assert_eq!(names, expected.map(str::to_owned).into());
    assert!(text(&mut zip, "EPUB/cap01_uno.xhtml").contains("<a href=\"parte/dos.xhtml#qué\">"));
    assert!(text(&mut zip, "EPUB/parte/dos.xhtml").contains("<a href=\"../cap01_uno.xhtml\">"));
    let index = text(&mut zip, "EPUB/indice.xhtml");
    assert!(index.contains("<a href=\"cap01_uno.xhtml\">1. cap01_uno.md: ¿Uno?</a>"), "{index}");
}

#[test]
fn el_mismo_libro_da_los_mismos_bytes_y_no_deja_nada_a_medias() {
    let book = small();
    let written = || fs::read(editions::epub(&book.folders()).expect("se escribe")).expect("está");
    assert!(written() == written(), "los dos EPUB son distintos");
    let left: Vec<PathBuf> = libro::folders::files_under(&book.folders().editions());
    assert_eq!(left, [book.folders().editions().join("pasarela.epub")]);
}

#[test]
fn la_fecha_es_la_que_dice_el_entorno() {
    let program = env!("CARGO_BIN_EXE_libro");
    let order = Command::new(program)
        .args(["ediciones", "epub"])
        .env("SOURCE_DATE_EPOCH", "1795509600")
        .output()
        .expect("se ejecuta");
    let said = String::from_utf8(order.stdout).expect("es texto");
    let path = said.trim().strip_prefix("El EPUB está en ").expect("dice dónde está");
    let package = text(&mut opened(Path::new(path)), "EPUB/libro.opf");
    let date = "<meta property=\"dcterms:modified\">2026-11-24T08:40:00Z</meta>";
    assert!(package.contains(date), "{package}");
}

#[test]
fn sin_navegador_el_pdf_dice_que_hace_falta() {
    let order = |told: &str, path: &str| {
        let mut order = Command::new(env!("CARGO_BIN_EXE_libro"));
        order.args(["ediciones", "pdf"]).env("CHROMIUM", told).env("PATH", path);
        String::from_utf8(order.output().expect("se ejecuta").stderr).expect("es texto")
    };
    assert_eq!(
        order("/no/está", ""),
        "error: no hay ningún programa en /no/está; corrige la variable CHROMIUM\n"
    );
    // En macOS y en Windows no se busca en el `PATH`.
    if cfg!(target_os = "linux") {
        assert_eq!(
            order("", "/no"),
            "error: el PDF lo compone un Chromium, y no se encontró ninguno; instala Chromium, \
             Chrome o Edge, o di en la variable CHROMIUM dónde está\n"
        );
    }
}

#[test]
#[ignore = "necesita epubcheck"]
fn epubcheck_no_encuentra_nada() {
    let book = SmallBook::whole();
    let epub = editions::epub(&book.folders()).expect("se escribe");
    let check = Command::new("java").args(["-jar", EPUBCHECK]).arg(&epub).output();
    let check = check.expect("java está instalado");
    let said = [check.stdout, check.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    let clean = "Messages: 0 fatals / 0 errors / 0 warnings / 0 infos";
    assert!(said[0].contains(clean), "{}", said.join("\n"));
}

#[test]
#[ignore = "necesita chromium y pdftotext"]
fn el_pdf_tiene_numeros_un_indice_que_dice_la_verdad_y_ninguna_hoja_a_medias() {
    let book = SmallBook::whole();
    let pdf = editions::pdf(&book.folders()).expect("se compone");
    let sheets = sheets(&pdf);
    assert!(sheets.len() > 100, "solo {} hojas", sheets.len());
    for (at, sheet) in sheets.iter().enumerate().skip(1) {
        assert_eq!(sheet.foot, (at + 1).to_string(), "el número de la hoja {}", at + 1);
    }

    let starts = &sheets[1].at_the_end;
    assert!(starts.contains(&3) && starts.len() > 15, "{starts:?}");
    for start in starts {
        assert!(sheets[start - 1].has_title, "en la hoja {start} no empieza ningún capítulo");
    }
    let titles = sheets.iter().skip(2).filter(|sheet| sheet.has_title).count();
    assert_eq!(titles, starts.len(), "capítulos que no están en el índice");

    for (at, sheet) in sheets.iter().enumerate().skip(2) {
        let is_last = starts.contains(&(at + 2)) || at + 1 == sheets.len();
        let least = if is_last { 0.1 } else { 0.5 };
        assert!(sheet.filled > least, "la hoja {} llega al {:.2}", at + 1, sheet.filled);
    }
}

/// Lo que se ve en una hoja.
#[derive(Debug)]
struct Sheet {
    /// Hasta qué parte del alto llega el texto.
    filled: f64,
    /// Lo que dice al pie.
    foot: String,
    /// Si arriba hay un título de capítulo: letra grande.
    has_title: bool,
    /// Los números que hay al final de una columna.
    at_the_end: BTreeSet<usize>,
}

/// Dónde empieza y dónde termina el texto de una hoja, y cuánto mide, en puntos.
const TOP: f64 = 50.0;
const BOTTOM: f64 = 780.0;
const HEIGHT: f64 = 842.0;

/// Dónde terminan las dos columnas del índice: ahí están los números de las hojas.
const COLUMN_ENDS: [f64; 2] = [284.0, 539.3];

/// Lo que mide, al menos, una palabra del título de un capítulo.
const TITLE: f64 = 28.0;

fn sheets(pdf: &Path) -> Vec<Sheet> {
    let words = Command::new("pdftotext").arg("-bbox").arg(pdf).arg("-").output();
    let words = words.expect("pdftotext está instalado").stdout;
    let words = String::from_utf8(words).expect("es texto");
    words.split("<page ").skip(1).map(sheet).collect()
}

fn sheet(page: &str) -> Sheet {
    let words: Vec<Word> = page.split("<word ").skip(1).filter_map(word).collect();
    let inside = || words.iter().filter(|word| word.top > TOP && word.bottom < BOTTOM);
    let lowest = inside().map(|word| word.bottom).fold(0.0, f64::max);
    let foot = words.iter().filter(|word| word.top > BOTTOM).map(|word| word.text.as_str());
    Sheet {
        filled: lowest / HEIGHT,
        foot: foot.collect(),
        has_title: inside().any(|word| word.bottom - word.top > TITLE && word.top < 120.0),
        at_the_end: inside()
            .filter(|word| COLUMN_ENDS.iter().any(|end| (word.right - end).abs() < 2.0))
            .filter_map(|word| word.text.parse().ok())
            .collect(),
    }
}

struct Word {
    right: f64,
    top: f64,
    bottom: f64,
    text: String,
}

/// Una palabra como la escribe `pdftotext`: `xMin="…" yMin="…" xMax="…" yMax="…">texto</word>`.
fn word(line: &str) -> Option<Word> {
    let value = |name: &str| line.split_once(name)?.1.split('"').nth(1)?.parse().ok();
    let text = line.split_once('>')?.1.split('<').next()?;
    Some(Word {
        right: value("xMax")?,
        top: value("yMin")?,
        bottom: value("yMax")?,
        text: text.to_owned(),
    })
}
