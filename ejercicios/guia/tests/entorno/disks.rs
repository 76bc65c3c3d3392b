//! Discos llenos o de solo lectura, que solo puede montar quien manda en la computadora.

use std::fs;
use std::path::Path;
use std::process::Command;

use pretty_assertions::assert_eq;

use super::comun::{FIRST, SmallProject, answered};

#[test]
#[ignore = "necesita montar un disco, como root"]
fn un_disco_lleno_no_parece_un_error_de_quien_estudia() {
    for size in ["8k", "300k"] {
        let project = SmallProject::new();
        let target = project.path("target");
        fs::create_dir(&target).expect("se puede crear");
        let Some(_mounted) =
            Mounted::new(&["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"], &target)
        else {
            return;
        };
        let ran = project.run(&[]);
        assert_eq!(ran.code, Some(1), "{size}: {ran:?}");
        let said = (ran.out + &ran.err).replace('\n', " ");
        assert!(said.contains("el disco está lleno, o se acabó tu cuota"), "{size}: {said}");
    }
}

#[test]
#[ignore = "necesita montar un disco, como root"]
fn en_una_carpeta_de_solo_lectura_se_dice_que_falta_permiso() {
    let project = SmallProject::new();
    project.answer_first("7");
    let folder = project.folder.path().to_owned();
    let place = folder.to_str().expect("es texto");
    let before = project.snapshot();
    let Some(mounted) = Mounted::new(&["--bind", place], &folder) else { return };
    let Some(_read_only) = Mounted::new(&["-o", "remount,bind,ro"], &folder) else { return };
    for arguments in [vec![], vec!["prueba", "cap01"], vec!["reinicia", "cap01"]] {
        let ran = project.run(&arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(
            ran.err.contains("no hay permiso: pon el proyecto en una carpeta tuya"),
            "{}",
            ran.err
        );
    }
    assert!(project.snapshot() == before);
    assert_eq!(project.read(FIRST), answered(FIRST, "7"));
    drop(mounted);
}

/// Lo que se monta sobre una carpeta, que se desmonta al terminar.
struct Mounted<'a>(&'a Path);

impl<'a> Mounted<'a> {
    /// `None` si no se permite: hace falta ser root, y en un contenedor no siempre basta.
    fn new(arguments: &[&str], folder: &'a Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        let done = mount.args(arguments).arg(folder).status().expect("hay mount").success();
        done.then_some(Self(folder))
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["-l", "-q"]).arg(self.0).status();
    }
}
