//! Qué cambió en los resultados desde la vez anterior.

use crate::trial::Trial;

/// Las pruebas que ya no están como estaban, por su nombre corto.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Fallaban y ahora pasan.
    pub mended: Vec<String>,
    /// Pasaban y ahora fallan.
    pub broken: Vec<String>,
}

impl Changes {
    /// Lo que va de `before` a `after`. Una prueba que antes no estaba no cambió.
    #[must_use]
    pub fn between(before: &[Trial], after: &[Trial]) -> Self {
        let mut changes = Self::default();
        for trial in after {
            match before.iter().find(|old| old.test == trial.test).map(Trial::passed) {
                Some(false) if trial.passed() => changes.mended.push(trial.short_name().into()),
                Some(true) if !trial.passed() => changes.broken.push(trial.short_name().into()),
                _ => {}
            }
        }
        changes
    }

    /// Si todo está como estaba.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.mended.is_empty() && self.broken.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Verdict;
    use pretty_assertions::assert_eq;

    fn trials(states: &[(&str, bool)]) -> Vec<Trial> {
        let verdict =
            |passed| if passed { Verdict::Passed } else { Verdict::Failed("porque no".into()) };
        let trial = |(name, passed): &(&str, bool)| Trial {
            test: format!("cap01_texto::{name}"),
            verdict: verdict(*passed),
        };
        states.iter().map(trial).collect()
    }

    #[test]
    fn se_ve_lo_que_mejoro_y_lo_que_empeoro() {
        let before = trials(&[("a", false), ("b", true), ("c", false), ("d", true)]);
        let after = trials(&[("a", true), ("b", false), ("c", false), ("d", true), ("e", false)]);
        let changes = Changes::between(&before, &after);
        assert_eq!(changes, Changes { mended: vec!["a".into()], broken: vec!["b".into()] });
        assert!(Changes::between(&after, &after).is_empty());
        assert!(Changes::between(&[], &after).is_empty());
    }
}
