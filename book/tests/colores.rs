//! Los colores del tema: contraste suficiente en claro y en oscuro, y el mismo oscuro con JavaScript y sin él.

use pretty_assertions::assert_eq;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

const SHEET: &str = include_str!("../theme/colores.css");

/// El contraste que pide WCAG 2.1 AA para un texto de tamaño normal.
const MINIMUM: f64 = 4.5;

/// Las variables del bloque que empieza por `selector`.
fn block(selector: &str) -> BTreeMap<&'static str, &'static str> {
    let (_, rest) = SHEET.split_once(selector).expect("el bloque está en la hoja");
    let (_, rest) = rest.split_once('{').expect("el bloque se abre");
    let (body, _) = rest.split_once('}').expect("el bloque se cierra");
    body.split([';', '\n'])
        .filter_map(|line| line.trim().split_once(": "))
        .filter(|(name, _)| name.starts_with("--"))
        .collect()
}

/// La luminancia relativa de un color `#rrggbb`, según WCAG 2.1.
fn luminance(color: &str) -> f64 {
    let channel = |at: usize| {
        let value =
            f64::from(u8::from_str_radix(&color[at..at + 2], 16).expect("es hexadecimal")) / 255.0;
        if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Cada texto, con los fondos sobre los que se escribe.
const PAIRS: [(&str, &[&str]); 10] = [
    (
        "--tinta",
        &[
            "--papel",
            "--hoja",
            "--ida-fondo",
            "--vuelta-fondo",
            "--vuelta-cuerpo",
            "--luz",
            "--error-fondo",
        ],
    ),
    ("--suave", &["--papel", "--hoja"]),
    ("--ida", &["--papel", "--hoja", "--ida-fondo"]),
    ("--vuelta", &["--papel", "--hoja", "--vuelta-fondo"]),
    ("--error", &["--papel", "--hoja"]),
    ("--sobre-ida", &["--ida-lleno"]),
    ("--sobre-vuelta", &["--vuelta-lleno"]),
    ("--terminal-texto", &["--terminal"]),
    ("--terminal-suave", &["--terminal"]),
    ("--vuelta-lleno", &["--terminal"]),
];

#[track_caller]
fn check(selector: &str) {
    let colors = block(selector);
    for (text, backgrounds) in PAIRS {
        for background in backgrounds {
            let ratio = contrast(colors[text], colors[background]);
            assert!(ratio >= MINIMUM, "{selector}: {text} sobre {background} da {ratio:.1}");
        }
    }
}

#[test]
fn el_tema_claro_se_lee() {
    check(":root, html.light");
}

#[test]
fn el_tema_oscuro_se_lee() {
    check("html.coal");
}

#[test]
fn sin_javascript_el_oscuro_es_el_mismo() {
    assert_eq!(block("html:not(.js)"), block("html.coal"));
}

/// La del ejercicio 1, que dibuja el sistema de quien lee.
const EMOJI: char = '😀';

#[test]
fn todas_las_letras_del_libro_estan_en_las_familias() {
    // Lo que falte se vería con otra letra, en silencio: las hojas solo traen las de este intervalo.
    let chapters = Path::new(env!("CARGO_MANIFEST_DIR")).join("capitulos");
    let known = include_str!("letras.txt");
    let strange: BTreeSet<char> = libro::folders::files_under(&chapters)
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .flat_map(|path| fs::read_to_string(path).expect("es texto").chars().collect::<Vec<_>>())
        .filter(|letter| !letter.is_ascii() && *letter != EMOJI && !known.contains(*letter))
        .collect();
    assert_eq!(strange, BTreeSet::new(), "ninguna de las dos familias tiene estas letras");
}
