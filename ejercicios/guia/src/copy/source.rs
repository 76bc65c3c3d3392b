//! De dónde salen los archivos de una copia: de git si lo hay; si no, de la carpeta.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::GuideError;
use crate::exercises::with_slashes;

/// Las carpetas de lo que se genera, que sin git hay que conocer.
const GENERATED: [&str; 3] = ["target", ".git", "salida"];

/// El origen de una copia.
pub(super) struct Source {
    root: PathBuf,
    /// Los archivos que git conoce; ninguno si no hay git.
    tracked: Vec<String>,
}

impl Source {
    pub(super) fn of(root: &Path) -> Self {
        let mut source = Self { root: root.to_owned(), tracked: Vec::new() };
        let listed = source.git(&["ls-files", "-z", "--cached"]).unwrap_or_default();
        source.tracked =
            listed.split('\0').filter(|name| !name.is_empty()).map(Into::into).collect();
        source
    }

    /// Los nombres de los archivos que hay, desde la raíz y con `/`.
    pub(super) fn files(&self) -> Result<Vec<String>, GuideError> {
        if !self.has_history() {
            return self.walk();
        }
        let present = self.tracked.iter().filter(|name| self.root.join(name).is_file());
        Ok(present.cloned().collect())
    }

    /// Si hay un git que conozca estos archivos.
    pub(super) fn has_history(&self) -> bool {
        !self.tracked.is_empty()
    }

    /// Un archivo, como se guardó en git la última vez.
    pub(super) fn committed(&self, name: &str) -> Option<String> {
        self.git(&["show", &format!("HEAD:./{name}")])
    }

    /// Lo que conviene saber de los archivos de `folder`, que van como se guardaron en git.
    pub(super) fn warnings(&self, folder: &str) -> Vec<String> {
        if !self.has_history() {
            return vec![
                "sin git no se sabe cómo eran los ejercicios: van como están ahora; comprueba que \
                 `cargo ejercicios` diga en la copia que no hay ninguno resuelto"
                    .into(),
            ];
        }
        let changed = self.changed(folder);
        let warning =
            |name| format!("{name} tiene cambios sin guardar en git, que no van en la copia");
        changed.into_iter().map(warning).collect()
    }

    /// Si los archivos de `folder` que van son los mismos que hay en ella.
    pub(super) fn is_as_saved(&self, folder: &str) -> bool {
        !self.has_history() || self.changed(folder).is_empty()
    }

    fn changed(&self, folder: &str) -> Vec<String> {
        let status = self.git(&["status", "--porcelain", "--", folder]).unwrap_or_default();
        status.lines().filter_map(|line| line.get(3..)).map(Into::into).collect()
    }

    fn walk(&self) -> Result<Vec<String>, GuideError> {
        let mut names = Vec::new();
        let mut pending = vec![self.root.clone()];
        while let Some(folder) = pending.pop() {
            let entries = fs::read_dir(&folder).map_err(GuideError::io("leer", &folder))?;
            for entry in entries.flatten() {
                let path = entry.path();
                let generated = GENERATED.iter().any(|name| entry.file_name() == *name);
                if path.is_dir() && !generated {
                    pending.push(path);
                } else if path.is_file() {
                    names.push(with_slashes(path.strip_prefix(&self.root).unwrap_or(&path)));
                }
            }
        }
        names.sort();
        Ok(names)
    }

    /// Lo que responde git, si lo hay y tiene algo que decir.
    fn git(&self, arguments: &[&str]) -> Option<String> {
        let output = Command::new("git")
            // Quien copia no siempre es dueño de la carpeta: sin esto, git se negaría.
            .args(["-c", "safe.directory=*", "-c", "core.quotePath=false"])
            .args(arguments)
            .current_dir(&self.root)
            .output()
            .ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
