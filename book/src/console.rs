//! Lo que el programa dice en la terminal.
//!
//! No se usa `println!` porque entra en pánico cuando nadie lee al otro lado (`cargo libro revisar | head -1`).

use crate::error::BookError;
use std::io::Write;

/// Escribe una línea en la salida estándar.
pub(crate) fn say(line: &str) {
    // Si la terminal se cerró, no queda a quién avisar.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Escribe un error en la salida de errores: los problemas de los capítulos uno a uno, cualquier otro en una frase.
pub fn complain(error: &BookError) {
    let text = match error {
        BookError::Problems(problems) => {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            format!("{}\n{error}", lines.join("\n"))
        }
        _ => format!("error: {error}"),
    };
    let _ = writeln!(std::io::stderr(), "{text}");
}
