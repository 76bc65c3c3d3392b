//! `cargo ejercicios vigila`: probar cada vez que se guarda, y seguir con el próximo al resolver.
//!
//! Los archivos se miran tres veces por segundo, como hace `cargo libro`: funciona igual en todos los
//! sistemas y en las carpetas compartidas. Lo que se escribe llega por líneas, así que sirve también
//! cuando la entrada no es una terminal.

mod keyboard;
mod snapshot;

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::changes::Changes;
use crate::compile::{Build, Compiled, compile};
use crate::console::{Paint, note, say};
use crate::error::GuideError;
use crate::exercises::{Exercise, Project};
use crate::progress::{Progress, Score};
use crate::trial::Trial;
use crate::{blocked, compare, hints, prose, report};
use keyboard::{Key, Keyboard};
use snapshot::Snapshot;

/// Cada cuánto se mira.
const INTERVAL: Duration = Duration::from_millis(300);

/// Cuánto se prueba en silencio antes de decir qué se espera.
const SILENCE: Duration = Duration::from_secs(3);

const KEYS: &str = "Guarda para probar otra vez. Con Entrar: `p`, pista; `l`, lista; `s`, salir.";

/// Vigila el ejercicio que se pide, o el primero sin resolver, hasta que no quede ninguno.
///
/// # Errors
/// No hay ese ejercicio, o cargo no se pudo ejecutar.
pub fn watch(project: &Project, asked: Option<&str>) -> Result<bool, GuideError> {
    let asked = asked.map(|name| project.find(name)).transpose()?;
    let mut watcher = Watcher {
        project,
        keyboard: Keyboard::listen(),
        seen: Snapshot::take(&project.watched()),
        paint: Paint::of_stdout(),
        exercise: asked,
        last: None,
    };
    let mut next = watcher.round()?;
    loop {
        next = match next {
            Next::Finish => return Ok(true),
            Next::Again => watcher.round()?,
            Next::Continue => watcher.attend()?,
        };
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// Se espera a quien estudia.
    Continue,
    /// Guardó mientras se probaba: lo que se supo ya no vale.
    Again,
    Finish,
}

struct Watcher<'a> {
    project: &'a Project,
    keyboard: Keyboard,
    /// Los archivos como estaban al empezar la última vuelta.
    seen: Snapshot,
    paint: Paint,
    /// Sin ejercicio todavía: el que resulte de la primera vuelta.
    exercise: Option<Exercise>,
    /// Los últimos resultados que hubo de ese ejercicio.
    last: Option<Vec<Trial>>,
}

impl Watcher<'_> {
    /// Espera a que alguien guarde o escriba, y hace lo que toca.
    fn attend(&mut self) -> Result<Next, GuideError> {
        let mut previous = self.seen.clone();
        loop {
            match self.keyboard.wait(INTERVAL) {
                Some(Key::Leave) => return Ok(Next::Finish),
                Some(Key::Line(line)) => return self.answer(&line),
                None => {}
            }
            let now = Snapshot::take(&self.project.watched());
            // Un editor escribe en varios pasos: se espera a que dos miradas seguidas coincidan.
            if now == previous {
                let changed = self.seen.changed(&now);
                if !changed.is_empty() {
                    self.say_changed(&changed);
                    return self.round();
                }
            }
            previous = now;
        }
    }

    /// Compila, prueba y cuenta lo que hubo. Si el ejercicio queda resuelto, sigue con el próximo.
    fn round(&mut self) -> Result<Next, GuideError> {
        self.seen = Snapshot::take(&self.project.watched());
        let exercises = self.project.exercises()?;
        let build = match compile(self.project)? {
            Compiled::Ready(build) => build,
            Compiled::Broken(broken) => {
                blocked::say_broken(&broken);
                self.say_keys();
                return Ok(Next::Continue);
            }
        };
        let Some(exercise) = self.exercise.clone() else {
            return self.advance(&build, &exercises);
        };
        match self.try_exercise(&build, &exercise)? {
            Tried::Solved => self.advance(&build, &exercises),
            Tried::Unsolved => {
                self.say_keys();
                Ok(Next::Continue)
            }
            Tried::Interrupted => Ok(self.interrupted()),
        }
    }

    /// Prueba el ejercicio y dice cómo quedó.
    fn try_exercise(&mut self, build: &Build, exercise: &Exercise) -> Result<Tried, GuideError> {
        if let Some(aside) = build.aside(exercise) {
            blocked::say_aside(self.project, exercise, aside);
            return Ok(Tried::Unsolved);
        }
        if !build.warnings.trim().is_empty() {
            note(build.warnings.trim_end());
        }
        let Some(trials) = self.attentive(|wanted| build.suite.run(exercise, wanted)) else {
            return Ok(Tried::Interrupted);
        };
        let trials = trials?;
        match &self.last {
            Some(last) => say(&report::changes(&Changes::between(last, &trials), self.paint)),
            None => say(&report::heading(exercise, self.paint)),
        }
        let results = report::results(exercise, &trials, self.paint);
        say(&(results + &report::others_aside(&build.aside, exercise)));
        let solved = Score::of(&trials).is_solved();
        self.last = Some(trials);
        if solved && compare::is_available(self.project, exercise) {
            say(&report::comparable(exercise, self.paint));
        }
        Ok(if solved { Tried::Solved } else { Tried::Unsolved })
    }

    /// Pasa al primero sin resolver y enseña cómo está.
    fn advance(&mut self, build: &Build, exercises: &[Exercise]) -> Result<Next, GuideError> {
        let measured = self.attentive(|wanted| Progress::measure(build, exercises, wanted));
        let Some(progress) = measured.transpose()? else { return Ok(self.interrupted()) };
        say(&format!("{}\n", self.paint.strong(&progress.bar())));
        let Some(next) = progress.current().cloned() else {
            say(&report::all_solved(self.paint));
            return Ok(Next::Finish);
        };
        self.last = None;
        self.exercise = Some(next.clone());
        if self.try_exercise(build, &next)? == Tried::Interrupted {
            return Ok(self.interrupted());
        }
        self.say_keys();
        Ok(Next::Continue)
    }

    /// Hace ese trabajo sin dejar de atender: si alguien guarda o pide salir, se deja a medias y no hay
    /// resultado. Si tarda, lo dice.
    fn attentive<T>(&self, work: impl FnOnce(&(dyn Fn() -> bool + Sync)) -> T) -> Option<T> {
        let watch = Mutex::new(Attention {
            started: Instant::now(),
            looked: Instant::now(),
            told: false,
            wanted: true,
        });
        let (project, seen, leaving) = (self.project, &self.seen, self.keyboard.leaving());
        let wanted = || {
            let mut watch = watch.lock().unwrap_or_else(PoisonError::into_inner);
            if watch.wanted && watch.looked.elapsed() >= INTERVAL {
                watch.looked = Instant::now();
                let now = Snapshot::take(&project.watched());
                watch.wanted = seen.changed(&now).is_empty() && !leaving.load(Ordering::Relaxed);
                if watch.wanted && !watch.told && watch.started.elapsed() >= SILENCE {
                    watch.told = true;
                    say("Probando… Alguna prueba tarda; si guardas otra vez, se empieza de nuevo.");
                }
            }
            watch.wanted
        };
        let result = work(&wanted);
        let watch = watch.into_inner().unwrap_or_else(PoisonError::into_inner);
        watch.wanted.then_some(result)
    }

    /// Lo que sigue cuando alguien interrumpió: salir, o esperar a que termine de guardar y repetir.
    fn interrupted(&self) -> Next {
        if self.keyboard.leaves() {
            return Next::Finish;
        }
        say("\nGuardaste otra vez: se prueba de nuevo.");
        thread::sleep(INTERVAL);
        Next::Again
    }

    fn say_keys(&self) {
        say(&self.paint.faint(&prose::fill(KEYS, "")));
    }

    fn say_changed(&self, files: &[PathBuf]) {
        let names: Vec<String> = files.iter().map(|file| self.project.name_of(file)).collect();
        say(&format!("\n{} {}", self.paint.strong("Cambió"), names.join(", ")));
    }

    fn answer(&mut self, line: &str) -> Result<Next, GuideError> {
        say("");
        match line {
            "p" => self.say_hint(),
            "l" => self.list()?,
            _ => {}
        }
        say("");
        self.say_keys();
        Ok(Next::Continue)
    }

    /// Si la pista no se puede leer se dice, y se sigue vigilando.
    fn say_hint(&self) {
        let Some(exercise) = &self.exercise else { return };
        match hints::next(self.project, exercise, None) {
            Ok(hint) => say(&report::hint(exercise, &hint, self.paint)),
            Err(error) => crate::complain(&error),
        }
    }

    fn list(&self) -> Result<(), GuideError> {
        let exercises = self.project.exercises()?;
        match compile(self.project)? {
            Compiled::Ready(build) => {
                let measured =
                    self.attentive(|wanted| Progress::measure(&build, &exercises, wanted));
                if let Some(progress) = measured {
                    say(&report::overview(&progress?, self.paint));
                }
            }
            Compiled::Broken(broken) => blocked::say_broken(&broken),
        }
        Ok(())
    }
}

/// Cómo quedó un ejercicio que se probó.
#[derive(Debug, PartialEq, Eq)]
enum Tried {
    Solved,
    Unsolved,
    Interrupted,
}

/// Lo que se recuerda mientras se prueba.
struct Attention {
    started: Instant,
    looked: Instant,
    told: bool,
    wanted: bool,
}
