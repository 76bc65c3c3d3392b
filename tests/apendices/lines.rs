//! Las líneas que «De Python a Rust» pone una frente a otra están en los dos programas.

use super::table::{cells, chapter, codes, read};

#[track_caller]
fn check(slug: &str) {
    let chapter = chapter("de_python_a_rust");
    let mark = format!("id=\"lineas-{slug}\">");
    let (_, table) = chapter.split_once(&mark).expect("la tabla del programa");
    let (table, _) = table.split_once("</div>").expect("su final");
    let python = read(&format!("book/python/{slug}.py"));
    let rust = read(&format!("examples/{slug}.rs"));
    let rows: Vec<_> = table.lines().filter_map(cells).collect();
    assert!(!rows.is_empty(), "{slug}");
    for row in rows {
        for (cell, program) in [(row[0], &python), (row[1], &rust)] {
            for code in codes(cell) {
                let is_there = program.lines().any(|line| line.trim() == code);
                assert!(is_there, "{slug}: no hay una línea {code}");
            }
        }
    }
}

#[test]
fn cap01_texto() {
    check("cap01_texto");
}

#[test]
fn cap02_html() {
    check("cap02_html");
}
