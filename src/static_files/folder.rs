//! De la ruta de una petición a lo que hay en la carpeta, sin salir de ella.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};

use super::directory::{Directory, Entered, Kind, Seen};
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
#[derive(Debug)]
pub(super) enum Found {
    File(OpenFile),
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

/// Un archivo de la carpeta, abierto.
#[derive(Debug)]
pub(super) struct OpenFile {
    pub(super) file: File,
    pub(super) metadata: Box<Metadata>,
    /// Su nombre: si se llegó por un enlace, el de aquello a lo que lleva.
    pub(super) name: String,
}

/// Adónde se llegó.
enum Place {
    Folder(Directory),
    File(OpenFile),
}

impl Folder {
    /// Qué hay en `path`, la ruta ya decodificada. «No está» y «no se enseña» son lo mismo para quien
    /// pregunta.
    ///
    /// # Errors
    ///
    /// Si el sistema no puede abrirlo, por ejemplo porque hay demasiados archivos abiertos.
    pub(super) fn find(&self, path: &[u8]) -> io::Result<Found> {
        let Some((names, ends_in_slash)) = names_in(path) else { return Ok(Found::Nothing) };
        Ok(match (self.reach(names)?, ends_in_slash) {
            (Some(Place::Folder(folder)), _) => {
                self.open_folder(&folder, names, ends_in_slash)?.unwrap_or(Found::Nothing)
            }
            (Some(Place::File(file)), false) => Found::File(file),
            (Some(Place::File(_)), true) | (None, _) => Found::Nothing,
        })
    }

    /// El archivo que quien sirve la carpeta nombró: puede ser uno oculto.
    ///
    /// # Errors
    ///
    /// Los de [`find`](Self::find).
    pub(super) fn chosen(&self, path: &Path) -> io::Result<Option<OpenFile>> {
        let folder = Self { names: Names::All, ..self.clone() };
        let names = path.components().filter(|part| *part != Component::CurDir);
        let names: Option<Vec<&str>> = names.map(|part| part.as_os_str().to_str()).collect();
        Ok(match names.map(|names| folder.reach(&names.join("/"))).transpose()?.flatten() {
            Some(Place::File(file)) => Some(file),
            Some(Place::Folder(_)) | None => None,
        })
    }

    /// El sitio al que se llega por `names`, si se puede enseñar.
    fn reach(&self, names: &str) -> io::Result<Option<Place>> {
        let is_admitted = names.is_empty() || names.split('/').all(|name| self.names.admit(name));
        let Some(root) = Directory::open(&self.root)?.filter(|_| is_admitted) else {
            return Ok(None);
        };
        let entered = match root.dive(names)? {
            Some(file) => Some(file),
            None => descend(root, names)?,
        };
        match entered {
            Some(Entered::Link) => self.follow(names),
            entered => Ok(entered.and_then(|entered| place(entered, names))),
        }
    }

    /// Lo mismo por el camino largo, cuando hay enlaces: adónde llevan de verdad. No pueden salir de
    /// la carpeta, ni llegar a un nombre que no se serviría.
    fn follow(&self, names: &str) -> io::Result<Option<Place>> {
        let Some((root, names)) = self.resolve(names) else { return Ok(None) };
        let Some(root) = Directory::open(&root)? else { return Ok(None) };
        // Otro enlace en este camino sería uno que alguien acaba de poner: no se sigue.
        Ok(descend(root, &names)?.and_then(|entered| place(entered, &names)))
    }

    /// La carpeta y los nombres a los que llevan los enlaces.
    fn resolve(&self, names: &str) -> Option<(PathBuf, String)> {
        let root = self.root.canonicalize().ok()?;
        let target = root.join(names).canonicalize().ok()?;
        let names = target
            .strip_prefix(&root)
            .ok()?
            .iter()
            .map(|name| name.to_str().filter(|name| self.names.admit(name)));
        let names = names.collect::<Option<Vec<&str>>>()?.join("/");
        Some((root, names))
    }

    fn open_folder(
        &self,
        folder: &Directory,
        names: &str,
        ends_in_slash: bool,
    ) -> io::Result<Option<Found>> {
        let index = match folder.enter(INDEX)? {
            Some(Entered::Link) => self.follow(&join(names, INDEX))?,
            entered => entered.and_then(|entered| place(entered, INDEX)),
        };
        Ok(match (index, self.listing) {
            (Some(Place::File(_)), _) if !ends_in_slash => Some(Found::MissingSlash),
            (Some(Place::File(index)), _) => Some(Found::File(index)),
            (_, Listing::Forbidden) => None,
            (_, Listing::Allowed) if !ends_in_slash => Some(Found::MissingSlash),
            (_, Listing::Allowed) => self.entries(folder, names)?.map(Found::Folder),
        })
    }

    /// Lo que hay en `folder` y se serviría si se pidiera.
    fn entries(&self, folder: &Directory, names: &str) -> io::Result<Option<Vec<Entry>>> {
        let Some(found) = folder.names()? else { return Ok(None) };
        let mut entries = Vec::new();
        for name in found.into_iter().filter(|name| self.names.admit(name)) {
            let kind = match folder.look(&name)? {
                Some(Seen::Kind(kind)) => Some(kind),
                Some(Seen::Link) => self.follow(&join(names, &name))?.map(|place| place.kind()),
                None => None,
            };
            entries.extend(kind.map(|kind| Entry { kind, name }));
        }
        entries.sort();
        Ok(Some(entries))
    }
}

impl Place {
    fn kind(&self) -> Kind {
        match self {
            Self::Folder(_) => Kind::Folder,
            Self::File(_) => Kind::File,
        }
    }
}

/// Los nombres que hay en una ruta, y si termina en barra.
fn names_in(path: &[u8]) -> Option<(&str, bool)> {
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
    Some((names, path.ends_with('/')))
}

/// Baja por `names` desde `root`, hasta el final o hasta un enlace.
fn descend(root: Directory, names: &str) -> io::Result<Option<Entered>> {
    let mut here = Entered::Folder(root);
    for name in names.split('/').filter(|_| !names.is_empty()) {
        let next = match here {
            Entered::Folder(folder) => folder.enter(name)?,
            Entered::Link => return Ok(Some(Entered::Link)),
            Entered::File(..) => None,
        };
        let Some(next) = next else { return Ok(None) };
        here = next;
    }
    Ok(Some(here))
}

/// El sitio en que se entró por `names`; un enlace no lo es.
fn place(entered: Entered, names: &str) -> Option<Place> {
    match entered {
        Entered::Folder(folder) => Some(Place::Folder(folder)),
        Entered::File(file, metadata) => {
            let name = names.rsplit('/').next().unwrap_or_default().to_owned();
            Some(Place::File(OpenFile { file, metadata, name }))
        }
        Entered::Link => None,
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
