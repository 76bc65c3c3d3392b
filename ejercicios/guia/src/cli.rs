//! Las órdenes: cuáles hay y qué hace cada una.

use std::path::Path;

use crate::compile::{Compiled, compile};
use crate::console::{Paint, note, say};
use crate::error::GuideError;
use crate::exercises::{Exercise, Project};
use crate::progress::{Progress, Score};
use crate::{copy, hints, report, watch};

const USAGE: &str = "\
Uso: cargo ejercicios [orden]

  (ninguna)           qué ejercicios están resueltos y cuál sigue
  prueba [cap03]      prueba uno y dice qué pasa, qué falla y por qué
  vigila [cap03]      lo mismo cada vez que guardas; al resolverlo sigue con el
                      próximo (Ctrl-C termina)
  pista [cap03] [2]   una pista; si la pides otra vez, la segunda, que ayuda más
  copia CARPETA       una copia del proyecto para una clase, sin las soluciones
  ayuda               esta ayuda

Sin capítulo se trata del primer ejercicio sin resolver.";

/// Cumple la orden en el proyecto de la carpeta `root`. Dice si todo salió bien: `prueba` con un
/// ejercicio sin resolver no es un error, pero tampoco salió bien.
///
/// # Errors
/// La orden no existe o no pudo cumplirse; el mensaje dice qué hacer.
pub fn run(arguments: &[String], root: &Path) -> Result<bool, GuideError> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let project = Project::new(root);
    match words.as_slice() {
        [] => overview(&project),
        ["prueba"] => test(&project, None),
        ["prueba", chapter] => test(&project, Some(chapter)),
        ["vigila"] => watch::watch(&project, None),
        ["vigila", chapter] => watch::watch(&project, Some(chapter)),
        ["pista"] => hint(&project, None, None),
        ["pista", chapter] => hint(&project, Some(chapter), None),
        ["pista", chapter, number] => hint(&project, Some(chapter), Some(number)),
        ["copia", folder] => make_copy(&project, Path::new(folder)),
        ["copia"] => Err(GuideError::MissingArgument(
            "la carpeta de la copia: `cargo ejercicios copia ../mi-curso`",
        )),
        ["ayuda" | "--help" | "-h"] => {
            say(USAGE);
            Ok(true)
        }
        ["prueba" | "vigila", _, extra, ..]
        | ["pista", _, _, extra, ..]
        | ["copia", _, extra, ..]
        | ["ayuda" | "--help" | "-h", extra, ..] => {
            Err(GuideError::ExtraArgument((*extra).to_owned()))
        }
        [unknown, ..] => Err(GuideError::UnknownCommand((*unknown).to_owned())),
    }
}

fn overview(project: &Project) -> Result<bool, GuideError> {
    let exercises = project.exercises()?;
    let paint = Paint::of_stdout();
    match compile(project)? {
        Compiled::Ready(suite, _) => {
            say(&report::overview(&Progress::measure(&suite, &exercises)?, paint));
        }
        Compiled::Broken(broken) => say(&report::broken_overview(&exercises, &broken, paint)),
    }
    Ok(true)
}

fn test(project: &Project, asked: Option<&str>) -> Result<bool, GuideError> {
    let asked = asked.map(|name| project.find(name)).transpose()?;
    let paint = Paint::of_stdout();
    let (suite, warnings) = match compile(project)? {
        Compiled::Ready(suite, warnings) => (suite, warnings),
        Compiled::Broken(broken) => {
            note(broken.complaint.trim_end());
            say(&report::broken(&broken, asked.as_ref(), paint));
            return Ok(false);
        }
    };
    let unsolved = || Ok(Progress::measure(&suite, &project.exercises()?)?.current().cloned());
    let Some(exercise) = asked.map_or_else(unsolved, |exercise| Ok(Some(exercise)))? else {
        say(&report::all_solved(paint));
        return Ok(true);
    };
    if !warnings.trim().is_empty() {
        note(warnings.trim_end());
    }
    let trials = suite.run(&exercise)?;
    say(&report::heading(&exercise, paint));
    say(&report::results(&exercise, &trials, paint));
    Ok(Score::of(&trials).is_solved())
}

fn hint(project: &Project, asked: Option<&str>, number: Option<&str>) -> Result<bool, GuideError> {
    let paint = Paint::of_stdout();
    let exercise = match asked {
        Some(name) => project.find(name)?,
        None => match current(project)? {
            Some(exercise) => exercise,
            None => {
                say(&report::all_solved(paint));
                return Ok(true);
            }
        },
    };
    say(&report::hint(&exercise, &hints::next(project, &exercise, number)?, paint));
    Ok(true)
}

/// El primer ejercicio sin resolver; si no compilan, el que tiene el error.
fn current(project: &Project) -> Result<Option<Exercise>, GuideError> {
    let exercises = project.exercises()?;
    match compile(project)? {
        Compiled::Ready(suite, _) => Ok(Progress::measure(&suite, &exercises)?.current().cloned()),
        Compiled::Broken(broken) => Ok(Some(broken.to_mend(&exercises))),
    }
}

fn make_copy(project: &Project, folder: &Path) -> Result<bool, GuideError> {
    let made = copy::copy(project, folder)?;
    for warning in &made.warnings {
        note(&format!("aviso: {warning}"));
    }
    say(&report::copied(&made, folder, Paint::of_stdout()));
    Ok(true)
}
