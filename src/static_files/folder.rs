//! De la ruta de una petición a lo que hay en la carpeta, sin salir de ella.

use std::fs::Metadata;
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

impl Kind {
    /// Qué es, si es una de las dos cosas que se sirven.
    fn of(metadata: &Metadata) -> Option<Self> {
        if metadata.is_dir() {
            return Some(Self::Folder);
        }
        metadata.is_file().then_some(Self::File)
    }
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
        let (target, kind) = self.reach(&self.root, names)?;
        match (kind, path.ends_with('/')) {
            (Kind::Folder, ends_in_slash) => self.open_folder(&target, ends_in_slash),
            (Kind::File, false) => Some(Found::File(target)),
            (Kind::File, true) => None,
        }
    }

    /// El sitio al que se llega desde `base` por `names`, y qué es, si se puede enseñar. `base` es la
    /// carpeta que se sirve, o está dentro.
    fn reach(&self, base: &Path, names: &str) -> Option<(PathBuf, Kind)> {
        let (mut target, mut kind) = (base.to_owned(), Kind::Folder);
        for name in names.split('/').filter(|_| !names.is_empty()) {
            target.push(self.names.admit(name).then_some(name)?);
            let metadata = target.symlink_metadata().ok()?;
            if metadata.is_symlink() {
                return self.follow(&base.join(names));
            }
            kind = Kind::of(&metadata)?;
        }
        Some((target, kind))
    }

    /// Lo mismo por el camino largo, cuando hay enlaces: adónde llevan de verdad. No pueden salir de
    /// la carpeta, ni llegar a un nombre que no se serviría.
    fn follow(&self, target: &Path) -> Option<(PathBuf, Kind)> {
        let root = self.root.canonicalize().ok()?;
        let target = target.canonicalize().ok()?;
        let mut names = target.strip_prefix(root).ok()?.components();
        let is_admitted =
            names.all(|name| name.as_os_str().to_str().is_some_and(|name| self.names.admit(name)));
        let kind = Kind::of(&target.metadata().ok()?)?;
        is_admitted.then_some((target, kind))
    }

    fn open_folder(&self, folder: &Path, ends_in_slash: bool) -> Option<Found> {
        let index = self.reach(folder, INDEX).filter(|(_, kind)| *kind == Kind::File);
        match (index, self.listing) {
            (None, Listing::Forbidden) => None,
            _ if !ends_in_slash => Some(Found::MissingSlash),
            (Some((index, _)), _) => Some(Found::File(index)),
            (None, Listing::Allowed) => Some(Found::Folder(self.entries(folder)?)),
        }
    }

    /// Lo que hay en `folder` y se serviría si se pidiera.
    fn entries(&self, folder: &Path) -> Option<Vec<Entry>> {
        let found = folder.read_dir().ok()?.filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            let (_, kind) = self.reach(folder, &name)?;
            Some(Entry { kind, name })
        });
        let mut entries: Vec<Entry> = found.collect();
        entries.sort();
        Some(entries)
    }
}
