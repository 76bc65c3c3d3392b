//! Las directivas `{{#preguntas cap01}}`, `{{#inventario}}` y `{{#avance}}`: las preguntas que piden un porqué, las doce
//! del primer día y del último, y lo que queda guardado en el navegador.
//!
//! Las preguntas están en `preguntas/` ([`source`]). Lo que se escribe se usa sin guiones: cada respuesta se abre y dice
//! si lo es y por qué. `theme/guiones/preguntas.js` recuerda la primera que se abrió.

mod inventory;
mod panel;
pub mod source;

use std::fs;
use std::path::PathBuf;

use crate::directives::{Directive, directives};
use crate::folders::Folders;
pub(crate) use panel::{PAPER, PAPER_END};
use source::{Flaw, Question};

/// La carpeta de las preguntas, dentro de la del libro.
pub const FOLDER: &str = "preguntas";

/// Las directivas.
const CHAPTER: &str = "preguntas";
const INVENTORY: &str = "inventario";
const PROGRESS: &str = "avance";

/// El sitio en que se ve lo guardado.
const PROGRESS_PLACE: &str = "\
<section class=\"avance-guardado\" aria-label=\"Lo que está guardado\">
<p class=\"sin-js\">Sin los guiones de esta página no se guarda nada.</p>
<dl class=\"con-js\"></dl>
<p class=\"acciones con-js\"><button type=\"button\" class=\"llano\" data-a=\"guardar\">Guardar en un archivo</button> <button type=\"button\" class=\"llano\" data-a=\"borrar\">Borrar todo</button></p>
<p class=\"veredicto con-js\" role=\"status\"></p>
</section>";

/// Por qué no se puede cumplir una directiva.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// No es una de estas.
    Unknown,
    /// Su archivo no se puede leer.
    Missing(PathBuf),
    /// Su archivo no se entiende.
    Flawed(PathBuf, Flaw),
}

/// El archivo que pide la directiva; `None` si no pide ninguno.
///
/// # Errors
/// La directiva no se puede cumplir.
pub fn check(directive: Directive<'_>, folders: &Folders) -> Result<Option<PathBuf>, Trouble> {
    if (directive.name, directive.argument) == (PROGRESS, "") {
        return Ok(None);
    }
    let path = file(directive, folders).ok_or(Trouble::Unknown)?;
    read(path.clone()).map(|_| Some(path))
}

/// El mismo texto, con lo que pide en lugar de cada línea que es una de estas directivas. Lo que no se puede cumplir queda
/// como está.
#[must_use]
pub fn with_questions(text: &str, folders: &Folders) -> String {
    let lines = text.split('\n').map(|line| match directives(line)[..] {
        [directive] if directive.text == line.trim() => {
            written(directive, folders).unwrap_or_else(|| line.to_owned())
        }
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn written(directive: Directive<'_>, folders: &Folders) -> Option<String> {
    if directive.name == PROGRESS {
        return Some(PROGRESS_PLACE.to_owned());
    }
    let questions = read(file(directive, folders)?).ok()?;
    Some(match directive.name {
        INVENTORY => inventory::form(&questions),
        _ => panel::panels(directive.argument, &questions),
    })
}

fn file(directive: Directive<'_>, folders: &Folders) -> Option<PathBuf> {
    let name = match (directive.name, directive.argument) {
        (INVENTORY, "") => INVENTORY,
        (CHAPTER, name) if name.starts_with("cap") => name,
        _ => return None,
    };
    Some(folders.root().join(FOLDER).join(name).with_extension("md"))
}

fn read(path: PathBuf) -> Result<Vec<Question>, Trouble> {
    let Ok(text) = fs::read_to_string(&path) else { return Err(Trouble::Missing(path)) };
    source::parse(&text).map_err(|flaw| Trouble::Flawed(path, flaw))
}
