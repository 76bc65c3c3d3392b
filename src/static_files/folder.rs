//! De la ruta de una petición a lo que hay en la carpeta, sin salir de ella.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::directory::{Directory, Entered, Kind, Links, Seen, real};
use super::name::Names;
use super::types::{Media, Types};

/// El archivo que responde por su carpeta.
const INDEX: &str = "index.html";

/// La carpeta que se sirve, y qué se muestra de ella.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    pub(super) root: PathBuf,
    pub(super) names: Names,
    pub(super) listing: Listing,
    pub(super) types: Types,
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
    /// Los nombres con que se pidió, desde la carpeta.
    pub(super) names: String,
    /// Lo que dice el último o, si no dice nada, el de aquello a lo que lleva.
    pub(super) media: Media,
}

/// Adónde se llegó.
enum Place {
    Folder(Directory),
    File(OpenFile),
}

impl Folder {
    /// Qué hay en `path`, la ruta ya decodificada. «No está» y «no se muestra» son lo mismo para quien
    /// pregunta.
    ///
    /// # Errors
    ///
    /// Si el sistema no puede abrirlo, por ejemplo porque hay demasiados archivos abiertos.
    pub(super) fn find(&self, path: &[u8]) -> io::Result<Found> {
        let asked = names_in(path).filter(|(names, _)| self.names.admit_path(names));
        let Some((names, ends_in_slash)) = asked else { return Ok(Found::Nothing) };
        let Some(root) = Directory::open(&self.root)? else { return Ok(Found::Nothing) };
        let file = if ends_in_slash { join(names, INDEX) } else { names.to_owned() };
        if let Some(file) = self.dive(&root, file)? {
            return Ok(Found::File(file));
        }
        Ok(match (self.reach(root, names)?, ends_in_slash) {
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
        let names = path.components().filter(|part| *part != Component::CurDir);
        let names: Option<Vec<&str>> = names.map(|part| part.as_os_str().to_str()).collect();
        match names.map(|names| names.join("/")).filter(|names| Names::All.admit_path(names)) {
            Some(names) => self.file(names),
            None => Ok(None),
        }
    }

    /// El que está al lado de otro y se llama igual, con algo más al final.
    ///
    /// # Errors
    ///
    /// Los de [`find`](Self::find).
    pub(super) fn beside(&self, open: &OpenFile, suffix: &str) -> io::Result<Option<OpenFile>> {
        self.file(format!("{}{suffix}", open.names))
    }

    /// El archivo que hay en `names`, que ya se admitieron.
    fn file(&self, names: String) -> io::Result<Option<OpenFile>> {
        let Some(root) = Directory::open(&self.root)? else { return Ok(None) };
        if let Some(file) = self.dive(&root, names.clone())? {
            return Ok(Some(file));
        }
        Ok(match self.reach(root, &names)? {
            Some(Place::File(file)) => Some(file),
            Some(Place::Folder(_)) | None => None,
        })
    }

    /// El archivo de `names`, si el sistema llega a él de una vez. Adónde lleva un enlace solo importa si
    /// el nombre pedido no dice de qué tipo es.
    fn dive(&self, root: &Directory, names: String) -> io::Result<Option<OpenFile>> {
        let media = self.types.of(&names);
        let links = if media.is_some() { Links::Follow } else { Links::Refuse };
        let media = || media.unwrap_or_else(|| self.types.unknown());
        let open = root.dive(&names, links)?;
        Ok(open.map(|(file, metadata)| OpenFile { file, metadata, names, media: media() }))
    }

    /// El sitio al que se llega por `names`, paso a paso.
    fn reach(&self, root: Directory, names: &str) -> io::Result<Option<Place>> {
        match descend(root, Path::new(names))? {
            Some(Entered::Link) => self.follow(names),
            entered => Ok(entered.and_then(|entered| self.place(entered, names, names))),
        }
    }

    /// Lo mismo por el camino largo, cuando hay enlaces: adónde llevan de verdad. Pueden llegar a un
    /// nombre que no se serviría si se pidiera, pero no salir de la carpeta.
    fn follow(&self, names: &str) -> io::Result<Option<Place>> {
        let Some(root) = real(&self.root)? else { return Ok(None) };
        let Some(target) = real(&root.join(names))? else { return Ok(None) };
        let Ok(inside) = target.strip_prefix(&root) else { return Ok(None) };
        let Some(root) = Directory::open(&root)? else { return Ok(None) };
        // Otro enlace en este camino sería uno que alguien acaba de poner: no se sigue.
        let entered = descend(root, inside)?;
        let inside = inside.to_str().unwrap_or_default();
        Ok(entered.and_then(|entered| self.place(entered, names, inside)))
    }

    /// El sitio en que se entró: se pidió por `names` y está en `target`. Un enlace no lo es.
    fn place(&self, entered: Entered, names: &str, target: &str) -> Option<Place> {
        match entered {
            Entered::Folder(folder) => Some(Place::Folder(folder)),
            Entered::File(file, metadata) => {
                let media = self.types.of(names).or_else(|| self.types.of(target));
                let media = media.unwrap_or_else(|| self.types.unknown());
                Some(Place::File(OpenFile { file, metadata, names: names.to_owned(), media }))
            }
            Entered::Link => None,
        }
    }

    fn open_folder(
        &self,
        folder: &Directory,
        names: &str,
        ends_in_slash: bool,
    ) -> io::Result<Option<Found>> {
        let names_of_index = join(names, INDEX);
        let index = match folder.enter(INDEX.as_ref())? {
            Some(Entered::Link) => self.follow(&names_of_index)?,
            entered => entered.and_then(|entered| self.place(entered, &names_of_index, INDEX)),
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
            let kind = match folder.look(name.as_ref())? {
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

impl OpenFile {
    /// Si se modificó antes que `other`. Se miran los segundos enteros: hay copias que no guardan más.
    pub(super) fn is_older_than(&self, other: &Self) -> bool {
        let second = |file: &Self| {
            let modified = file.metadata.modified().ok()?;
            Some(modified.duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs()))
        };
        second(self) < second(other)
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
fn descend(root: Directory, names: &Path) -> io::Result<Option<Entered>> {
    let mut here = Entered::Folder(root);
    for name in names {
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

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
