//! Cuánto va: el estado de cada ejercicio, y cuál sigue.

use crate::compile::{Blame, Build};
use crate::error::GuideError;
use crate::exercises::Exercise;
use crate::trial::{Trial, Wanted};

/// Las casillas de la barra.
const CELLS: usize = 20;

/// Cuántas de las pruebas de un ejercicio pasan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Score {
    /// Las que pasan.
    pub passed: usize,
    /// Las que hay.
    pub total: usize,
}

/// Cómo está un ejercicio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Se probó.
    Tested(Score),
    /// No se puede probar.
    Aside(Blame),
}

/// El estado de todos los ejercicios.
#[derive(Debug)]
pub struct Progress {
    entries: Vec<(Exercise, State)>,
}

impl Score {
    /// La cuenta de esas pruebas.
    #[must_use]
    pub fn of(trials: &[Trial]) -> Self {
        Self { passed: trials.iter().filter(|trial| trial.passed()).count(), total: trials.len() }
    }

    /// Resuelto: hay pruebas y pasan todas. Sin pruebas no hay nada resuelto.
    #[must_use]
    pub fn is_solved(self) -> bool {
        self.total > 0 && self.passed == self.total
    }
}

impl State {
    /// Si está resuelto.
    #[must_use]
    pub fn is_solved(&self) -> bool {
        matches!(self, Self::Tested(score) if score.is_solved())
    }
}

impl Progress {
    /// El de esos ejercicios, con cómo está cada uno.
    #[must_use]
    pub fn new(entries: Vec<(Exercise, State)>) -> Self {
        Self { entries }
    }

    /// Ejecuta todas las pruebas y las cuenta, mientras haga falta.
    ///
    /// # Errors
    /// El programa de pruebas no se pudo ejecutar.
    pub fn measure(
        build: &Build,
        exercises: &[Exercise],
        wanted: Wanted,
    ) -> Result<Self, GuideError> {
        let trials = build.suite.run_tests(&build.suite.tests()?, wanted)?;
        let state = |exercise: &Exercise| {
            if let Some(aside) = build.aside(exercise) {
                return State::Aside(aside.blame.clone());
            }
            let prefix = format!("{}::", exercise.slug());
            let own = trials.iter().filter(|trial| trial.test.starts_with(&prefix));
            State::Tested(Score::of(&own.cloned().collect::<Vec<_>>()))
        };
        Ok(Self::new(exercises.iter().map(|one| (one.clone(), state(one))).collect()))
    }

    /// Los ejercicios en orden, con cómo está cada uno.
    #[must_use]
    pub fn entries(&self) -> &[(Exercise, State)] {
        &self.entries
    }

    /// Cuántos están resueltos.
    #[must_use]
    pub fn solved(&self) -> usize {
        self.entries.iter().filter(|(_, state)| state.is_solved()).count()
    }

    /// El primero sin resolver.
    #[must_use]
    pub fn current(&self) -> Option<&Exercise> {
        self.entries.iter().find(|(_, state)| !state.is_solved()).map(|(exercise, _)| exercise)
    }

    /// `[#######-------------] 3 de 8`
    #[must_use]
    pub fn bar(&self) -> String {
        bar(self.solved(), self.entries.len())
    }
}

/// La barra solo se llena cuando está todo, y solo está vacía cuando no hay nada.
pub(crate) fn bar(done: usize, total: usize) -> String {
    let full = match done {
        0 => 0,
        _ if done == total => CELLS,
        _ => (done * CELLS / total).clamp(1, CELLS - 1),
    };
    format!("[{}{}] {done} de {total}", "#".repeat(full), "-".repeat(CELLS - full))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Verdict;
    use pretty_assertions::assert_eq;

    #[test]
    fn la_barra_crece_con_lo_resuelto() {
        assert_eq!(bar(0, 8), "[--------------------] 0 de 8");
        assert_eq!(bar(1, 100), "[#-------------------] 1 de 100");
        assert_eq!(bar(3, 8), "[#######-------------] 3 de 8");
        assert_eq!(bar(99, 100), "[###################-] 99 de 100");
        assert_eq!(bar(8, 8), "[####################] 8 de 8");
    }

    #[test]
    fn sin_pruebas_no_hay_nada_resuelto() {
        let trial = |verdict| Trial { test: "cap01_texto::a".into(), verdict };
        let failed = || Verdict::Failed("no".into());
        assert!(!Score::of(&[]).is_solved());
        assert!(!Score::of(&[trial(Verdict::Passed), trial(failed())]).is_solved());
        assert!(Score::of(&[trial(Verdict::Passed), trial(Verdict::Passed)]).is_solved());
    }
}
