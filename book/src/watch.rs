//! La espera de un cambio en los archivos.
//!
//! Se compara, tres veces por segundo, la fecha y el tamaño de cada archivo vigilado. Los avisos del sistema serían
//! más rápidos, pero cada sistema tiene los suyos y ninguno funciona en todas las carpetas compartidas de un aula; con
//! unos cientos de archivos, mirar cuesta menos de un milisegundo.

use crate::folders::files_under;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

/// Cada cuánto se mira.
const INTERVAL: Duration = Duration::from_millis(300);

/// El estado de los archivos en un momento.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    files: BTreeMap<PathBuf, (Option<SystemTime>, u64)>,
}

impl Snapshot {
    /// Mira los archivos y carpetas de `paths`.
    #[must_use]
    pub fn take(paths: &[PathBuf]) -> Self {
        let files = paths
            .iter()
            .flat_map(|path| if path.is_dir() { files_under(path) } else { vec![path.clone()] });
        Self { files: files.filter_map(|path| Some((path.clone(), state(&path)?))).collect() }
    }

    /// Vuelve al estado de `earlier` en los archivos que los dos conocen: lo que cambió entretanto se verá como cambio.
    #[must_use]
    pub fn as_of(mut self, earlier: &Self) -> Self {
        for (path, state) in &mut self.files {
            if let Some(before) = earlier.files.get(path) {
                *state = *before;
            }
        }
        self
    }

    /// El primer archivo distinto entre los dos momentos: cambiado, nuevo o borrado.
    #[must_use]
    pub fn first_change(&self, later: &Self) -> Option<PathBuf> {
        let changed =
            later.files.iter().find(|(path, state)| self.files.get(*path) != Some(*state));
        let removed = self.files.keys().find(|path| !later.files.contains_key(*path));
        changed.map(|(path, _)| path).or(removed).cloned()
    }
}

/// Espera a que algo de `paths` sea distinto de `before`. Devuelve qué cambió.
#[must_use]
pub fn wait_for_change(before: &Snapshot, paths: &[PathBuf]) -> PathBuf {
    let mut previous = before.clone();
    loop {
        thread::sleep(INTERVAL);
        let now = Snapshot::take(paths);
        // Un editor escribe en varios pasos: se espera a que dos miradas seguidas coincidan.
        if now == previous
            && let Some(path) = before.first_change(&now)
        {
            return path;
        }
        previous = now;
    }
}

fn state(path: &Path) -> Option<(Option<SystemTime>, u64)> {
    let metadata = path.metadata().ok()?;
    Some((metadata.modified().ok(), metadata.len()))
}
