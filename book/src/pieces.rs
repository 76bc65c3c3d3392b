//! Los trozos de un programa por el nombre de lo que definen: `{{#include programa.rs:saluda}}`.
//!
//! mdBook sabe de líneas y de marcas `ANCHOR`, y una marca en un ejemplo la lee quien lo abre sin que le diga nada.
//! Aquí un trozo se pide por su nombre, `ruta:nombre`, o del principio de uno al final de otro, `ruta:uno:otro`, y se
//! convierte en las líneas que hoy ocupa: si el programa cambia, el trozo lo sigue, y si el nombre desaparece, se dice.

use std::fs;
use std::path::Path;

use crate::directives::{Directive, directives};

/// Las palabras tras las que viene un nombre, en Rust y en Python.
const KEYWORDS: [&str; 11] =
    ["fn", "struct", "enum", "trait", "impl", "const", "static", "type", "mod", "def", "class"];

/// El texto con los trozos que se piden por su nombre convertidos en líneas. `folder` es la carpeta del capítulo.
#[must_use]
pub fn with_lines(text: &str, folder: &Path) -> String {
    let mut out = String::new();
    let mut done = 0;
    for Directive { start, text: directive, name, argument, .. } in directives(text) {
        if let Some(argument) = numbered(argument, folder) {
            out += &text[done..start];
            out += &format!("{{{{#{name} {argument}}}}}");
            done = start + directive.len();
        }
    }
    out + &text[done..]
}

fn numbered(argument: &str, folder: &Path) -> Option<String> {
    let (path, names) = argument.split_once(':')?;
    let content = fs::read_to_string(folder.join(path)).ok()?;
    let (first, last) = lines(&content, names)?;
    Some(format!("{path}:{first}:{last}"))
}

/// De qué línea a qué línea va lo que se pide con `nombre` o con `nombre:nombre`, si está.
#[must_use]
pub fn lines(content: &str, names: &str) -> Option<(usize, usize)> {
    let (from, to) = names.split_once(':').unwrap_or((names, names));
    let (first, _) = item(content, from)?;
    let (_, last) = item(content, to)?;
    (first <= last).then_some((first, last))
}

/// De qué línea a qué línea va lo que define ese nombre, con sus atributos y sin lo que se comenta antes.
fn item(content: &str, name: &str) -> Option<(usize, usize)> {
    let lines: Vec<&str> = content.lines().collect();
    let start = lines.iter().position(|line| defined(line) == Some(name))?;
    let is_attribute = |line: &&&str| line.trim_start().starts_with(['#', '@']);
    let attributes = lines[..start].iter().rev().take_while(is_attribute).count();
    let length = if lines[start].ends_with(':') {
        indented(&lines[start..])
    } else if lines[start].ends_with([';', '}']) {
        1
    } else if lines[start].ends_with('=') {
        lines[start..].iter().position(|line| line.ends_with(';'))? + 1
    } else if lines[start].ends_with('\\') {
        // Un texto de varias líneas: la última es `";`.
        lines[start..].iter().position(|line| line.trim_start() == "\";")? + 1
    } else {
        lines[start..].iter().position(|line| closes(line, indentation(lines[start])))? + 1
    };
    Some((start + 1 - attributes, start + length))
}

/// El nombre que define esa línea. El de `impl Iterator for Reloj` es `Iterator`.
fn defined(line: &str) -> Option<&str> {
    let mut words = line.split([' ', '(', '<', ':', '{', ';', '!']).filter(|word| !word.is_empty());
    let keyword = words.find(|word| *word != "pub")?;
    KEYWORDS.contains(&keyword).then(|| words.next()).flatten()
}

/// Si esa línea cierra lo que empezó a esa altura: `}` o `];`, y no `) -> Result<Body> {`.
fn closes(line: &str, depth: usize) -> bool {
    indentation(line) == depth
        && line.trim_start().starts_with(['}', ')', ']'])
        && !line.ends_with(['{', '('])
}

/// Cuántas líneas tiene un bloque de Python: la primera y las que van más adentro o en medio de un texto.
fn indented(lines: &[&str]) -> usize {
    let mut length = 1;
    let mut is_text = false;
    for (at, line) in lines.iter().enumerate().skip(1) {
        let is_inside = is_text || indentation(line) > indentation(lines[0]);
        if !line.is_empty() && !is_inside {
            break;
        }
        if !line.is_empty() {
            length = at + 1;
        }
        is_text ^= line.matches("\"\"\"").count() % 2 == 1;
    }
    length
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::{lines, with_lines};
    use pretty_assertions::assert_eq;
    use std::fs;

    const RUST: &str = "\
const A: [u8; 2] = [1, 2];

#[derive(Debug)]
struct Reloj {
    segundo: u32,
}

impl Iterator for Reloj {
    fn next(&mut self) -> Option<u32> {
        None
    }
}

fn pagina(
    nombre: &str,
) -> String {
    \"\\
<html>
\"
}

fn main() {}
";

    const PYTHON: &str = "\
@decorada
def pagina(nombre):
    return \"\"\"<html>
</html>

\"\"\"


server = make_server()
";

    #[test]
    fn cada_nombre_es_lo_que_define() {
        let named = ["A", "Reloj", "Iterator", "next", "pagina", "main", "nada"];
        assert_eq!(
            named.map(|name| lines(RUST, name)),
            [
                Some((1, 1)),
                Some((3, 6)),
                Some((8, 12)),
                Some((9, 11)),
                Some((14, 20)),
                Some((22, 22)),
                None
            ]
        );
        assert_eq!(lines(PYTHON, "pagina"), Some((1, 6)));
    }

    #[test]
    fn lo_que_sigue_en_otra_linea_tambien_es_suyo() {
        let text = "type A =\n    fn() -> u8;\n\nconst B: &str = \"\\\n<p>\n\";\n\nfn c() {}\n";
        assert_eq!(
            ["A", "B", "c"].map(|name| lines(text, name)),
            [Some((1, 2)), Some((4, 6)), Some((8, 8))]
        );
    }

    #[test]
    fn dos_nombres_son_del_principio_de_uno_al_final_de_otro() {
        assert_eq!(lines(RUST, "Reloj:Iterator"), Some((3, 12)));
        assert_eq!(lines(RUST, "Iterator:Reloj"), None);
    }

    #[test]
    fn en_el_texto_quedan_las_lineas() {
        let folder = tempfile::tempdir().expect("hay carpeta temporal");
        fs::write(folder.path().join("a.rs"), RUST).expect("se escribe");
        assert_eq!(
            with_lines(
                "{{#include a.rs:main}}\n{{#include a.rs}} {{#include a.rs:1:2}}\n",
                folder.path()
            ),
            "{{#include a.rs:22:22}}\n{{#include a.rs}} {{#include a.rs:1:2}}\n"
        );
    }

    #[test]
    fn una_directiva_escapada_queda_igual_aunque_repita_otra() {
        let folder = tempfile::tempdir().expect("hay carpeta temporal");
        fs::write(folder.path().join("include"), RUST).expect("se escribe");
        let text = |argument: &str| {
            format!("\\{{{{#include include:main}}}} da {{{{#include {argument}}}}}.")
        };
        assert_eq!(with_lines(&text("include:main"), folder.path()), text("include:22:22"));
    }
}
