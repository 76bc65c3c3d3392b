//! Si el proyecto sigue siendo el mismo después de ejecutar el código de otro.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::Path;

use crate::exercises::with_slashes;

/// Lo que cambia por su cuenta.
const IGNORED: [&str; 3] = ["target", ".git", "salida"];

/// Lo que hay en el proyecto, resumido.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Guard {
    files: BTreeMap<String, u64>,
}

impl Guard {
    /// Solo de ese archivo.
    pub(super) fn of_file(path: &Path) -> Self {
        Self { files: [(with_slashes(path), summary(path))].into() }
    }

    pub(super) fn of(root: &Path) -> Self {
        let mut files = BTreeMap::new();
        let mut pending = vec![root.to_owned()];
        while let Some(folder) = pending.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = entry.path();
                let ignored = IGNORED.iter().any(|name| entry.file_name() == *name);
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() && !ignored => pending.push(path),
                    Ok(kind) if kind.is_file() => {
                        let name = with_slashes(path.strip_prefix(root).unwrap_or(&path));
                        files.insert(name, summary(&path));
                    }
                    _ => {}
                }
            }
        }
        Self { files }
    }

    /// Los archivos que ya no son los mismos.
    pub(super) fn changed(&self, now: &Self) -> Vec<String> {
        let all = self.files.keys().chain(now.files.keys());
        let different = all.filter(|name| self.files.get(*name) != now.files.get(*name));
        let mut changed: Vec<String> = different.cloned().collect();
        changed.sort();
        changed.dedup();
        changed
    }
}

fn summary(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(&fs::read(path).unwrap_or_default());
    hasher.finish()
}
