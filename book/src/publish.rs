//! El paso de las páginas provisionales a la carpeta publicada.
//!
//! Cada archivo se mueve encima del anterior, así que quien lee el libro en ese momento ve la página vieja o la nueva,
//! nunca media; y lo que una página pide llega antes que ella. Lo que la construcción nueva ya no tiene se borra al final.

use crate::error::BookError;
use crate::folders::{Folders, STAGING, files_under};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Publica la construcción provisional.
///
/// # Errors
/// El sistema no deja escribir en la carpeta de salida.
pub fn publish(folders: &Folders) -> Result<(), BookError> {
    let (staging, output) = (folders.staging(), folders.output());
    let mut published = BTreeSet::new();
    // Al revés del abecedario: la carpeta `theme/` antes que las páginas, y `a.html.gz` antes que `a.html`. Si fuera
    // después, entre los dos se mandaría con la página nueva la compresión de la anterior.
    for from in files_under(&staging).into_iter().rev() {
        let to = output.join(from.strip_prefix(&staging).unwrap_or(&from));
        replace(&from, &to).map_err(|source| BookError::Write { path: to.clone(), source })?;
        published.insert(to);
    }
    remove_others(&output, &published);
    discard(folders);
    Ok(())
}

/// Tira la construcción provisional.
pub fn discard(folders: &Folders) {
    // Si no se puede borrar, la siguiente construcción la vacía.
    let _ = fs::remove_dir_all(folders.staging());
}

fn replace(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::rename(from, to)
}

fn remove_others(output: &Path, published: &BTreeSet<PathBuf>) {
    let staging = output.join(STAGING);
    for file in files_under(output) {
        if !published.contains(&file) && !file.starts_with(&staging) {
            // Un archivo de más no estropea el libro.
            let _ = fs::remove_file(file);
        }
    }
}
