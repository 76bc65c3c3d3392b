//! Trae los programas de los capítulos, tal como están en `examples/`, y les cambia solo las puertas por las que salen
//! al mundo: quien sirve, la salida de errores y el reloj. Las variantes cambian además lo que dice `VARIANTS`.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

/// Las puertas al mundo. Las que un programa no tiene no se cambian.
const DOORS: [(&str, &str); 6] = [
    ("//! cargo run", "// cargo run"),
    ("use pasarela::", "use crate::door::"),
    ("use std::thread;", "use crate::door::thread;"),
    ("eprintln!(", "let _ = ::std::writeln!(crate::door::stderr(), "),
    ("fn main() -> Result<()> {", "pub(super) fn main() -> Result<()> {"),
    ("8000, application", "8000, crate::door::seen(\"application\", application)"),
];

#[allow(unreachable_pub, reason = "es el mismo archivo que publica la biblioteca")]
#[path = "src/variants.rs"]
mod variants;

use variants::{Change, PROGRAMS, Program};

fn main() {
    let examples = Path::new("../../examples");
    println!("cargo::rerun-if-changed=src/variants.rs");
    println!("cargo::rerun-if-changed={}", examples.display());
    let form = fs::read_to_string(examples.join("form/mod.rs")).expect("está ahí");
    println!("cargo::rerun-if-changed=build.rs");
    let (mut modules, mut table, mut sources) = (String::new(), String::new(), String::new());
    for Program { name, file, wraps, changes } in &PROGRAMS {
        let path = examples.join(file).with_extension("rs");
        let mut text = fs::read_to_string(&path).expect("está ahí").replace("\r\n", "\n");
        for change in *changes {
            text = changed(&text, name, change);
        }
        let _ = writeln!(sources, "    ({name:?}, {:?}),", shown(&text));
        for change in *wraps {
            text = changed(&text, name, change);
        }
        for (from, to) in DOORS {
            text = text.replace(from, to);
        }
        let form = format!("mod form {{\n{}\n}}", form.replace("//!", "//"));
        let text = text.replace("mod form;", &form);
        // La prueba de un programa ya se ejecuta en su sitio.
        let text = text.split("\n#[test]").next().unwrap_or_default();
        let _ = write!(modules, "mod {name} {{\n{text}\n}}\n");
        let _ = writeln!(table, "    ({name:?}, {name}::main),");
    }
    let count = PROGRAMS.len();
    let table = format!("pub(super) const MAINS: [(&str, Main); {count}] = [\n{table}];\n");
    let sources = format!(
        "#[cfg(not(target_family = \"wasm\"))]\n\
         pub(super) const SOURCES: [(&str, &str); {count}] = [\n{sources}];\n"
    );
    let target = Path::new(&env::var("OUT_DIR").expect("la pone cargo")).join("programs.rs");
    fs::write(target, modules + &table + &sources).expect("se puede escribir ahí");
}

/// El texto con ese cambio, que tiene que estar una sola vez.
fn changed(text: &str, name: &str, (from, to): &Change) -> String {
    assert_eq!(text.matches(from).count(), 1, "{name} cambia lo que no está: {from}");
    text.replace(from, to)
}

/// Lo que se muestra de un programa: sin su prueba y sin su primera línea, que dice cómo se ejecuta.
fn shown(text: &str) -> &str {
    let text = text.split_once('\n').map_or(text, |(_, rest)| rest);
    text.split("\n#[test]").next().unwrap_or_default().trim_end()
}
