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
    fn has_history(&self) -> bool {
        !self.tracked.is_empty()
    }

    /// Lo que conviene saber de los archivos que van.
    pub(super) fn warning(&self) -> Option<String> {
        let warning =
            "sin git no se sabe qué archivos son del proyecto: van todos los de la carpeta";
        (!self.has_history()).then(|| warning.into())
    }

    fn walk(&self) -> Result<Vec<String>, GuideError> {
        let mut names = Vec::new();
        let mut pending = vec![self.root.clone()];
        while let Some(folder) = pending.pop() {
            let entries = fs::read_dir(&folder).map_err(GuideError::io("leer", &folder))?;
            for entry in entries.flatten() {
                let path = entry.path();
                let generated = GENERATED.iter().any(|name| entry.file_name() == *name);
                // De un enlace a otra carpeta no se baja: podría no tener fondo.
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                if is_folder && !generated {
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
            // Quien nos llama desde git (al guardar, por ejemplo) puede tener apuntado otro repositorio.
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .env_remove("GIT_INDEX_FILE")
            .output()
            .ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
