//! Cómo se cuenta cada cosa: textos para la terminal, en las columnas que tenga y nunca en más de 80.
//!
//! Solo lo que viene de otros (un mensaje del compilador, unos valores que se comparan) puede ser más ancho.

// <!-- permite: space, left, read, only, system, cannot, allocate, memory, cd -->

use std::path::Path;

use crate::changes::Changes;
use crate::compile::{Aside, Blame, Broken};
use crate::console::{Paint, width};
use crate::copy::Copied;
use crate::exercises::Exercise;
use crate::hints::Hint;
use crate::places::{SAVED, STUBS};
use crate::progress::{Progress, Score, State};
use crate::prose;
use crate::trial::Trial;
use crate::verdict::Verdict;

/// Lo que ocupa, en una línea de la lista, lo que no es el título.
const AROUND_TITLE: usize = 34;

/// Las líneas que se muestran de un fallo: una comparación de listas largas puede tener cientos.
const MAX_LINES: usize = 40;

/// La lista de los ejercicios: la barra, una línea cada uno y cuál sigue.
#[must_use]
pub fn overview(progress: &Progress, paint: Paint) -> String {
    let rows = progress.entries().iter().map(|(exercise, state)| row(exercise, state, paint));
    let rows: String = rows.collect();
    let next = match progress.current() {
        Some(exercise) => next_step(exercise, paint),
        None => all_solved(paint),
    };
    format!("{}\n\n{rows}\n{next}", paint.strong(&progress.bar()))
}

fn row(exercise: &Exercise, state: &State, paint: Paint) -> String {
    let title = fit(exercise.title());
    let (mark, what) = match state {
        State::Tested(score) if score.is_solved() => (paint.good("✓"), String::new()),
        State::Tested(Score { total: 0, .. }) => (paint.bad("✗"), "sin pruebas".into()),
        State::Tested(Score { passed, total }) => {
            (paint.faint("·"), format!("{passed} de {total} pruebas"))
        }
        State::Aside(Blame::Missing) => (paint.bad("✗"), "falta su archivo".into()),
        State::Aside(Blame::Code | Blame::Encoding) => (paint.bad("✗"), "no compila".into()),
        State::Aside(Blame::Interface) => (paint.bad("✗"), "cambió de forma".into()),
    };
    let line = format!("  {mark} {}  {title}  {what}", exercise.chapter());
    format!("{}\n", line.trim_end())
}

/// El título en las columnas justas; lo que no cabe se corta.
fn fit(title: &str) -> String {
    let columns = width() - AROUND_TITLE;
    let mut shown: String = title.chars().take(columns).collect();
    if title.chars().nth(columns).is_some() {
        shown.pop();
        shown.push('…');
    }
    format!("{shown:<columns$}")
}

fn next_step(exercise: &Exercise, paint: Paint) -> String {
    format!(
        "Sigue {}. Abre\n{}\ny deja en marcha {},\nque prueba cada vez que guardas.",
        exercise.chapter(),
        paint.strong(&exercise.stub()),
        paint.strong("cargo ejercicios vigila"),
    )
}

/// Lo que se añade al error del compilador cuando no se puede probar nada: dónde está, o por qué puede ser.
#[must_use]
pub fn broken(broken: &Broken, paint: Paint) -> String {
    let text = match (broken.files.as_slice(), cause_of(&broken.complaint)) {
        ([], Some(cause)) => format!("No se pudo compilar, y no es por tu código: {cause}"),
        ([], None) => {
            "No se pudo compilar, y no parece que sea por tu código. El motivo está arriba; \
             busca en «Cuando algo falla», en la página de Preparación del libro."
                .into()
        }
        (files, _) => format!(
            "No compila: {}\nNo es el archivo de ningún ejercicio: si lo cambiaste, déjalo como estaba.",
            files.join(", ")
        ),
    };
    paint.bad(&prose::paragraphs(&text))
}

/// De lo que dice cargo cuando falla lo que lo rodea, qué es y qué se hace.
fn cause_of(complaint: &str) -> Option<&'static str> {
    let complaint = complaint.to_lowercase();
    let causes: [(&[&str], &str); 5] = [
        (
            // Al enlazador que escribe en la memoria de un archivo, el disco lleno lo mata con una señal.
            &[
                "no space left",
                "os error 28)",
                "os error 112)",
                "quota exceeded",
                "os error 122)",
                "signal 7 [bus error]",
            ],
            "el disco está lleno, o se acabó tu cuota. `cargo clean` borra lo compilado, y lo demás no.",
        ),
        (
            &["linker `", "link.exe"],
            "falta el linker, o falló. La página de Preparación dice cómo se instala en tu sistema.",
        ),
        (
            &[
                "read-only file system",
                "permission denied",
                "os error 5)",
                "os error 13)",
                "os error 30)",
            ],
            "no hay permiso para escribir en la carpeta `target`. Pon el proyecto en una carpeta tuya; en \
             Windows, cierra además los programas del libro que sigan abiertos.",
        ),
        (
            &[
                "failed to download",
                "failed to fetch",
                "could not resolve",
                "network",
                "ssl",
                "certificate",
            ],
            "hay que descargar algo y no hay conexión, o un proxy no la deja pasar. La página de \
             Preparación lo cuenta en «Cuando algo falla».",
        ),
        (
            &["cannot allocate memory", "memory allocation of", "signal: 9", "sigkill"],
            "al compilador se le acabó la memoria. Cierra otros programas y prueba otra vez.",
        ),
    ];
    let is_it = |words: &[&str]| words.iter().any(|word| complaint.contains(word));
    causes.iter().find(|(words, _)| is_it(words)).map(|(_, cause)| *cause)
}

/// Por qué no se puede probar un ejercicio. `missing` es lo que las pruebas esperan y su archivo no tiene.
#[must_use]
pub fn aside(exercise: &Exercise, aside: &Aside, missing: &[String], paint: Paint) -> String {
    let (stub, chapter) = (exercise.stub(), exercise.chapter());
    let text = match aside.blame {
        Blame::Missing => format!(
            "Falta {stub}\nSi lo renombraste, devuélvele su nombre. Si no lo tienes, \
             `cargo ejercicios reinicia {chapter}` lo pone como se entrega."
        ),
        Blame::Code => format!("No compila: {stub}"),
        Blame::Encoding => format!(
            "No compila: {stub}\nNo está guardado en UTF-8. En tu editor busca «Guardar con \
             codificación», o algo parecido, y elige UTF-8."
        ),
        Blame::Interface if missing.is_empty() => format!(
            "No compila: {}\n{stub} tiene lo que se pide. ¿Cambiaste las pruebas? Déjalas como estaban.",
            exercise.tests()
        ),
        Blame::Interface => format!(
            "Las pruebas no encuentran en {stub}\nlo que necesitan. Debe tener esto, con ese nombre, con \
             `pub` y con esos tipos:"
        ),
    };
    let text = paint.bad(&prose::paragraphs(&text));
    if aside.blame != Blame::Interface || missing.is_empty() {
        return text;
    }
    let said = prose::paragraphs("No cambies las pruebas: cambia tu archivo.");
    format!("{text}\n\n{}\n\n{said}", prose::indented(&missing.join("\n")))
}

/// Los demás ejercicios que no se pueden probar, en una línea; nada si no hay.
#[must_use]
pub fn others_aside(aside: &[Aside], asked: &Exercise) -> String {
    let mut others: Vec<&str> =
        aside.iter().filter(|one| one.slug != asked.slug()).map(|one| &one.slug[..5]).collect();
    others.sort_unstable();
    match others.as_slice() {
        [] => String::new(),
        names => format!("\nNo se puede probar {}; lo demás, sí.", names.join(", ")),
    }
}

/// Lo que hay entre los pendientes y no es de ningún ejercicio.
#[must_use]
pub fn strangers(names: &[String]) -> String {
    let text = format!(
        "aviso: en {STUBS} hay archivos que no son de ningún ejercicio, y no se prueban: {}",
        names.join(", ")
    );
    prose::fill(&text, "")
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

/// Sin lo que ya no se leería. Lo primero es la pista.
fn capped(reason: &str) -> String {
    let lines: Vec<&str> = reason.lines().collect();
    let extra = lines.len().saturating_sub(MAX_LINES);
    if extra < 2 {
        return reason.to_owned();
    }
    format!("{}\n… y {extra} líneas más", lines[..MAX_LINES].join("\n"))
}

fn solved(exercise: &Exercise, paint: Paint) -> String {
    paint.good(&format!("¡Muy bien! {} está resuelto.", exercise.chapter()))
}

/// Qué se puede hacer después de resolver uno. `comparable`, si hay una respuesta buena con que compararla.
#[must_use]
pub fn after(exercise: &Exercise, comparable: bool, paint: Paint) -> String {
    let next = format!("Cuál sigue: {}", paint.strong("cargo ejercicios"));
    match comparable {
        true => format!("{}\n{next}", self::comparable(exercise, paint)),
        false => next,
    }
}

/// Que ya se puede comparar con una respuesta buena.
#[must_use]
pub fn comparable(exercise: &Exercise, paint: Paint) -> String {
    let command = format!("cargo ejercicios compara {}", exercise.chapter());
    format!("Junto a una buena: {}", paint.strong(&command))
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

/// Tu respuesta y una buena, cada una con su archivo.
#[must_use]
pub fn compared(exercise: &Exercise, own: &str, good: &str, paint: Paint) -> String {
    let part = |title: &str, place: &str, code: &str| {
        format!("{}\n{place}\n\n{}\n", paint.strong(title), prose::indented(code.trim_end()))
    };
    let said = prose::paragraphs(
        "No hay una sola respuesta buena. ¿Qué hace esta distinto, y qué cambiarías de la tuya?",
    );
    format!(
        "{}\n{}\n{said}",
        part("Tu respuesta", &exercise.stub(), own),
        part("Una buena", &exercise.solution(), good)
    )
}

/// Dónde quedó lo que había, si había algo.
#[must_use]
pub fn reset(exercise: &Exercise, saved: Option<&str>, paint: Paint) -> String {
    let done = format!("{}\nestá otra vez como se entrega.", exercise.stub());
    let kept = match saved {
        Some(name) => format!("\nLo que tenías quedó en\n{SAVED}/{name}"),
        None => String::new(),
    };
    format!("{}{kept}", paint.good(&done))
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
        "{}\n\nPara repartirla, conviértela en un repositorio:\n\n    cd {}\n    {}",
        paint.good(&prose::fill(&summary, "")),
        quoted(folder),
        steps.join("\n    ")
    )
}

/// La ruta, como se escribe en una terminal: entre comillas si lleva algo que la terminal entendería.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |letter: char| letter.is_alphanumeric() || "/\\._-:+,@".contains(letter);
    match path.chars().all(is_plain) {
        true => path,
        false if cfg!(windows) => format!("\"{path}\""),
        false => format!("'{}'", path.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests;
