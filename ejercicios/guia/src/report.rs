//! Cómo se cuenta cada cosa: textos para la terminal, de 80 columnas como mucho.
//!
//! Solo lo que viene de otros (un mensaje de una prueba, una pista) puede ser más ancho.

use std::path::Path;

use crate::changes::Changes;
use crate::compile::Broken;
use crate::console::Paint;
use crate::copy::Copied;
use crate::exercises::Exercise;
use crate::hints::Hint;
use crate::progress::{Progress, Score};
use crate::prose;
use crate::trial::Trial;
use crate::verdict::Verdict;

/// Lo que ocupa el título de un ejercicio en la lista; lo que no cabe se corta.
const TITLE_WIDTH: usize = 46;

/// Las líneas que se muestran de un fallo: una comparación de listas largas puede tener cientos.
const MAX_LINES: usize = 40;

/// La lista de los ejercicios: la barra, una línea cada uno y cuál sigue.
#[must_use]
pub fn overview(progress: &Progress, paint: Paint) -> String {
    let rows = progress.entries().iter().map(|(exercise, score)| row(exercise, *score, paint));
    let rows: String = rows.collect();
    let next = match progress.current() {
        Some(exercise) => next_step(exercise, paint),
        None => all_solved(paint),
    };
    format!("{}\n\n{rows}\n{next}", paint.strong(&progress.bar()))
}

fn row(exercise: &Exercise, score: Score, paint: Paint) -> String {
    let title = fit(exercise.title());
    let Score { passed, total } = score;
    let chapter = exercise.chapter();
    if score.is_solved() {
        format!("  {} {chapter}  {}\n", paint.good("✓"), title.trim_end())
    } else if total == 0 {
        format!("  {} {chapter}  {title}  sin pruebas\n", paint.bad("✗"))
    } else {
        format!("  {} {chapter}  {title}  {passed} de {total} pruebas\n", paint.faint("·"))
    }
}

/// El título en [`TITLE_WIDTH`] columnas justas.
fn fit(title: &str) -> String {
    let mut shown: String = title.chars().take(TITLE_WIDTH).collect();
    if title.chars().nth(TITLE_WIDTH).is_some() {
        shown.pop();
        shown.push('…');
    }
    format!("{shown:<TITLE_WIDTH$}")
}

fn next_step(exercise: &Exercise, paint: Paint) -> String {
    format!(
        "Sigue {}. Abre {}\ny deja en marcha {}, que prueba cada vez que guardas.",
        exercise.chapter(),
        paint.strong(&exercise.stub()),
        paint.strong("cargo ejercicios vigila"),
    )
}

/// La lista cuando algo no compila: no se sabe qué está resuelto.
#[must_use]
pub fn broken_overview(exercises: &[Exercise], broken: &Broken, paint: Paint) -> String {
    let rows: String = exercises
        .iter()
        .map(|exercise| {
            let guilty = broken.files.contains(&exercise.stub());
            let mark = if guilty { paint.bad("✗") } else { paint.faint("·") };
            let why = if guilty { "  no compila" } else { "" };
            let line = format!("  {mark} {}  {}{why}", exercise.chapter(), fit(exercise.title()));
            format!("{}\n", line.trim_end())
        })
        .collect();
    format!(
        "No se sabe qué está resuelto, porque algo no compila.\n\n{rows}\n\
         {} muestra el error.",
        paint.strong("cargo ejercicios prueba")
    )
}

/// Lo que se añade al error del compilador: en qué archivo está, y qué impide.
#[must_use]
pub fn broken(broken: &Broken, exercise: Option<&Exercise>, paint: Paint) -> String {
    let places = broken.files.join(", ");
    if places.is_empty() {
        return paint.bad("No se pudo compilar; el motivo está arriba.");
    }
    let mut text = paint.bad(&format!("No compila: {places}"));
    if let Some(exercise) = exercise
        && !broken.files.contains(&exercise.stub())
    {
        text.push_str(&format!(
            "\nLos ejercicios se compilan juntos: hasta arreglarlo no se puede probar {}.",
            exercise.chapter()
        ));
    }
    text
}

/// El ejercicio del que se habla y su archivo.
#[must_use]
pub fn heading(exercise: &Exercise, paint: Paint) -> String {
    let title = format!("{}  {}", exercise.chapter(), exercise.title());
    format!("{}\n       {}\n", paint.strong(&title), exercise.stub())
}

/// El resultado de probar un ejercicio: cada prueba, y por qué falla lo que falla.
#[must_use]
pub fn results(exercise: &Exercise, trials: &[Trial], paint: Paint) -> String {
    let score = Score::of(trials);
    if trials.is_empty() {
        return paint.bad(&format!("{} no tiene pruebas", exercise.chapter()));
    }
    let marks: String = trials
        .iter()
        .map(|trial| {
            let mark = if trial.passed() { paint.good("✓") } else { paint.bad("✗") };
            format!("  {mark} {}\n", trial.short_name())
        })
        .collect();
    if score.is_solved() {
        return format!("{marks}\n{}", solved(exercise, paint));
    }
    format!(
        "{marks}\n{}Pasan {} de {} pruebas.",
        failures(trials, paint),
        score.passed,
        score.total
    )
}

/// Por qué falla lo que falla. Las pruebas que fallan por lo mismo van juntas.
fn failures(trials: &[Trial], paint: Paint) -> String {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for trial in trials {
        let Verdict::Failed(message) = &trial.verdict else { continue };
        match groups.iter_mut().find(|(known, _)| known == message) {
            Some((_, names)) => names.push(trial.short_name()),
            None => groups.push((message, vec![trial.short_name()])),
        }
    }
    let shown = groups.iter().map(|(message, names)| {
        let title = match names.len() {
            count if count > 1 && count == trials.len() => "✗ todas, por lo mismo".into(),
            _ => prose::fill(&format!("✗ {}", names.join(", ")), "  "),
        };
        let title = paint.bad(&title);
        format!(
            "{title}\n{}\n\n",
            prose::indented(&capped(&paint.foreign(&prose::wrapped(message))))
        )
    });
    shown.collect()
}

/// Sin lo que ya no se leería.
fn capped(reason: &str) -> String {
    let lines: Vec<&str> = reason.lines().collect();
    let extra = lines.len().saturating_sub(MAX_LINES);
    if extra < 2 {
        return reason.to_owned();
    }
    format!(
        "{}\n… y {extra} líneas más; `cargo test -p ejercicios` las muestra",
        lines[..MAX_LINES].join("\n")
    )
}

fn solved(exercise: &Exercise, paint: Paint) -> String {
    paint.good(&format!("¡Muy bien! {} está resuelto.", exercise.chapter()))
}

/// Lo que se dice al terminar.
#[must_use]
pub fn all_solved(paint: Paint) -> String {
    paint.good("¡Felicidades! Están resueltos todos los ejercicios.")
}

/// Qué cambió en los resultados desde la vez anterior.
#[must_use]
pub fn changes(changes: &Changes, paint: Paint) -> String {
    if changes.is_empty() {
        return "Los resultados son los de antes.\n".into();
    }
    let line = |what: &str, names: &[String]| match names {
        [] => String::new(),
        names => prose::fill(&format!("{what}: {}", names.join(", ")), "  ") + "\n",
    };
    let mended = line("Ahora pasa", &changes.mended);
    let broken = line("Antes pasaba y ahora falla", &changes.broken);
    format!(
        "{}{}",
        paint_line(&mended, |text| paint.good(text)),
        paint_line(&broken, |text| paint.bad(text))
    )
}

/// Con el color antes del salto de línea, y nada si no hay nada.
fn paint_line(line: &str, colour: impl Fn(&str) -> String) -> String {
    line.strip_suffix('\n').map_or(String::new(), |text| format!("{}\n", colour(text)))
}

/// Una pista.
#[must_use]
pub fn hint(exercise: &Exercise, hint: &Hint, paint: Paint) -> String {
    let which = if hint.is_last { "Segunda pista" } else { "Primera pista" };
    let title = paint.strong(&format!("{which} de {}", exercise.chapter()));
    let more = if hint.is_last { "No hay más pistas." } else { "Si no basta, pídela otra vez." };
    format!("{title}\n\n{}\n\n{}", prose::indented(&prose::refilled(&hint.text)), paint.faint(more))
}

/// Qué se copió y qué hacer con ello.
#[must_use]
pub fn copied(made: &Copied, folder: &Path, paint: Paint) -> String {
    let summary = format!(
        "La copia está en {}: {} archivos, {} ejercicios, ninguna solución.",
        folder.display(),
        made.files,
        made.exercises
    );
    let steps = ["git init", "git add .", "git commit -m \"Ejercicios\""];
    format!(
        "{}\n\nPara repartirla, conviértela en un repositorio:\n\n{}\n    {}",
        paint.good(&summary),
        format_args!("    cd {}", folder.display()),
        steps.join("\n    ")
    )
}

#[cfg(test)]
mod tests;
