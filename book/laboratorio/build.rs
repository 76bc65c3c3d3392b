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

use variants::{PROGRAMS, Program};

fn main() {
    let examples = Path::new("../../examples");
    println!("cargo::rerun-if-changed=src/variants.rs");
    println!("cargo::rerun-if-changed={}", examples.display());
    let form = fs::read_to_string(examples.join("form/mod.rs")).expect("está ahí");
    println!("cargo::rerun-if-changed=build.rs");
    let (mut modules, mut table) = (String::new(), String::new());
    for Program { name, file, wraps, changes } in &PROGRAMS {
        let path = examples.join(file).with_extension("rs");
        let mut text = fs::read_to_string(&path).expect("está ahí").replace("\r\n", "\n");
        for (from, to) in changes.iter().chain(*wraps) {
            assert_eq!(
                text.matches(from).count(),
                1,
                "{name} cambia en {file} lo que no está: {from}"
            );
            text = text.replace(from, to);
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
    let target = Path::new(&env::var("OUT_DIR").expect("la pone cargo")).join("programs.rs");
    fs::write(target, modules + &table).expect("se puede escribir ahí");
}
