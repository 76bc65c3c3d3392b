//! El examen entero: las etapas, una tras otra, y cómo quedó cada una.

use std::fmt;

use super::evidence::Event;
use super::examinee::{Examinee, Settings, connect};
use super::place::Place;
use super::stage::{Need, Stage};
use super::wire::Problem;

/// Cómo quedó una etapa.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Se cumple.
    Passed,
    /// No se cumple.
    Failed(Problem),
    /// No se examinó, y por qué.
    Left(&'static str),
}

/// Una etapa examinada, con lo que se vio.
#[derive(Debug)]
pub struct Examined {
    /// Cuál.
    pub stage: &'static Stage,
    /// Cómo quedó.
    pub verdict: Verdict,
    /// Lo que fue y vino.
    pub events: Vec<Event>,
}

/// Las etapas que se examinaron o se quisieron examinar.
#[derive(Debug)]
pub struct Course {
    /// En su orden.
    pub examined: Vec<Examined>,
}

/// Nadie escucha ahí.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nobody {
    name: String,
}

/// Examina esas etapas. `seen` se entera de cada una en cuanto termina.
///
/// # Errors
/// No escucha nadie.
pub fn examine(
    place: &Place,
    settings: Settings<'_>,
    stages: impl IntoIterator<Item = &'static Stage>,
    seen: &mut dyn FnMut(&Examined),
) -> Result<Course, Nobody> {
    let listens = || connect(place, settings.patience).is_ok();
    if !listens() {
        return Err(Nobody { name: place.name().to_owned() });
    }
    let mut course = Course { examined: Vec::new() };
    let mut is_gone = false;
    for stage in stages {
        let examined = match left_out(stage, &settings, is_gone) {
            Some(why) => Examined { stage, verdict: Verdict::Left(why), events: Vec::new() },
            None => run(stage, place, settings),
        };
        // Un servidor que terminó a mitad del examen se dice una vez, y no en cada etapa que falta.
        is_gone |= examined.verdict.is_failure() && !listens();
        seen(&examined);
        course.examined.push(examined);
    }
    Ok(course)
}

fn left_out(stage: &Stage, settings: &Settings<'_>, is_gone: bool) -> Option<&'static str> {
    match stage.need {
        _ if is_gone => Some("ya no escucha nadie"),
        Need::Echo if settings.echo.is_none() => {
            Some("pide una ruta que devuelva el cuerpo: --eco /ruta")
        }
        Need::Someone if settings.stop.is_none() => Some("pide que alguien lo detenga: --detente"),
        _ => None,
    }
}

fn run(stage: &'static Stage, place: &Place, settings: Settings<'_>) -> Examined {
    let examinee = Examinee::new(place, settings);
    let verdict = match (stage.check)(&examinee) {
        Ok(()) => Verdict::Passed,
        Err(problem) => Verdict::Failed(problem),
    };
    Examined { stage, verdict, events: examinee.into_evidence().into_events() }
}

impl Verdict {
    /// Si no se cumple.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Failed(_))
    }
}

impl Course {
    /// Cuántas se cumplen, de cuántas se examinaron.
    #[must_use]
    pub fn score(&self) -> (usize, usize) {
        let left = |one: &&Examined| !matches!(one.verdict, Verdict::Left(_));
        let passed = self.examined.iter().filter(|one| one.verdict == Verdict::Passed).count();
        (passed, self.examined.iter().filter(left).count())
    }

    /// Las que no se cumplen.
    pub fn failed(&self) -> impl Iterator<Item = &Examined> {
        self.examined.iter().filter(|one| one.verdict.is_failure())
    }
}

impl fmt::Display for Nobody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        write!(
            f,
            "nadie escucha en {name}; enciende tu servidor en otra terminal y repite, o di dónde está: \
             `cargo ejercicios examina host:puerto`"
        )
    }
}

impl std::error::Error for Nobody {}
