//! Los pies de los programas: qué archivo es el que se muestra.
//!
//! Un bloque de código que solo contiene una inclusión de `examples/`, `ejercicios/`, `tests/` o `python/` recibe encima
//! el nombre del archivo, para que se pueda abrir en el editor. La prosa no tiene que repetirlo.

/// El texto del capítulo con un pie delante de cada programa incluido.
#[must_use]
pub fn with_captions(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut captioned = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with("```")
            && let Some(name) = lines.get(at + 1).and_then(|next| program_name(next))
        {
            captioned.push(format!("<p class=\"archivo\"><code>{name}</code></p>\n"));
        }
        captioned.push((*line).to_owned());
    }
    captioned.join("\n") + "\n"
}

/// El programa que incluye la línea, visto desde la raíz del repositorio.
fn program_name(line: &str) -> Option<String> {
    let directive = *crate::directives::directives(line).first()?;
    if !matches!(directive.name, "include" | "rustdoc_include") || directive.text != line.trim() {
        return None;
    }
    let path = directive.argument.split(':').next()?;
    let inside = path.trim_start_matches("../");
    match inside.split('/').next()? {
        "examples" | "ejercicios" | "tests" => Some(inside.to_owned()),
        "python" => Some(format!("book/{inside}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::with_captions;
    use pretty_assertions::assert_eq;

    #[test]
    fn un_programa_incluido_lleva_su_nombre_encima() {
        assert_eq!(
            with_captions(
                "Mira:\n\n```rust\n{{#include ../../examples/cap01_texto.rs:app}}\n```\n"
            ),
            "Mira:\n\n<p class=\"archivo\"><code>examples/cap01_texto.rs</code></p>\n\n\
             ```rust\n{{#include ../../examples/cap01_texto.rs:app}}\n```\n"
        );
    }

    #[test]
    fn un_bloque_escrito_a_mano_o_una_transcripcion_no_lo_llevan() {
        let text = "```rust\nfn main() {}\n```\n\n```console\n{{#include ../transcripciones/a.txt}}\n```\n";
        assert_eq!(with_captions(text), text);
    }
}
