//! La carpeta de una copia: cuál se acepta, y cómo se escribe en ella sin tocar lo que ya hay.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::error::GuideError;
use crate::exercises::Project;
use crate::path_error::PathError;

/// Una carpeta en la que se puede copiar.
pub(super) struct Target {
    folder: PathBuf,
}

/// Lo que va de un archivo.
pub(super) enum Content {
    /// Los mismos bytes.
    Same,
    /// Este texto.
    Text(String),
}

impl Target {
    /// Acepta una carpeta que no existe, o que está vacía, y de la que se sabe que queda fuera del proyecto.
    /// Un repositorio recién creado, en el que solo hay `.git`, también está vacío.
    pub(super) fn at(folder: &Path, project: &Project) -> Result<Self, GuideError> {
        if folder.to_string_lossy().trim().is_empty() {
            return Err(PathError::Empty.into());
        }
        let whole = resolved(folder)?;
        let root = project.root().canonicalize().map_err(GuideError::io("leer", project.root()))?;
        if whole.starts_with(root) {
            return Err(PathError::InsideProject(folder.to_owned()).into());
        }
        let has_something = match fs::read_dir(&whole) {
            Ok(entries) => entries.flatten().any(|entry| entry.file_name() != ".git"),
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(_) if whole.is_file() => true,
            Err(error) => return Err(GuideError::io("leer", folder)(error)),
        };
        if has_something {
            return Err(PathError::NotEmpty(folder.to_owned()).into());
        }
        Ok(Self { folder: whole })
    }

    /// Escribe esos archivos; los que van igual salen de `root`. Si uno no se puede, borra los que escribió.
    pub(super) fn write(
        &self,
        root: &Path,
        contents: &[(String, Content)],
    ) -> Result<(), GuideError> {
        let mut made = Made { paths: Vec::new() };
        made.folder_at(&self.folder)?;
        for (name, content) in contents {
            let path = self.folder.join(name);
            made.folder_at(path.parent().unwrap_or(&self.folder))?;
            write_new(&path, root, name, content, &mut made)?;
        }
        made.paths.clear();
        Ok(())
    }
}

/// Lo que se va creando. Si no llega al final, se deshace.
struct Made {
    paths: Vec<PathBuf>,
}

impl Made {
    fn folder_at(&mut self, folder: &Path) -> Result<(), GuideError> {
        let missing: Vec<&Path> =
            folder.ancestors().take_while(|ancestor| !ancestor.exists()).collect();
        for path in missing.into_iter().rev() {
            fs::create_dir(path).map_err(GuideError::io("crear", path))?;
            self.paths.push(path.to_owned());
        }
        Ok(())
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for path in self.paths.iter().rev() {
            // Una carpeta en la que alguien puso otra cosa no se borra, y está bien.
            let _ = fs::remove_file(path).or_else(|_| fs::remove_dir(path));
        }
    }
}

/// Un archivo nuevo: si ahí ya hubiera algo, no se escribe encima.
fn write_new(
    path: &Path,
    root: &Path,
    name: &str,
    content: &Content,
    made: &mut Made,
) -> Result<(), GuideError> {
    let failed = || GuideError::io("escribir", path);
    let mut file = fs::File::options().write(true).create_new(true).open(path).map_err(failed())?;
    made.paths.push(path.to_owned());
    match content {
        Content::Text(text) => {
            io::Write::write_all(&mut file, text.as_bytes()).map_err(failed())?;
        }
        Content::Same => {
            let from = root.join(name);
            let mut source = fs::File::open(&from).map_err(GuideError::io("leer", &from))?;
            io::copy(&mut source, &mut file).map_err(failed())?;
            keep_executable(&source, &file).map_err(failed())?;
        }
    }
    Ok(())
}

/// De los permisos, solo si se ejecuta: lo copiado se puede escribir aunque el original no.
#[cfg(unix)]
fn keep_executable(source: &fs::File, copy: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let execute = source.metadata()?.permissions().mode() & 0o111;
    let own = copy.metadata()?.permissions().mode();
    copy.set_permissions(fs::Permissions::from_mode(own | execute))
}

#[cfg(not(unix))]
fn keep_executable(_: &fs::File, _: &fs::File) -> io::Result<()> {
    Ok(())
}

/// La ruta entera y sin enlaces, aunque todavía no exista. De lo que no existe se sabe dónde está si no
/// vuelve hacia atrás.
fn resolved(folder: &Path) -> Result<PathBuf, GuideError> {
    let unresolvable = || PathError::Unresolvable(folder.to_owned());
    let whole = std::path::absolute(folder).map_err(|_| unresolvable())?;
    for ancestor in whole.ancestors() {
        match ancestor.canonicalize() {
            Ok(real) => {
                let rest = whole.strip_prefix(ancestor).map_err(|_| unresolvable())?;
                let goes_down = rest.components().all(|part| matches!(part, Component::Normal(_)));
                return match (goes_down, rest.as_os_str().is_empty()) {
                    (true, true) => Ok(real),
                    (true, false) => Ok(real.join(rest)),
                    (false, _) => Err(unresolvable().into()),
                };
            }
            // Un enlace roto existe y no lleva a ninguna parte.
            Err(_) if fs::symlink_metadata(ancestor).is_ok() => return Err(unresolvable().into()),
            Err(_) => {}
        }
    }
    Err(unresolvable().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn project() -> (tempfile::TempDir, Project) {
        let place = tempfile::tempdir().expect("hay carpeta temporal");
        fs::create_dir(place.path().join("proyecto")).expect("se puede crear");
        fs::write(place.path().join("proyecto/Cargo.toml"), "mío").expect("se escribe");
        let project = Project::new(&place.path().join("proyecto"));
        (place, project)
    }

    #[track_caller]
    fn refused(folder: &Path, project: &Project) -> String {
        match Target::at(folder, project) {
            Ok(target) => panic!("aceptó {}", target.folder.display()),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn una_ruta_vacia_no_es_ninguna_carpeta() {
        let (_place, project) = project();
        for empty in ["", " "] {
            assert!(refused(Path::new(empty), &project).starts_with("la ruta está vacía"));
        }
    }

    #[test]
    fn no_se_copia_dentro_del_proyecto_por_ningun_camino() {
        let (place, project) = project();
        let root = project.root();
        for inside in [root.join("curso"), root.join("a/b"), root.join("../proyecto/c")] {
            assert!(refused(&inside, &project).contains("dentro del proyecto"));
        }
        assert!(refused(root, &project).contains("dentro del proyecto"));
        assert!(refused(place.path(), &project).contains("no está vacía"));
        let around = place.path().join("no_existe/../proyecto/curso");
        // Windows deshace el `..` sin mirar si lo de delante existe.
        let why = if cfg!(windows) { "dentro del proyecto" } else { "no se sabe adónde lleva" };
        assert!(refused(&around, &project).contains(why));
    }

    #[cfg(unix)]
    #[test]
    fn un_enlace_se_sigue_y_uno_roto_se_dice() {
        let (place, project) = project();
        let link = |name: &str, to: &Path| {
            let link = place.path().join(name);
            std::os::unix::fs::symlink(to, &link).expect("se puede enlazar");
            link
        };
        let to_project = link("atajo", project.root());
        assert!(refused(&to_project.join("curso"), &project).contains("dentro del proyecto"));
        let broken = link("roto", &place.path().join("nada"));
        assert!(refused(&broken, &project).starts_with("no se sabe adónde lleva"));
    }

    #[test]
    fn si_no_se_puede_terminar_no_queda_nada() {
        let (place, project) = project();
        let folder = place.path().join("a/curso");
        let target = Target::at(&folder, &project).expect("se acepta");
        let text = |name: &str| (name.to_owned(), Content::Text("algo".into()));
        let missing = ("b/no_esta".to_owned(), Content::Same);
        let written = target.write(project.root(), &[text("b/uno"), text("dos"), missing]);
        assert!(written.expect_err("falta uno").to_string().starts_with("no se pudo leer"));
        assert!(!place.path().join("a").exists());

        let twice = target.write(project.root(), &[text("uno"), text("uno")]);
        assert!(twice.expect_err("ya está").to_string().starts_with("no se pudo escribir"));
        assert_eq!(fs::read_dir(place.path()).expect("se lee").count(), 1);
    }
}
