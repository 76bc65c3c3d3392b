//! `cargo ejercicios vigila`: probar cada vez que se guarda, y seguir con el próximo al resolver.
//!
//! Los archivos se miran tres veces por segundo, como hace `cargo libro`: funciona igual en todos los
//! sistemas y en las carpetas compartidas. Lo que se escribe llega por líneas, así que sirve también
//! cuando la entrada no es una terminal.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, SystemTime};

use crate::changes::Changes;
use crate::compile::{Compiled, compile};
use crate::console::{Paint, note, say};
use crate::error::GuideError;
use crate::exercises::{Exercise, Project};
use crate::progress::{Progress, Score};
use crate::trial::{Suite, Trial};
use crate::{hints, report};

/// Cada cuánto se mira.
const INTERVAL: Duration = Duration::from_millis(300);

const KEYS: &str = "Guarda para probar otra vez. Con Entrar: `p`, pista; `l`, lista; `s`, salir.";

/// Vigila el ejercicio que se pide, o el primero sin resolver, hasta que no quede ninguno.
///
/// # Errors
/// No hay ese ejercicio, o cargo no se pudo ejecutar.
pub fn watch(project: &Project, asked: Option<&str>) -> Result<bool, GuideError> {
    let asked = asked.map(|name| project.find(name)).transpose()?;
    let mut watcher = Watcher { project, paint: Paint::of_stdout(), exercise: asked, last: None };
    let keys = keyboard();
    let mut seen = Snapshot::take(&project.watched());
    if watcher.round()? == Next::Finish {
        return Ok(true);
    }
    loop {
        match wait(&keys, &seen, &project.watched()) {
            Event::Changed(files, now) => {
                seen = now;
                watcher.say_changed(&files);
                if watcher.round()? == Next::Finish {
                    return Ok(true);
                }
            }
            Event::Line(line) if line == "s" => return Ok(true),
            Event::Line(line) => watcher.answer(&line)?,
            Event::Closed => return Ok(true),
        }
    }
}

/// Lo que hace que la vigilancia despierte.
enum Event {
    Changed(Vec<PathBuf>, Snapshot),
    Line(String),
    /// Quien estaba ante la terminal cerró la entrada (Ctrl-D).
    Closed,
}

#[derive(PartialEq, Eq)]
enum Next {
    Continue,
    Finish,
}

struct Watcher<'a> {
    project: &'a Project,
    paint: Paint,
    /// Sin ejercicio todavía: el que resulte de la primera vuelta.
    exercise: Option<Exercise>,
    /// Los últimos resultados que hubo de ese ejercicio.
    last: Option<Vec<Trial>>,
}

impl Watcher<'_> {
    /// Compila, prueba y cuenta lo que hubo. Si el ejercicio queda resuelto, sigue con el próximo.
    fn round(&mut self) -> Result<Next, GuideError> {
        let exercises = self.project.exercises()?;
        let (suite, warnings) = match compile(self.project)? {
            Compiled::Ready(suite, warnings) => (suite, warnings),
            Compiled::Broken(broken) => {
                let exercise =
                    self.exercise.get_or_insert_with(|| broken.to_mend(&exercises)).clone();
                note(broken.complaint.trim_end());
                say(&report::broken(&broken, Some(&exercise), self.paint));
                say(&self.paint.faint(KEYS));
                return Ok(Next::Continue);
            }
        };
        if !warnings.trim().is_empty() {
            note(warnings.trim_end());
        }
        let Some(exercise) = self.exercise.clone() else {
            return self.advance(&suite, &exercises);
        };
        if self.try_exercise(&suite, &exercise)? {
            return self.advance(&suite, &exercises);
        }
        say(&self.paint.faint(KEYS));
        Ok(Next::Continue)
    }

    /// Prueba el ejercicio y dice si quedó resuelto.
    fn try_exercise(&mut self, suite: &Suite, exercise: &Exercise) -> Result<bool, GuideError> {
        let trials = suite.run(exercise)?;
        match &self.last {
            Some(last) => say(&report::changes(&Changes::between(last, &trials), self.paint)),
            None => say(&report::heading(exercise, self.paint)),
        }
        say(&report::results(exercise, &trials, self.paint));
        let solved = Score::of(&trials).is_solved();
        self.last = Some(trials);
        Ok(solved)
    }

    /// Pasa al primero sin resolver y enseña cómo está.
    fn advance(&mut self, suite: &Suite, exercises: &[Exercise]) -> Result<Next, GuideError> {
        let progress = Progress::measure(suite, exercises)?;
        say(&format!("{}\n", self.paint.strong(&progress.bar())));
        let Some(next) = progress.current().cloned() else {
            say(&report::all_solved(self.paint));
            return Ok(Next::Finish);
        };
        self.last = None;
        self.exercise = Some(next.clone());
        self.try_exercise(suite, &next)?;
        say(&self.paint.faint(KEYS));
        Ok(Next::Continue)
    }

    fn say_changed(&self, files: &[PathBuf]) {
        let names: Vec<String> = files.iter().map(|file| self.project.name_of(file)).collect();
        say(&format!("\n{} {}", self.paint.strong("Cambió"), names.join(", ")));
    }

    fn answer(&mut self, line: &str) -> Result<(), GuideError> {
        say("");
        match line {
            "p" => self.say_hint(),
            "l" => self.list()?,
            _ => {}
        }
        say(&format!("\n{}", self.paint.faint(KEYS)));
        Ok(())
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
        say(&match compile(self.project)? {
            Compiled::Ready(suite, _) => {
                report::overview(&Progress::measure(&suite, &exercises)?, self.paint)
            }
            Compiled::Broken(broken) => report::broken_overview(&exercises, &broken, self.paint),
        });
        Ok(())
    }
}

/// Un hilo que lee la entrada; el canal lleva las líneas, y `None` si una terminal la cierra.
fn keyboard() -> Receiver<Option<String>> {
    let (lines, received) = mpsc::channel();
    thread::spawn(move || {
        for line in std::io::stdin().lines() {
            let Ok(line) = line else { break };
            if lines.send(Some(line.trim().to_lowercase())).is_err() {
                return;
            }
        }
        // Sin nadie al otro lado (`</dev/null`) se sigue vigilando.
        if std::io::stdin().is_terminal() {
            let _ = lines.send(None);
        }
    });
    received
}

fn wait(keys: &Receiver<Option<String>>, seen: &Snapshot, paths: &[PathBuf]) -> Event {
    let mut previous = seen.clone();
    loop {
        match keys.recv_timeout(INTERVAL) {
            Ok(Some(line)) => return Event::Line(line),
            Ok(None) => return Event::Closed,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => thread::sleep(INTERVAL),
        }
        let now = Snapshot::take(paths);
        // Un editor escribe en varios pasos: se espera a que dos miradas seguidas coincidan.
        if now == previous {
            let changed = seen.changed(&now);
            if !changed.is_empty() {
                return Event::Changed(changed, now);
            }
        }
        previous = now;
    }
}

/// El estado de los archivos en un momento: cuándo se escribieron y cuánto miden.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Snapshot {
    files: BTreeMap<PathBuf, (Option<SystemTime>, u64)>,
}

impl Snapshot {
    /// Los archivos de Rust de esas carpetas: los editores dejan al lado otros, que no importan.
    fn take(folders: &[PathBuf]) -> Self {
        let mut files = BTreeMap::new();
        let mut pending = folders.to_vec();
        while let Some(folder) = pending.pop() {
            for path in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = path.path();
                if path.is_dir() {
                    pending.push(path);
                } else if path.extension().is_some_and(|known| known == "rs")
                    && let Some(state) = state(&path)
                {
                    files.insert(path, state);
                }
            }
        }
        Self { files }
    }

    /// Los archivos distintos entre los dos momentos: cambiados, nuevos o borrados.
    fn changed(&self, later: &Self) -> Vec<PathBuf> {
        let all = self.files.keys().chain(later.files.keys());
        let different = all.filter(|path| self.files.get(*path) != later.files.get(*path));
        let mut changed: Vec<PathBuf> = different.cloned().collect();
        changed.sort();
        changed.dedup();
        changed
    }
}

fn state(path: &Path) -> Option<(Option<SystemTime>, u64)> {
    let metadata = path.metadata().ok()?;
    Some((metadata.modified().ok(), metadata.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::fs;

    #[test]
    fn se_ven_todos_los_archivos_que_cambiaron() {
        let folder = tempfile::tempdir().expect("hay carpeta temporal");
        let file = |name: &str| folder.path().join(name);
        let paths = [folder.path().to_owned()];
        fs::create_dir(file("sub")).expect("se puede crear");
        for name in ["a.rs", "b.rs", "sub/c.rs", "d.rs"] {
            fs::write(file(name), "uno").expect("se puede escribir");
        }
        let before = Snapshot::take(&paths);
        assert_eq!(before.changed(&Snapshot::take(&paths)), Vec::<PathBuf>::new());

        fs::write(file("sub/c.rs"), "uno y dos").expect("se puede escribir");
        fs::remove_file(file("a.rs")).expect("está");
        fs::write(file("e.rs"), "").expect("se puede escribir");
        fs::write(file(".b.rs.swp"), "del editor").expect("se puede escribir");
        assert_eq!(
            before.changed(&Snapshot::take(&paths)),
            [file("a.rs"), file("e.rs"), file("sub/c.rs")]
        );
    }
}
