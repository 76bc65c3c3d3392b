//! Los pies de los programas: qué archivo es el que se muestra, y qué parte de él.
//!
//! Un bloque de código que solo contiene una inclusión de `examples/`, `ejercicios/`, `tests/`, `python/` o `servidores/`
//! recibe encima el nombre del archivo, para que se pueda abrir en el editor. La prosa no tiene que repetirlo. Y los
//! comandos que un capítulo escribe a mano reciben su `$`: así se distinguen de lo que responden.

use std::path::Path;

use crate::directives::{Directive, directives};
use crate::includes;

/// El texto del capítulo, que está en `folder`, con un pie delante de cada programa incluido.
#[must_use]
pub fn with_captions(text: &str, folder: &Path) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut captioned = Vec::with_capacity(lines.len());
    let mut is_typed = false;
    for (at, line) in lines.iter().enumerate() {
        let next = lines.get(at + 1).copied().unwrap_or_default();
        if line.starts_with("```") {
            is_typed = line.trim_end() == "```console"
                && !next.starts_with("{{#")
                && !next.starts_with("$ ");
            captioned.extend(caption(next, folder));
        } else if is_typed && !line.is_empty() && !lines[at - 1].ends_with('\\') {
            captioned.push(format!("$ {line}"));
            continue;
        }
        captioned.push((*line).to_owned());
    }
    captioned.join("\n") + "\n"
}

fn caption(line: &str, folder: &Path) -> Option<String> {
    let directive = *directives(line).first()?;
    let name = program_name(line, directive)?;
    let lines = includes::lines(folder, directive.argument)
        .map_or_else(String::new, |(first, last, total)| {
            format!(" data-lineas=\"{first}-{last}-{total}\"")
        });
    Some(format!("<p class=\"archivo\"{lines}><code>{name}</code></p>\n"))
}

/// El programa que incluye la línea, visto desde la raíz del repositorio.
fn program_name(line: &str, directive: Directive<'_>) -> Option<String> {
    if !matches!(directive.name, "include" | "rustdoc_include") || directive.text != line.trim() {
        return None;
    }
    let path = directive.argument.split(':').next()?;
    let inside = path.trim_start_matches("../");
    match inside.split('/').next()? {
        "examples" | "ejercicios" | "tests" => Some(inside.to_owned()),
        "python" | "servidores" => Some(format!("book/{inside}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::with_captions;
    use pretty_assertions::assert_eq;
    use std::fs;
    use std::path::Path;

    #[test]
    fn un_programa_incluido_lleva_su_nombre_encima() {
        assert_eq!(
            with_captions(
                "Mira:\n\n```rust\n{{#include ../../examples/cap01_texto.rs:app}}\n```\n",
                Path::new("")
            ),
            "Mira:\n\n<p class=\"archivo\"><code>examples/cap01_texto.rs</code></p>\n\n\
             ```rust\n{{#include ../../examples/cap01_texto.rs:app}}\n```\n"
        );
    }

    #[test]
    fn un_bloque_escrito_a_mano_o_una_transcripcion_no_lo_llevan() {
        let text = "```rust\nfn main() {}\n```\n\n```console\n{{#include ../transcripciones/a.txt}}\n```\n";
        assert_eq!(with_captions(text, Path::new("")), text);
    }

    #[test]
    fn un_trozo_dice_que_lineas_son() {
        let folder = tempfile::tempdir().expect("hay carpeta temporal");
        let program = "a\n// ANCHOR: b\nuno\ndos\n// ANCHOR_END: b\n";
        fs::create_dir(folder.path().join("tests")).expect("se crea");
        fs::write(folder.path().join("tests/x.rs"), program).expect("se escribe");
        let text = "```rust\n{{#include tests/x.rs:b}}\n```\n";
        let caption = "<p class=\"archivo\" data-lineas=\"3-4-5\"><code>tests/x.rs</code></p>\n\n";
        assert_eq!(with_captions(text, folder.path()), format!("{caption}{text}"));
    }

    #[test]
    fn un_comando_escrito_a_mano_lleva_su_marca() {
        let text = "```console\ncargo run \\\n  --example a\ncurl b\n```\nfin\n";
        let marked = "```console\n$ cargo run \\\n  --example a\n$ curl b\n```\nfin\n";
        assert_eq!(with_captions(text, Path::new("")), marked);
    }
}
