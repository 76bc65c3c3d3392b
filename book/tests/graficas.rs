//! Las gráficas del libro dicen los números de `bench/resultados`, y lo que no está se señala.

mod comun;

use comun::SmallBook;
use libro::{Folders, builder, plots};
use pretty_assertions::assert_eq;
use std::fs;
use std::path::Path;

const MEASURED: &str = include_str!("graficas/m.json");

fn book(chapter: &str) -> SmallBook {
    let book = SmallBook::with(&[("uno.md", chapter)]);
    book.write("bench/resultados/m.json", MEASURED);
    book
}

/// Lo que un capítulo dice en lugar de esa directiva.
fn written(book: &SmallBook, directive: &str) -> String {
    plots::with_plots(directive, &book.folders())
}

/// Las filas de la tabla, como celdas.
fn rows(text: &str) -> Vec<Vec<String>> {
    let rows = text.lines().filter(|line| line.starts_with("| `") || line.starts_with("| **`"));
    rows.map(|row| {
        let cells = row.trim_matches('|').split('|');
        cells.map(|cell| cell.replace(['`', '*', '\u{a0}', '\u{202f}', ' '], "")).collect()
    })
    .collect()
}

#[test]
fn una_grafica_dice_la_mediana_y_la_dispersion_del_mejor_al_peor() {
    let book = book("# Uno\n\n{{#grafica m texto}}\n");
    let drawn = written(&book, "{{#grafica m texto}}");
    assert_eq!(
        rows(&drawn),
        [
            ["pasarela", "15000", "10000", "20000", "±33%"],
            ["suelo", "15000", "12000", "18000", "±20%"],
            ["otro", "9000", "9000", "9000", "±0%"],
        ]
    );
    assert!(drawn.contains("`quieto` no se midió: no ejecuta aplicaciones."), "{drawn}");
    // La barra más larga es la de 20 000: la mediana de 15 000 mide tres cuartos, y su raya llega al final.
    assert!(drawn.contains("width=\"147.0\" height=\"22\"/>"), "{drawn}");
    assert!(drawn.contains("d=\"M216.0 17H314.0M"), "{drawn}");
    assert_eq!(builder::review(&book.folders()).expect("el libro está bien"), 4);
    assert!(
        book.page("uno.html").contains("<svg role=\"img\" aria-label=\"Barras. Escenario texto")
    );
}

#[test]
fn de_la_espera_es_mejor_la_menor() {
    let book = book("# Uno\n");
    let drawn = written(&book, "{{#grafica m texto espera}}");
    assert_eq!(
        rows(&drawn),
        [
            ["suelo", "0.40", "0.30", "0.50", "±25%"],
            ["pasarela", "0.48", "0.47", "0.90", "±45%"],
            ["otro", "1.50", "1.50", "1.50", "±0%"],
        ]
    );
}

#[test]
fn la_ficha_dice_cuando_donde_y_con_que_comando() {
    let book = book("# Uno\n");
    assert_eq!(
        written(&book, "{{#ficha m}}"),
        "| dato | esta medición |\n|---|---|\n| cuándo | 2026-01-02 03:04 |\n| computadora | 2 núcleos (`Una`) |\n\
         | sistema | Linux 6.1 |\n| rondas | 3 |\n\
         | segundos que dura cada prueba | 1, después de 1 de calentamiento |\n\
         | servidores | otro, pasarela, quieto, suelo |\n\
         | con qué comando | `python3 bench/mide --solo otro,pasarela,quieto,suelo --rondas 3 --segundos 1 --calienta 1` |\n\
         | los números | `bench/resultados/m.json` |\n"
    );
}

#[test]
fn lo_que_no_se_midio_se_senala_con_su_linea() {
    let chapter = "# Uno\n\n{{#grafica n texto}}\n{{#grafica m tinta}}\n{{#grafica m texto velocidad}}\n{{#grafica m}}\n";
    assert_eq!(
        book(chapter).problems(),
        "capitulos/uno.md:3: la medición «bench/resultados/n.json» no existe o no se entiende; corrige el nombre\n\
         capitulos/uno.md:4: «bench/resultados/m.json» no tiene «tinta»; tiene texto\n\
         capitulos/uno.md:5: «bench/resultados/m.json» no tiene «velocidad»; \
         tiene peticiones, volumen, espera, procesador, memoria\n\
         capitulos/uno.md:6: la directiva «{{#grafica m}}» no se entiende; \
         existen include, rustdoc_include, playground, title, reglas, laboratorio, grafica, ficha, preguntas, inventario y avance\n"
    );
}

/// El informe lo escribe otro programa, con sus propias cuentas.
#[test]
fn las_graficas_dicen_lo_mismo_que_el_informe() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = Folders::new(root);
    let chapter = fs::read_to_string(root.join("capitulos/rendimiento.md")).expect("está");
    let asked =
        chapter.lines().filter_map(|line| line.strip_prefix("{{#grafica ")?.strip_suffix("}}"));
    let mut seen = 0;
    for asked in asked.filter(|asked| asked.split(' ').count() == 2) {
        let (name, scenario) = asked.split_once(' ').expect("dos palabras");
        let report = root.join(format!("../bench/resultados/{name}.md"));
        let report = fs::read_to_string(report).expect("está");
        let title = format!("\n## `{scenario}`\n");
        let (_, section) = report.split_once(&title).expect("el informe tiene el escenario");
        let section = section.split("\n## ").next().expect("hay algo");
        let told = |rows: Vec<Vec<String>>, spread: usize| -> Vec<[String; 3]> {
            let cells = |row: Vec<String>| [row[0].clone(), row[1].clone(), row[spread].clone()];
            rows.into_iter().map(cells).collect()
        };
        let drawn = plots::with_plots(&format!("{{{{#grafica {asked}}}}}"), &folders);
        assert_eq!(told(rows(&drawn), 4), told(rows(section), 2), "{asked}");
        seen += 1;
    }
    assert!(seen > 2, "{seen}");
}
