//! Una carpeta de usar y tirar.

use std::fs;
use std::path::{Path, PathBuf};

/// La carpeta de una prueba, que se borra al soltarla.
pub struct Folder(PathBuf);

impl Folder {
    #[track_caller]
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("pasarela-{}-{name}", std::process::id()));
        // De otra vez que no terminó bien.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("la carpeta se crea");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Si queda algo, lo borra el sistema.
        let _ = fs::remove_dir_all(&self.0);
    }
}
