//! Cómo se cuenta un examen en la terminal.

use crate::console::Paint;
use crate::examiner::{Course, Event, Examined, Place, STAGES, Stage, Verdict};
use crate::progress::bar;
use crate::prose;

/// Lo que se le dice a quien tiene el servidor.
pub(super) const PLEASE_STOP: &str =
    "  Ve a la terminal de tu servidor y oprime Ctrl-C, una sola vez. Aquí se espera un minuto.";

/// Cuántas columnas ocupa el título de una etapa en la tabla.
const TITLE: usize = 38;

/// Qué se examina.
pub(super) fn title(place: &Place, paint: Paint) -> String {
    format!("{}\n", paint.strong(&format!("Examen de {}", place.name())))
}

/// Una etapa, en una línea.
pub(super) fn row(examined: &Examined, paint: Paint) -> String {
    let stage = examined.stage;
    let line = format!("{:>2}  {:TITLE$}  {}", number_of(stage), stage.title, stage.name);
    match examined.verdict {
        Verdict::Passed => format!("  {} {line}", paint.good("✓")),
        Verdict::Failed(_) => format!("  {} {line}", paint.bad("✗")),
        Verdict::Left(_) => format!("  {} {}", paint.faint("–"), paint.faint(&line)),
    }
}

/// La cuenta, y cómo se ve una etapa entera.
pub(super) fn score(course: &Course, paint: Paint) -> String {
    let (passed, total) = course.score();
    let first = course.failed().next().map(|examined| {
        let order = format!("cargo ejercicios examina --etapa {}", examined.stage.name);
        format!("\nLa primera que falla, entera: {}", paint.strong(&order))
    });
    format!("\n{} etapas{}{}", bar(passed, total), first.unwrap_or_default(), left(course))
}

/// La cuenta, y entera la primera que falla.
pub(super) fn summary(course: &Course, paint: Paint) -> String {
    let (passed, total) = course.score();
    let mut failed = course.failed();
    let Some(first) = failed.next() else {
        return format!(
            "{} etapas\n\n{}{}",
            bar(passed, total),
            paint.good("Pasa todas las que se examinaron."),
            left(course)
        );
    };
    let others = match failed.count() {
        0 => "Es la única que falla.".to_owned(),
        1 => "Falla otra. Todas: cargo ejercicios examina --todas".to_owned(),
        count => format!("Fallan {count} más. Todas: cargo ejercicios examina --todas"),
    };
    format!("{} etapas\n\n{}\n\n{others}{}", bar(passed, total), whole(first, paint), left(course))
}

/// La etapa que se pidió, entera.
pub(super) fn details(course: &Course, paint: Paint) -> String {
    course.examined.iter().map(|examined| whole(examined, paint)).collect::<Vec<_>>().join("\n\n")
}

/// Lo que no se examinó, y por qué.
fn left(course: &Course) -> String {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for examined in &course.examined {
        let Verdict::Left(why) = examined.verdict else { continue };
        match reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, names)) => names.push(examined.stage.name),
            None => reasons.push((why, vec![examined.stage.name])),
        }
    }
    let lines = reasons.iter().map(|(why, names)| {
        prose::fill(&format!("Sin examinar: {} ({why}).", names.join(", ")), "")
    });
    lines.map(|line| format!("\n{line}")).collect()
}

/// Una etapa con lo que se vio en ella.
fn whole(examined: &Examined, paint: Paint) -> String {
    let stage = examined.stage;
    let title = format!("{}  {}", number_of(stage), stage.title);
    let (mark, happened) = match &examined.verdict {
        Verdict::Passed => (paint.good("✓"), "Se cumple.".to_owned()),
        Verdict::Failed(problem) => (paint.bad("✗"), format!("{problem}.")),
        Verdict::Left(why) => (paint.faint("–"), format!("No se examinó: {why}.")),
    };
    let seen: Vec<String> = examined.events.iter().flat_map(Event::lines).collect();
    let parts = [
        ("Qué pasó", happened),
        ("La regla", format!("{} ({})", stage.rule, stage.source)),
        ("Una pista", stage.hint.to_owned()),
        ("En el libro", format!("{}.", stage.chapter)),
    ];
    let is_failure = examined.verdict.is_failure();
    // A quien la cumple no le hace falta la pista.
    let parts = parts.into_iter().filter(|(name, _)| is_failure || *name != "Una pista");
    let parts: Vec<String> = parts.map(|(name, text)| part(name, &text, paint)).collect();
    let seen = if seen.is_empty() {
        String::new()
    } else {
        format!(
            "  Lo que se envió (>) y lo que llegó (<):\n\n{}\n\n",
            prose::indented(&seen.join("\n"))
        )
    };
    format!("{mark} {}\n\n{seen}{}", paint.strong(&title), parts.join("\n"))
}

fn part(name: &str, text: &str, paint: Paint) -> String {
    let filled = prose::wrapped(&format!("{name}: {text}"));
    let lines = filled.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n");
    lines.replacen(name, &paint.strong(name), 1)
}

fn number_of(stage: &Stage) -> usize {
    let place = STAGES.iter().position(|known| known.name == stage.name);
    place.map_or(0, |index| index + 1)
}
