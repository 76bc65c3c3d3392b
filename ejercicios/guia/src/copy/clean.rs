//! Lo que se quita del texto de una copia.
//!
//! - De los documentos, lo que va entre `<!-- docentes -->` y `<!-- /docentes -->`, y las filas de
//!   una tabla o de una lista que enlazan a lo que no va.
//! - De los capítulos, el bloque plegado de la solución.
//! - Del paquete de los ejercicios, la característica que elige las soluciones.

const LIBRARY: &str = "ejercicios/src/lib.rs";
const MANIFEST: &str = "ejercicios/Cargo.toml";
const CHAPTERS: &str = "book/capitulos/";

/// Si de ese archivo puede haber algo que quitar.
pub(super) fn touches(name: &str) -> bool {
    name.ends_with(".md") || name == LIBRARY || name == MANIFEST
}

/// El texto de ese archivo, para quien estudia. `is_gone` dice de qué lugares no queda nada.
pub(super) fn clean(name: &str, text: &str, is_gone: impl Fn(&str) -> bool) -> String {
    // Al clonar en Windows, git puede terminar las líneas de otra manera.
    let text = text.replace("\r\n", "\n");
    match name {
        LIBRARY => without_choice(&text),
        MANIFEST => without_feature(&text),
        _ => {
            let text = without_dead_rows(name, &without_teachers(&text), is_gone);
            if name.starts_with(CHAPTERS) { without_solutions(&text) } else { text }
        }
    }
}

/// La primera línea, contada desde uno, en la que todavía se llega a las soluciones.
pub(super) fn solution_shown(name: &str, text: &str) -> Option<usize> {
    let code = name == LIBRARY || name == MANIFEST;
    let shows = |line: &str| line.contains("soluciones") && (code || line.contains("{{#"));
    text.lines().position(shows).map(|line| line + 1)
}

/// Los módulos sin elección: `#[path = "pendientes/cap01_texto.rs"]`.
fn without_choice(library: &str) -> String {
    let lines =
        library.lines().filter(|line| !line.starts_with("#[cfg_attr(feature = \"soluciones\""));
    let lines = lines.map(|line| {
        let path = line.strip_prefix("#[cfg_attr(not(feature = \"soluciones\"), ");
        path.and_then(|path| path.strip_suffix(")]"))
            .map_or(format!("{line}\n"), |path| format!("#[{path}]\n"))
    });
    lines.collect()
}

/// Sin el párrafo `[features]`, que solo tiene esa característica.
fn without_feature(manifest: &str) -> String {
    let paragraphs = manifest.split("\n\n");
    let kept = paragraphs.filter(|paragraph| !paragraph.starts_with("[features]\n"));
    kept.collect::<Vec<_>>().join("\n\n")
}

/// Sin los bloques `<details>` que incluyen una solución o se titulan así.
fn without_solutions(chapter: &str) -> String {
    without_blocks(chapter, "<details", "</details>", |block| {
        block.contains("ejercicios/src/soluciones") || block.contains("<summary>Solución")
    })
}

fn without_teachers(document: &str) -> String {
    without_blocks(document, "<!-- docentes -->", "<!-- /docentes -->", |_| true)
}

/// Sin los bloques elegidos, ni la línea vacía que los sigue. Un bloque empieza y termina en su línea.
fn without_blocks(text: &str, open: &str, close: &str, chosen: impl Fn(&str) -> bool) -> String {
    let mut kept = String::new();
    let mut block: Option<String> = None;
    let mut just_dropped = false;
    for line in text.split_inclusive('\n') {
        if block.is_none() && !line.starts_with(open) {
            if !(just_dropped && line.trim().is_empty()) {
                kept.push_str(line);
            }
            just_dropped = false;
            continue;
        }
        let current = block.get_or_insert_default();
        current.push_str(line);
        if line.trim_end().ends_with(close) {
            just_dropped = chosen(current);
            if !just_dropped {
                kept.push_str(current);
            }
            block = None;
        }
    }
    // Un bloque sin cerrar se queda: quien revisa lo verá.
    kept + &block.unwrap_or_default()
}

fn without_dead_rows(name: &str, document: &str, is_gone: impl Fn(&str) -> bool) -> String {
    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_dead = |row: &str| {
        let targets = row.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        let mut places = targets.map(|target| [folder, target].join("/"));
        row.starts_with(['|', '-']) && places.any(|place| is_gone(place.trim_start_matches('/')))
    };
    document.split_inclusive('\n').filter(|line| !is_dead(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn la_biblioteca_queda_sin_eleccion() {
        let library = "//! Ejercicios.\n\n\
            #[cfg_attr(feature = \"soluciones\", path = \"soluciones/cap01_texto.rs\")]\n\
            #[cfg_attr(not(feature = \"soluciones\"), path = \"pendientes/cap01_texto.rs\")]\n\
            pub mod cap01_texto;\n";
        let clean = clean(LIBRARY, library, |_| false);
        assert_eq!(
            clean,
            "//! Ejercicios.\n\n#[path = \"pendientes/cap01_texto.rs\"]\npub mod cap01_texto;\n"
        );
        assert_eq!(solution_shown(LIBRARY, library), Some(3));
        assert_eq!(solution_shown(LIBRARY, &clean), None);
    }

    #[test]
    fn el_manifiesto_queda_sin_la_caracteristica() {
        let manifest = "[package]\nname = \"a\"\n\n[features]\n# Nota.\n\
            soluciones = []\n\n# Por esto.\n[lib]\ntest = false\n";
        assert_eq!(
            clean(MANIFEST, manifest, |_| false),
            "[package]\nname = \"a\"\n\n# Por esto.\n[lib]\ntest = false\n"
        );
    }

    #[test]
    fn con_los_finales_de_linea_de_windows_se_quita_lo_mismo() {
        let texts = [
            (MANIFEST, "[package]\nname = \"a\"\n\n[features]\nsoluciones = []\n\n[lib]\n"),
            (
                LIBRARY,
                "#[cfg_attr(feature = \"soluciones\", path = \"soluciones/a.rs\")]\nmod a;\n",
            ),
            (
                "book/capitulos/a.md",
                "<details>\n<summary>Solución</summary>\n</details>\n\nSigue.\n",
            ),
            ("README.md", "Uno.\n\n<!-- docentes -->\nDos.\n<!-- /docentes -->\n\nTres.\n"),
        ];
        for (name, text) in texts {
            let expected = clean(name, text, |_| false);
            assert_ne!(expected, text, "{name}");
            assert_eq!(clean(name, &text.replace('\n', "\r\n"), |_| false), expected, "{name}");
        }
    }

    #[test]
    fn del_capitulo_se_va_la_solucion_y_nada_mas() {
        let chapter = "## Ejercicio\n\n<details>\n<summary>Segunda pista</summary>\n\nDos.\n\n\
            </details>\n\n<details>\n<summary>Solución</summary>\n\n```rust\n\
            {{#include ../../ejercicios/src/soluciones/cap01_texto.rs}}\n```\n\n</details>\n\n\
            <!-- docentes -->\nPara ti.\n<!-- /docentes -->\n\n## Lo que queda fuera\n";
        let name = "book/capitulos/cap01_texto.md";
        let clean = clean(name, chapter, |_| false);
        assert_eq!(
            clean,
            "## Ejercicio\n\n<details>\n<summary>Segunda pista</summary>\n\nDos.\n\n</details>\n\n\
             ## Lo que queda fuera\n"
        );
        assert_eq!(solution_shown(name, chapter), Some(14));
        assert_eq!(solution_shown(name, &clean), None);
        let inside = "{{#include ../../ejercicios/src/soluciones/cap01_texto.rs}}";
        let blocks = [("Una manera", inside), ("Solución", "Ok(())")];
        for (title, body) in blocks {
            let block = format!("<details>\n<summary>{title}</summary>\n\n{body}\n</details>\n");
            assert_eq!(without_solutions(&block), "", "{title}");
        }
        let unclosed = "<details>\n<summary>Solución</summary>\n{{#include soluciones}}\n";
        assert_eq!(solution_shown(name, &without_solutions(unclosed)), Some(3));
    }

    #[test]
    fn de_tablas_y_listas_se_van_las_filas_de_lo_que_no_va() {
        let gone = ["fuzz", "tests/orden.rs", "book/capitulos/gone.md"];
        let is_gone = |place: &str| gone.contains(&place);
        let table = "| [`src`](src) | a |\n| [`fuzz`](fuzz) | b |\n[fuera](fuzz)\n";
        assert_eq!(clean("README.md", table, is_gone), "| [`src`](src) | a |\n[fuera](fuzz)\n");
        let tests = "| [`orden.rs`](orden.rs) | a |\n| [`otra.rs`](otra.rs#orden.rs) | b |\n";
        assert_eq!(
            clean("tests/README.md", tests, is_gone),
            "| [`otra.rs`](otra.rs#orden.rs) | b |\n"
        );
        let summary = "- [Uno](uno.md)\n- [Para docentes](gone.md)\n";
        assert_eq!(clean("book/capitulos/SUMMARY.md", summary, is_gone), "- [Uno](uno.md)\n");
    }
}
