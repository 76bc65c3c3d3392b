//! Una carpeta abierta: se entra por su nombre en lo que tiene, sin seguir enlaces y sin esperar a nadie.
//!
//! En Unix se entra desde el descriptor de la carpeta, y al descriptor de lo abierto se le pregunta
//! qué es: entre mirar y abrir, quien escriba en la carpeta puede cambiar una cosa por otra. En los
//! demás sistemas se entra por la ruta.

use std::ffi::OsStr;
use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

/// Las dos cosas que se sirven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Folder,
    File,
}

/// Lo que hay con un nombre.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    Kind(Kind),
    /// Un enlace simbólico, que no se sigue.
    Link,
}

/// En qué se entró.
#[derive(Debug)]
pub(super) enum Entered {
    Folder(Directory),
    /// Un archivo corriente, y cómo está.
    File(File, Box<Metadata>),
    /// Un enlace simbólico, que no se siguió.
    Link,
}

/// Qué se hace con los enlaces al bajar de una vez.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Links {
    /// Seguirlos, mientras no salgan de la carpeta.
    Follow,
    /// No seguir ninguno: quien pregunta quiere saber adónde llevan.
    Refuse,
}

/// Una carpeta abierta.
#[derive(Debug)]
pub(super) struct Directory(by_system::Handle);

impl Directory {
    /// Abre la carpeta de `path`, también si se llega por enlaces; `None` si no la hay o no se deja.
    ///
    /// # Errors
    ///
    /// Como los demás: si el sistema no puede, por ejemplo porque hay demasiados archivos abiertos.
    pub(super) fn open(path: &Path) -> io::Result<Option<Self>> {
        Ok(present(by_system::open(path))?.map(Self))
    }

    /// Qué hay con ese nombre, si es algo que se sirve.
    pub(super) fn look(&self, name: &OsStr) -> io::Result<Option<Seen>> {
        Ok(present(by_system::look(&self.0, name))?.flatten())
    }

    /// Entra en lo que hay con ese nombre, si es algo que se sirve y se deja leer.
    pub(super) fn enter(&self, name: &OsStr) -> io::Result<Option<Entered>> {
        Ok(match self.look(name)? {
            None => None,
            Some(Seen::Link) => Some(Entered::Link),
            Some(Seen::Kind(Kind::Folder)) => {
                present(by_system::enter_folder(&self.0, name))?.map(Self).map(Entered::Folder)
            }
            Some(Seen::Kind(Kind::File)) => {
                let Some(file) = present(by_system::open_file(&self.0, name))? else {
                    return Ok(None);
                };
                let metadata = file.metadata()?;
                // Desde que se miró pudo volverse otra cosa.
                metadata.is_file().then(|| Entered::File(file, Box::new(metadata)))
            }
        })
    }

    /// El archivo corriente al que se llega por `names` sin salir de la carpeta, de una vez: lo usual.
    /// `None` si hay que ir paso a paso, porque es otra cosa o porque el sistema no sabe.
    pub(super) fn dive(
        &self,
        names: &str,
        links: Links,
    ) -> io::Result<Option<(File, Box<Metadata>)>> {
        let Some(file) = by_system::dive(&self.0, names, links) else { return Ok(None) };
        let metadata = file.metadata()?;
        Ok(metadata.is_file().then(|| (file, Box::new(metadata))))
    }

    /// Los nombres de lo que tiene, los que son texto, si se deja leer.
    pub(super) fn names(&self) -> io::Result<Option<Vec<String>>> {
        present(by_system::names(&self.0))
    }
}

/// La ruta de verdad, sin enlaces; `None` si no lleva a ninguna parte o no se deja.
///
/// # Errors
///
/// Como los de [`Directory::open`].
pub(super) fn real(path: &Path) -> io::Result<Option<PathBuf>> {
    present(path.canonicalize())
}

/// El resultado, o `None` si lo que pasa es que no está o no se deja. Lo demás es un error: quien pide
/// lo que está y recibe que no está, lo da por borrado.
fn present<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if by_system::is_absence(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
mod by_system {
    use std::ffi::OsStr;
    use std::fs::File;
    use std::io;
    use std::os::fd::OwnedFd;
    use std::path::Path;

    use nix::dir::Dir;
    use nix::errno::Errno;
    use nix::fcntl::{self, AtFlags, OFlag};
    use nix::sys::stat::{Mode, SFlag, fstatat};

    use super::{Kind, Links, Seen};

    pub(super) type Handle = OwnedFd;

    /// Para pasar por una carpeta no hace falta poder leerla.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const PASSAGE: OFlag = OFlag::O_PATH;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const PASSAGE: OFlag = OFlag::O_RDONLY;

    const FOLDER: OFlag = PASSAGE.union(OFlag::O_DIRECTORY).union(OFlag::O_CLOEXEC);

    /// Abrir una tubería para leer esperaría a quien escriba en ella, y una terminal se quedaría con el
    /// proceso. En un archivo corriente no cambia nada.
    const FILE: OFlag =
        OFlag::O_RDONLY.union(OFlag::O_NONBLOCK).union(OFlag::O_NOCTTY).union(OFlag::O_CLOEXEC);

    pub(super) fn open(path: &Path) -> io::Result<Handle> {
        Ok(fcntl::open(path, FOLDER, Mode::empty())?)
    }

    pub(super) fn look(folder: &Handle, name: &OsStr) -> io::Result<Option<Seen>> {
        let stat = fstatat(folder, name, AtFlags::AT_SYMLINK_NOFOLLOW)?;
        Ok(match SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT {
            SFlag::S_IFLNK => Some(Seen::Link),
            SFlag::S_IFDIR => Some(Seen::Kind(Kind::Folder)),
            SFlag::S_IFREG => Some(Seen::Kind(Kind::File)),
            _ => None,
        })
    }

    pub(super) fn enter_folder(folder: &Handle, name: &OsStr) -> io::Result<Handle> {
        Ok(fcntl::openat(folder, name, FOLDER | OFlag::O_NOFOLLOW, Mode::empty())?)
    }

    pub(super) fn open_file(folder: &Handle, name: &OsStr) -> io::Result<File> {
        Ok(fcntl::openat(folder, name, FILE | OFlag::O_NOFOLLOW, Mode::empty())?.into())
    }

    /// El sistema baja por todos los nombres, y se niega a salir de la carpeta: ni por un enlace, ni
    /// porque alguien la cambie mientras tanto.
    #[cfg(target_os = "linux")]
    pub(super) fn dive(folder: &Handle, names: &str, links: Links) -> Option<File> {
        use nix::fcntl::{OpenHow, ResolveFlag, openat2};
        let resolve = ResolveFlag::RESOLVE_BENEATH
            | match links {
                Links::Follow => ResolveFlag::RESOLVE_NO_MAGICLINKS,
                Links::Refuse => ResolveFlag::RESOLVE_NO_SYMLINKS,
            };
        openat2(folder, names, OpenHow::new().flags(FILE).resolve(resolve)).ok().map(File::from)
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn dive(_folder: &Handle, _names: &str, _links: Links) -> Option<File> {
        None
    }

    pub(super) fn names(folder: &Handle) -> io::Result<Vec<String>> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let mut names = Vec::new();
        for entry in Dir::openat(folder, ".", flags, Mode::empty())? {
            names.extend(entry?.file_name().to_str().ok().map(str::to_owned));
        }
        Ok(names)
    }

    /// Lo que dice el sistema cuando con ese nombre no hay nada que servir: tampoco un enlace donde
    /// había otra cosa, ni un socket, ni un dispositivo que no está.
    pub(super) fn is_absence(error: &io::Error) -> bool {
        matches!(
            error.raw_os_error().map(Errno::from_raw),
            Some(
                Errno::ENOENT
                    | Errno::EACCES
                    | Errno::EPERM
                    | Errno::ENOTDIR
                    | Errno::ELOOP
                    | Errno::EMLINK
                    | Errno::ENAMETOOLONG
                    | Errno::ENXIO
                    | Errno::ENODEV
                    | Errno::EOPNOTSUPP
            )
        )
    }
}

#[cfg(not(unix))]
mod by_system {
    use std::ffi::OsStr;
    use std::fs::File;
    use std::io;
    use std::path::{Path, PathBuf};

    use super::{Kind, Links, Seen};

    pub(super) type Handle = PathBuf;

    pub(super) fn open(path: &Path) -> io::Result<Handle> {
        Ok(path.to_owned())
    }

    pub(super) fn look(folder: &Handle, name: &OsStr) -> io::Result<Option<Seen>> {
        let metadata = folder.join(name).symlink_metadata()?;
        Ok(if metadata.is_symlink() {
            Some(Seen::Link)
        } else if metadata.is_dir() {
            Some(Seen::Kind(Kind::Folder))
        } else {
            metadata.is_file().then_some(Seen::Kind(Kind::File))
        })
    }

    pub(super) fn enter_folder(folder: &Handle, name: &OsStr) -> io::Result<Handle> {
        Ok(folder.join(name))
    }

    pub(super) fn open_file(folder: &Handle, name: &OsStr) -> io::Result<File> {
        File::open(folder.join(name))
    }

    pub(super) fn dive(_folder: &Handle, _names: &str, _links: Links) -> Option<File> {
        None
    }

    pub(super) fn names(folder: &Handle) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in folder.read_dir()? {
            names.extend(entry?.file_name().into_string());
        }
        Ok(names)
    }

    pub(super) fn is_absence(error: &io::Error) -> bool {
        use io::ErrorKind::{InvalidFilename, NotADirectory, NotFound, PermissionDenied};
        /// En Windows: el enlace no lleva a ninguna parte, o da vueltas.
        const LOST: [i32; 2] = [1920, 1921];
        matches!(error.kind(), InvalidFilename | NotADirectory | NotFound | PermissionDenied)
            || cfg!(windows) && error.raw_os_error().is_some_and(|code| LOST.contains(&code))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use nix::errno::Errno;
    use pretty_assertions::assert_eq;

    #[test]
    fn que_falte_con_que_abrir_o_falle_el_disco_no_es_que_no_este() {
        let seen = |errno: Errno| present::<()>(Err(errno.into())).map_err(|e| e.raw_os_error());
        for errno in [Errno::EMFILE, Errno::ENFILE, Errno::ENOMEM, Errno::EIO, Errno::ESTALE] {
            assert_eq!(seen(errno), Err(Some(errno as i32)), "{errno}");
        }
        for errno in [Errno::ENOENT, Errno::EACCES, Errno::ENOTDIR, Errno::ELOOP] {
            assert_eq!(seen(errno), Ok(None), "{errno}");
        }
    }
}
