//! Los archivos que se vigilan, en un momento.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// El estado de los archivos en un momento: cuándo se escribieron y cuánto miden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Snapshot {
    files: BTreeMap<PathBuf, (Option<SystemTime>, u64)>,
}

impl Snapshot {
    /// Los archivos de Rust de esas carpetas: los editores dejan al lado otros, que no importan.
    pub(super) fn take(folders: &[PathBuf]) -> Self {
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
    pub(super) fn changed(&self, later: &Self) -> Vec<PathBuf> {
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
