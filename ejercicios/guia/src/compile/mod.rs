//! El programa con las pruebas de los ejercicios: cargo lo compila en el taller y dice dónde quedó.
//!
//! Los ejercicios comparten un paquete, así que un error en uno impediría probar los demás. Por eso, el que
//! tiene un error se aparta y se compila otra vez. El mensaje es siempre el del compilador.

mod blame;
mod cargo;

use std::path::PathBuf;

use crate::console::without_colour;
use crate::error::GuideError;
use crate::exercises::{Exercise, Project};
use crate::trial::Suite;
use crate::workshop::{Answers, Workshop, answers_in};

pub use blame::{Aside, Blame};

/// Lo que resultó de compilar.
#[derive(Debug)]
pub enum Compiled {
    /// Las pruebas se pueden ejecutar, quizá sin las de algún ejercicio.
    Ready(Build),
    /// No se puede probar nada, y no es por ningún ejercicio.
    Broken(Broken),
}

/// Las pruebas compiladas.
#[derive(Debug)]
pub struct Build {
    /// Las pruebas.
    pub suite: Suite,
    /// Las advertencias del compilador.
    pub warnings: String,
    /// Los ejercicios que se apartaron.
    pub aside: Vec<Aside>,
}

/// Por qué no se puede probar nada.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Lo que dijo cargo.
    pub complaint: String,
    /// Los archivos en los que están los errores, vistos desde la raíz. Ninguno, si no es por lo escrito.
    pub files: Vec<String>,
}

impl Build {
    /// Ese ejercicio, si se apartó.
    #[must_use]
    pub fn aside(&self, exercise: &Exercise) -> Option<&Aside> {
        self.aside.iter().find(|aside| aside.slug == exercise.slug())
    }
}

/// Compila las pruebas de lo que quien estudia tiene escrito.
///
/// # Errors
/// El taller no se pudo escribir, cargo no se pudo ejecutar, o no dijo dónde dejó el programa.
pub fn compile(project: &Project) -> Result<Compiled, GuideError> {
    let exercises = project.exercises()?;
    let workshop = Workshop::open(project, "taller")?;
    let answers = answers_in(project, &exercises);
    compile_answers(project, &workshop, &exercises, answers)
}

/// Compila las pruebas con esas respuestas. Apartar un ejercicio puede descubrir los errores de otro: se
/// repite hasta que compila, y en cada vuelta se aparta al menos uno.
///
/// # Errors
/// Los de [`compile`].
pub fn compile_answers(
    project: &Project,
    workshop: &Workshop,
    exercises: &[Exercise],
    mut answers: Answers,
) -> Result<Compiled, GuideError> {
    let mut aside: Vec<Aside> = blame::unreadable(exercises, &answers);
    answers.retain(|slug, _| aside.iter().all(|one| one.slug != *slug));
    loop {
        let folder = workshop.fill(exercises, &answers)?;
        let output = cargo::build_tests(project, folder)?;
        if output.success {
            let program = executable_in(&output.messages).ok_or_else(|| {
                GuideError::Cargo("no dijo dónde quedó el programa de pruebas".into())
            })?;
            let suite = Suite::new(program, folder.join("ejercicios"));
            return Ok(Compiled::Ready(Build { suite, warnings: output.complaint, aside }));
        }
        let guilty = blame::guilty(exercises, &answers, &output.complaint);
        if guilty.is_empty() {
            let files = blame::files_with_errors(&without_colour(&output.complaint));
            return Ok(Compiled::Broken(Broken { complaint: output.complaint, files }));
        }
        for one in guilty {
            answers.remove(&one.slug);
            aside.push(one);
        }
    }
}

/// El programa que nombra el último `"executable"` de los mensajes de cargo, un JSON por línea.
fn executable_in(messages: &str) -> Option<PathBuf> {
    let artifacts = messages.lines().filter(|line| line.contains("\"compiler-artifact\""));
    let paths = artifacts.filter_map(|line| line.split_once("\"executable\":\""));
    paths.filter_map(|(_, rest)| json_string(rest)).next_back().map(PathBuf::from)
}

/// Una cadena de JSON, a partir de lo que sigue a sus primeras comillas.
fn json_string(text: &str) -> Option<String> {
    let mut value = String::new();
    let mut letters = text.chars();
    loop {
        match letters.next()? {
            '"' => return Some(value),
            '\\' => value.push(match letters.next()? {
                'n' => '\n',
                't' => '\t',
                'u' => unicode_escape(&mut letters)?,
                other => other,
            }),
            other => value.push(other),
        }
    }
}

/// Las cuatro cifras que siguen a `\u`. cargo solo escribe así los controles.
fn unicode_escape(letters: &mut std::str::Chars<'_>) -> Option<char> {
    let digits: String = letters.by_ref().take(4).collect();
    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn el_programa_es_el_que_dice_cargo() {
        let messages = "{\"reason\":\"compiler-artifact\",\"executable\":null,\"fresh\":true}\n\
            {\"reason\":\"compiler-artifact\",\"executable\":\"C:\\\\curso \\u0007\\\\a.exe\"}\n\
            {\"reason\":\"build-finished\",\"success\":true}\n";
        assert_eq!(executable_in(messages), Some(PathBuf::from("C:\\curso \u{7}\\a.exe")));
        assert_eq!(executable_in("{\"reason\":\"build-finished\"}"), None);
        assert_eq!(executable_in("\"compiler-artifact\" \"executable\":\"sin cerrar"), None);
    }
}
