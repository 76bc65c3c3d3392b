//! De qué ejercicio es un error del compilador, y qué se le puede decir a quien lo escribió.

use crate::console::without_colour;
use crate::exercises::Exercise;
use crate::workshop::Answers;

/// Un ejercicio que no se puede probar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// Su nombre.
    pub slug: String,
    /// Qué tiene.
    pub blame: Blame,
    /// Lo que dijo el compilador de él, con sus colores si la terminal los admite.
    pub complaint: String,
}

/// Qué tiene un ejercicio que no se puede probar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blame {
    /// Su archivo no está.
    Missing,
    /// Su archivo no está en UTF-8, que es como se escribe Rust.
    Encoding,
    /// Su archivo tiene un error.
    Code,
    /// Su archivo está bien escrito, pero sus pruebas no encuentran en él lo que necesitan.
    Interface,
}

/// Los ejercicios que no hace falta compilar para saber que no se pueden probar: los de los que no hay
/// archivo, o no es texto.
pub(super) fn unreadable(exercises: &[Exercise], answers: &Answers) -> Vec<Aside> {
    let aside = |exercise: &Exercise| {
        let blame = match answers.get(exercise.slug()) {
            None => Blame::Missing,
            Some(answer) if std::str::from_utf8(answer).is_err() => Blame::Encoding,
            Some(_) => return None,
        };
        Some(Aside { slug: exercise.slug().to_owned(), blame, complaint: String::new() })
    };
    exercises.iter().filter_map(aside).collect()
}

/// Los ejercicios de los que habla el compilador, de entre los que tienen respuesta. Si alguno tiene un
/// error propio, los que solo fallan en sus pruebas esperan: quizá es por aquel.
pub(super) fn guilty(exercises: &[Exercise], answers: &Answers, complaint: &str) -> Vec<Aside> {
    let errors = errors_in(complaint);
    let blamed = |blame: Blame, file: fn(&Exercise) -> String| {
        let present = exercises.iter().filter(|exercise| answers.contains_key(exercise.slug()));
        let aside = |exercise: &Exercise| {
            let place = file(exercise);
            let own = errors.iter().filter(|error| error.file == place);
            let complaint: String = own.map(|error| error.text.as_str()).collect();
            let slug = exercise.slug().to_owned();
            (!complaint.is_empty()).then(|| Aside { slug, blame: blame.clone(), complaint })
        };
        present.filter_map(aside).collect::<Vec<_>>()
    };
    let in_code = blamed(Blame::Code, Exercise::stub);
    if in_code.is_empty() { blamed(Blame::Interface, Exercise::tests) } else { in_code }
}

/// Los archivos de los errores. Los de las advertencias no cuentan.
pub(super) fn files_with_errors(complaint: &str) -> Vec<String> {
    let mut files: Vec<String> = Vec::new();
    for error in errors_in(complaint) {
        if !files.contains(&error.file) {
            files.push(error.file);
        }
    }
    files
}

/// Un error del compilador y el archivo del que habla: el de su primer `-->`.
struct Error {
    file: String,
    text: String,
}

fn errors_in(complaint: &str) -> Vec<Error> {
    let mut errors: Vec<Error> = Vec::new();
    let mut in_error = false;
    for line in complaint.split_inclusive('\n') {
        let plain = without_colour(line);
        if plain.starts_with("error") || plain.starts_with("warning") {
            in_error = plain.starts_with("error");
            if in_error {
                errors.push(Error { file: String::new(), text: String::new() });
            }
        }
        let Some(error) = errors.last_mut().filter(|_| in_error) else { continue };
        error.text.push_str(line);
        if error.file.is_empty()
            && let Some(place) = plain.trim().strip_prefix("--> ")
        {
            error.file = file_of(place).replace('\\', "/");
        }
    }
    errors.retain(|error| !error.file.is_empty());
    errors
}

/// `src/a.rs:12:5` da `src/a.rs`. Se quita por la derecha: en Windows la ruta puede llevar `C:`.
fn file_of(place: &str) -> &str {
    place.rsplitn(3, ':').nth(2).unwrap_or(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const COMPLAINT: &str = "\
warning: unused variable: `x`
 --> ejercicios/src/pendientes/cap01_texto.rs:3:9

\x1b[1merror[E0308]\x1b[0m: mismatched types
  --> ejercicios\\src\\pendientes\\cap02_html.rs:15:5
   |
note: expected because of this
  --> src/body.rs:10:1

error: expected one of `.`, `;`
  --> ejercicios\\src\\pendientes\\cap02_html.rs:20:1

error: could not compile `ejercicios` (lib) due to 2 previous errors; 1 warning emitted
";

    #[test]
    fn los_archivos_son_los_de_los_errores() {
        assert_eq!(files_with_errors(COMPLAINT), ["ejercicios/src/pendientes/cap02_html.rs"]);
        assert_eq!(file_of("C:\\a.rs:1:2"), "C:\\a.rs");
    }

    #[test]
    fn de_un_error_queda_entero_lo_que_dijo_el_compilador() {
        let errors = errors_in(COMPLAINT);
        let texts: String = errors.iter().map(|error| error.text.as_str()).collect();
        let (_, from) = COMPLAINT.split_once("\n\n").expect("hay una advertencia");
        let (until, _) = from.split_once("error: could not").expect("termina con la cuenta");
        assert_eq!(texts, until);
    }
}
