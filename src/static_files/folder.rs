//! De la ruta de una petición a lo que hay en la carpeta, sin salir de ella.

use std::path::{Path, PathBuf};

use super::name::Names;

/// El archivo que responde por su carpeta.
const INDEX: &str = "index.html";

/// La carpeta que se sirve, y qué se enseña de ella.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    pub(super) root: PathBuf,
    pub(super) names: Names,
    pub(super) listing: Listing,
}

/// Si se puede mostrar lo que hay en una carpeta.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listing {
    Forbidden,
    Allowed,
}

/// Lo que hay en una ruta.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    File(PathBuf),
    /// Una carpeta que se puede mostrar, con lo que tiene en orden.
    Folder(Vec<Entry>),
    /// Una carpeta pedida sin su barra final.
    MissingSlash,
    Nothing,
}

/// Algo que hay en una carpeta. Las carpetas van antes que los archivos.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    pub(super) name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Folder,
    File,
}

impl Folder {
    /// Qué hay en `path`, la ruta ya decodificada. `None` y «no se enseña» son lo mismo para quien
    /// pregunta.
    pub(super) fn find(&self, path: &[u8]) -> Found {
        self.look(path).unwrap_or(Found::Nothing)
    }

    fn look(&self, path: &[u8]) -> Option<Found> {
        let path = std::str::from_utf8(path).ok()?;
        let inside = match path {
            "" => "",
            path => path.strip_prefix('/')?,
        };
        let names = match inside.strip_suffix('/') {
            Some("") => return None,
            Some(names) => names,
            None => inside,
        };
        let root = self.root.canonicalize().ok()?;
        let target = self.within(&root, &self.join(&root, names)?)?;
        match (target.is_dir(), path.ends_with('/')) {
            (true, ends_in_slash) => self.open_folder(&root, &target, ends_in_slash),
            (false, false) if target.is_file() => Some(Found::File(target)),
            (false, _) => None,
        }
    }

    fn join(&self, root: &Path, names: &str) -> Option<PathBuf> {
        let mut target = root.to_owned();
        if names.is_empty() {
            return Some(target);
        }
        for name in names.split('/') {
            target.push(self.names.admit(name).then_some(name)?);
        }
        Some(target)
    }

    /// El mismo sitio, seguidos los enlaces simbólicos, si existe y está dentro. Un enlace tampoco
    /// puede llevar a un nombre que no se serviría.
    fn within(&self, root: &Path, target: &Path) -> Option<PathBuf> {
        let target = target.canonicalize().ok()?;
        let mut names = target.strip_prefix(root).ok()?.components();
        let is_admitted =
            names.all(|name| name.as_os_str().to_str().is_some_and(|name| self.names.admit(name)));
        is_admitted.then_some(target)
    }

    fn open_folder(&self, root: &Path, folder: &Path, ends_in_slash: bool) -> Option<Found> {
        let index = self.within(root, &folder.join(INDEX)).filter(|index| index.is_file());
        match (index, self.listing) {
            (None, Listing::Forbidden) => None,
            _ if !ends_in_slash => Some(Found::MissingSlash),
            (Some(index), _) => Some(Found::File(index)),
            (None, Listing::Allowed) => Some(Found::Folder(self.entries(root, folder)?)),
        }
    }

    /// Lo que hay en `folder` y se serviría si se pidiera.
    fn entries(&self, root: &Path, folder: &Path) -> Option<Vec<Entry>> {
        let found = folder.read_dir().ok()?.filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok()?;
            let target = self.within(root, &self.join(folder, &name)?)?;
            let kind = match target.is_dir() {
                true => Kind::Folder,
                false => target.is_file().then_some(Kind::File)?,
            };
            Some(Entry { kind, name })
        });
        let mut entries: Vec<Entry> = found.collect();
        entries.sort();
        Some(entries)
    }
}
