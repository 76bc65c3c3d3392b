//! Las pistas: una, y otra que ayuda más, cuando se piden.
//!
//! Cuál toca se recuerda en `target/guia/pistas`, un nombre de ejercicio por línea: quien ya leyó la
//! primera recibe la segunda. Con `cargo clean` se olvida.

use std::fs;
use std::path::PathBuf;

use crate::error::GuideError;
use crate::exercises::{Exercise, Project};

const HEADINGS: [&str; 2] = ["Primera pista", "Segunda pista"];

/// Una pista, y cuál es.
#[derive(Debug, PartialEq, Eq)]
pub struct Hint {
    /// Si es la segunda: ya no hay más.
    pub is_last: bool,
    /// Lo que dice.
    pub text: String,
}

/// La pista que toca, o la que se pide por su número (`1` o `2`).
///
/// # Errors
/// El archivo de las pistas no está, no tiene esa sección, o no hay pista con ese número.
pub fn next(
    project: &Project,
    exercise: &Exercise,
    asked: Option<&str>,
) -> Result<Hint, GuideError> {
    let memory = memory_of(project);
    let seen = fs::read_to_string(&memory).unwrap_or_default();
    let first_seen = seen.lines().any(|line| line == exercise.slug());
    let number = match asked {
        None => usize::from(first_seen),
        Some("1") => 0,
        Some("2") => 1,
        Some(other) => return Err(GuideError::UnknownHint(other.to_owned())),
    };
    let path = project.hints_of(exercise);
    let text = fs::read_to_string(&path).map_err(GuideError::io("leer", &path))?;
    let section = section(&text, HEADINGS[number])
        .ok_or(GuideError::MissingHint { path, heading: HEADINGS[number] })?;
    if !first_seen {
        remember(&memory, &format!("{seen}{}\n", exercise.slug()));
    }
    Ok(Hint { is_last: number == 1, text: section })
}

fn memory_of(project: &Project) -> PathBuf {
    project.memory().join("pistas")
}

/// Si no se puede recordar, la próxima será otra vez la primera: no es motivo para negar esta.
fn remember(memory: &PathBuf, text: &str) {
    let _ = memory.parent().map(fs::create_dir_all);
    let _ = fs::write(memory, text);
}

/// El texto de una sección, sin las marcas con las que el libro la incluye.
fn section(text: &str, heading: &str) -> Option<String> {
    let mut lines = text.lines().skip_while(|line| line.strip_prefix("## ") != Some(heading));
    lines.next()?;
    let body = lines.take_while(|line| !line.starts_with("## "));
    let body: Vec<&str> = body.filter(|line| !line.starts_with("<!--")).collect();
    let body = body.join("\n").trim().to_owned();
    (!body.is_empty()).then_some(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::TESTS;
    use pretty_assertions::assert_eq;

    const PLAIN: &str =
        "# Pistas\n\n## Primera pista\n\nUno.\n\nY más.\n\n## Segunda pista\n\nDos.\n";
    const MARKED: &str = "# Pistas\n\n## Primera pista\n\n<!-- ANCHOR: primera -->\nUno.\n\nY más.\n\
        <!-- ANCHOR_END: primera -->\n\n## Segunda pista\n\n<!-- ANCHOR: segunda -->\nDos.\n\
        <!-- ANCHOR_END: segunda -->\n";

    fn project(hints: &str) -> (tempfile::TempDir, Project, Exercise) {
        let folder = tempfile::tempdir().expect("hay carpeta temporal");
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("tiene carpeta")).expect("se puede crear");
            fs::write(path, text).expect("se puede escribir");
        };
        write(&format!("{TESTS}/cap01_texto.rs"), "");
        write("ejercicios/pistas/cap01_texto.md", hints);
        let project = Project::new(folder.path());
        let exercise = project.find("cap01").expect("está");
        (folder, project, exercise)
    }

    #[test]
    fn la_segunda_pista_llega_al_pedirla_otra_vez() {
        for hints in [PLAIN, MARKED] {
            let (_folder, project, exercise) = project(hints);
            let first = Hint { is_last: false, text: "Uno.\n\nY más.".into() };
            let second = Hint { is_last: true, text: "Dos.".into() };
            let ask = |number| next(&project, &exercise, number).expect("hay pista");
            assert_eq!(ask(None), first);
            assert_eq!(ask(None), second);
            assert_eq!(ask(None), second);
            assert_eq!(ask(Some("1")), first);
            assert_eq!(ask(Some("2")), second);
        }
    }

    #[test]
    fn una_pista_que_no_hay_se_dice() {
        let (_folder, project, exercise) = project("## Primera pista\n\nUno.\n");
        let error = next(&project, &exercise, Some("3")).expect_err("no la hay");
        assert_eq!(error.to_string(), "no hay una pista «3»; cada ejercicio tiene la 1 y la 2");
        let error = next(&project, &exercise, Some("2")).expect_err("no está escrita");
        assert_eq!(
            error.to_string(),
            format!(
                "a {} le falta la sección «Segunda pista»",
                project.hints_of(&exercise).display()
            )
        );
    }
}
