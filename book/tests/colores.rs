//! Los colores del tema: contraste suficiente en claro y en oscuro, y el mismo oscuro con JavaScript y sin él.

use pretty_assertions::assert_eq;
use std::collections::BTreeMap;

const SHEET: &str = include_str!("../theme/colores.css");

/// El contraste que pide WCAG 2.1 AA para un texto de tamaño normal.
const MINIMUM: f64 = 4.5;

/// Las variables del bloque que empieza por `selector`.
fn block(selector: &str) -> BTreeMap<&'static str, &'static str> {
    let (_, rest) = SHEET.split_once(selector).expect("el bloque está en la hoja");
    let (_, rest) = rest.split_once('{').expect("el bloque se abre");
    let (body, _) = rest.split_once('}').expect("el bloque se cierra");
    body.split(';').filter_map(|line| line.trim().split_once(": ")).collect()
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

#[track_caller]
fn check(selector: &str) {
    let colors = block(selector);
    let texts = colors.keys().filter(|name| {
        matches!(**name, "--fg" | "--links" | "--suave" | "--acento")
            || name.starts_with("--blockquote-")
            || (name.starts_with("--codigo-") && **name != "--codigo-fondo")
    });
    for text in texts {
        for background in ["--bg", "--panel", "--acento-fondo"] {
            let ratio = contrast(colors[text], colors[background]);
            assert!(ratio >= MINIMUM, "{selector}: {text} sobre {background} da {ratio:.1}");
        }
    }
    assert_eq!(colors["--codigo-fondo"], colors["--panel"]);
}

#[test]
fn el_tema_claro_se_lee() {
    check("html, html.light");
}

#[test]
fn el_tema_oscuro_se_lee() {
    check("html.coal");
}

#[test]
fn sin_javascript_el_oscuro_es_el_mismo() {
    assert_eq!(block("html:not(.js)"), block("html.coal"));
}
