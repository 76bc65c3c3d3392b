//! Las órdenes: cuáles hay y qué hace cada una.

use crate::console::say;
use crate::error::BookError;
use crate::{Folders, builder, server};
use std::path::Path;

const USAGE: &str = "\
Uso: cargo libro [orden]

Órdenes:
  (ninguna)   construye el libro, lo sirve en http://localhost:3000 y lo reconstruye al guardar; Ctrl-C lo detiene
  construir   solo construye el libro en book/salida
  revisar     construye el libro y señala inclusiones rotas, enlaces muertos, capítulos sueltos e imágenes sin texto
  ayuda       muestra esta ayuda";

/// Cumple la orden que piden los argumentos sobre el libro de la carpeta `root`.
///
/// # Errors
/// La orden no existe o no pudo cumplirse; el mensaje dice qué hacer.
pub fn run(arguments: &[String], root: &Path) -> Result<(), BookError> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let folders = Folders::new(root);
    match words.as_slice() {
        [] => server::serve(&folders),
        ["construir"] => {
            builder::build(&folders)?;
            say(&format!("El libro está en {}", folders.output().join("index.html").display()));
            Ok(())
        }
        ["revisar"] => {
            let pages = builder::review(&folders)?;
            say(&format!("El libro está bien: {pages} páginas revisadas, ningún problema."));
            Ok(())
        }
        ["ayuda" | "--help" | "-h"] => {
            say(USAGE);
            Ok(())
        }
        ["construir" | "revisar" | "ayuda" | "--help" | "-h", extra, ..] => {
            Err(BookError::ExtraArgument((*extra).to_owned()))
        }
        [unknown, ..] => Err(BookError::UnknownCommand((*unknown).to_owned())),
    }
}
