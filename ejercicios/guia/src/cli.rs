//! Los comandos: cuáles hay y qué hace cada uno.

use std::ffi::OsString;
use std::path::Path;

use crate::compile::{Build, Compiled, compile};
use crate::console::{Paint, note, say};
use crate::error::GuideError;
use crate::exercises::{Exercise, Project};
use crate::progress::{Progress, Score};
use crate::reset::Reset;
use crate::trial::always;
use crate::{blocked, compare, copy, examine, grade, hints, prose, report, reset, watch};

const USAGE: &str = "\
Uso: cargo ejercicios [comando]

  (ninguno)           qué está resuelto y cuál sigue
  prueba [cap03]      prueba uno: qué falla, y por qué
  vigila [cap03]      lo mismo cada vez que guardas; al
                      resolverlo sigue con el próximo
                      (Ctrl-C termina)
  pista [cap03 [2]]   una pista; si la pides otra vez, la
                      segunda, que ayuda más
  compara cap03       tu respuesta junto a una buena, cuando
                      lo hayas resuelto
  reinicia cap03      lo deja como se entrega, y guarda
                      aparte lo que tenías
  examina [sitio]     habla con un servidor, el que sea, y
                      dice qué cumple de HTTP; el sitio es
                      localhost:8000 si no dices otro
  ayuda               esta ayuda

Sin capítulo se trata del primer ejercicio sin resolver.

Con examina: `--todas` las muestra en una tabla;
`--etapa dos`, una entera; `--eco /ruta` examina los
cuerpos con una ruta que los devuelva; y `--detente`, cómo
se detiene el servidor.

Para quien enseña:

  copia CARPETA       una copia del proyecto para una clase,
                      sin las soluciones
  califica CARPETA…   prueba cada entrega y hace una tabla;
                      con --csv ARCHIVO la guarda, y con
                      --reemplaza, encima de otra";

/// Cumple el comando en el proyecto de la carpeta `root`. Dice si todo salió bien: `prueba` con un
/// ejercicio sin resolver no es un error, pero tampoco salió bien.
///
/// # Errors
/// El comando no existe o no pudo cumplirse; el mensaje dice qué hacer.
pub fn run(arguments: &[OsString], root: &Path) -> Result<bool, GuideError> {
    let words: Vec<String> =
        arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
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
        ["compara", chapter] => show_pair(&project, chapter),
        ["reinicia", chapter] => restart(&project, chapter),
        ["compara" | "reinicia"] => {
            Err(GuideError::MissingArgument("el capítulo: `cap03`, por ejemplo"))
        }
        // Una ruta se toma como llegó: no todas son texto.
        ["copia", word] if !word.starts_with('-') => make_copy(&project, Path::new(&arguments[1])),
        ["copia"] => Err(GuideError::MissingArgument(
            "la carpeta de la copia: `cargo ejercicios copia ../mi-curso`",
        )),
        ["califica", ..] => grade::command(&project, &arguments[1..]),
        ["examina", asked @ ..] => examine::command(asked),
        ["ayuda" | "--help" | "-h"] => {
            say(USAGE);
            Ok(true)
        }
        ["prueba" | "vigila" | "compara" | "reinicia", _, extra, ..]
        | ["pista", _, _, extra, ..]
        | ["copia", _, extra, ..]
        | ["copia", extra]
        | ["ayuda" | "--help" | "-h", extra, ..] => {
            Err(GuideError::ExtraArgument((*extra).to_owned()))
        }
        [unknown, ..] => Err(GuideError::UnknownCommand((*unknown).to_owned())),
    }
}

fn overview(project: &Project) -> Result<bool, GuideError> {
    let exercises = project.exercises()?;
    warn_of_strangers(project, &exercises);
    let Some(build) = build(project)? else { return Ok(false) };
    let progress = Progress::measure(&build, &exercises, &always)?;
    say(&report::overview(&progress, Paint::of_stdout()));
    Ok(true)
}

fn warn_of_strangers(project: &Project, exercises: &[Exercise]) {
    let strangers = project.strangers(exercises);
    if !strangers.is_empty() {
        note(&report::strangers(&strangers));
    }
}

/// Lo compilado; si no se puede probar nada, dice por qué.
fn build(project: &Project) -> Result<Option<Build>, GuideError> {
    match compile(project)? {
        Compiled::Ready(build) => Ok(Some(build)),
        Compiled::Broken(broken) => {
            blocked::say_broken(&broken);
            Ok(None)
        }
    }
}

fn test(project: &Project, asked: Option<&str>) -> Result<bool, GuideError> {
    let asked = asked.map(|name| project.find(name)).transpose()?;
    let paint = Paint::of_stdout();
    let Some(build) = build(project)? else { return Ok(false) };
    let unsolved = || {
        let progress = Progress::measure(&build, &project.exercises()?, &always)?;
        Ok::<_, GuideError>(progress.current().cloned())
    };
    let Some(exercise) = asked.map_or_else(unsolved, |exercise| Ok(Some(exercise)))? else {
        say(&report::all_solved(paint));
        return Ok(true);
    };
    if let Some(aside) = build.aside(&exercise) {
        blocked::say_aside(project, &exercise, aside);
        return Ok(false);
    }
    if !build.warnings.trim().is_empty() {
        note(build.warnings.trim_end());
    }
    let trials = build.suite.run(&exercise, &always)?;
    say(&report::heading(&exercise, paint));
    let results = report::results(&exercise, &trials, paint);
    say(&(results + &report::others_aside(&build.aside, &exercise)));
    let solved = Score::of(&trials).is_solved();
    if solved {
        say(&report::after(&exercise, compare::is_available(project, &exercise), paint));
    }
    Ok(solved)
}

fn hint(project: &Project, asked: Option<&str>, number: Option<&str>) -> Result<bool, GuideError> {
    let paint = Paint::of_stdout();
    let exercise = match asked {
        Some(name) => project.find(name)?,
        None => {
            let Some(build) = build(project)? else { return Ok(false) };
            let progress = Progress::measure(&build, &project.exercises()?, &always)?;
            let Some(exercise) = progress.current().cloned() else {
                say(&report::all_solved(paint));
                return Ok(true);
            };
            exercise
        }
    };
    say(&report::hint(&exercise, &hints::next(project, &exercise, number)?, paint));
    Ok(true)
}

fn show_pair(project: &Project, chapter: &str) -> Result<bool, GuideError> {
    let exercise = project.find(chapter)?;
    let pair = compare::pair(project, &exercise)?;
    let Some(build) = build(project)? else { return Ok(false) };
    let trials = match build.aside(&exercise) {
        Some(_) => Vec::new(),
        None => build.suite.run(&exercise, &always)?,
    };
    if !Score::of(&trials).is_solved() {
        return Err(GuideError::NotSolved(exercise.chapter().to_owned()));
    }
    say(&report::compared(&exercise, &pair.own, &pair.good, Paint::of_stdout()));
    Ok(true)
}

fn restart(project: &Project, chapter: &str) -> Result<bool, GuideError> {
    let exercise = project.find(chapter)?;
    let paint = Paint::of_stdout();
    match reset::reset(project, &exercise)? {
        Reset::AlreadyOriginal => say("Ya estaba como se entrega: no se cambió nada."),
        Reset::Restored => say(&report::reset(&exercise, None, paint)),
        Reset::Replaced(name) => say(&report::reset(&exercise, Some(&name), paint)),
    }
    Ok(true)
}

fn make_copy(project: &Project, folder: &Path) -> Result<bool, GuideError> {
    let made = copy::copy(project, folder)?;
    for warning in &made.warnings {
        note(&prose::fill(&format!("aviso: {warning}"), ""));
    }
    say(&report::copied(&made, folder, Paint::of_stdout()));
    Ok(true)
}
