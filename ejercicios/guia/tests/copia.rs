//! La copia para una clase, hecha como la hace quien enseña: qué lleva, y qué no toca.

#[allow(dead_code, reason = "cada programa de pruebas usa una parte")]
mod comun;

use std::fs;
use std::path::Path;
use std::process::Command;

use comun::{FIRST, Ran, SmallProject, files_in};
use pretty_assertions::assert_eq;

fn copy(project: &SmallProject, folder: &Path) -> Ran {
    project.run(&["copia", folder.to_str().expect("es texto")])
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).expect("se lee").next().is_none()
}

#[test]
fn la_copia_no_lleva_soluciones() {
    let project = SmallProject::new();
    project.write("ejercicios/target/algo.rs", "generado");
    project.write("ejercicios/guardados/cap01_uno.2026-11-28.1.rs", "de quien enseña");
    let place = tempfile::tempdir().expect("hay carpeta temporal");
    let folder = place.path().join("la clase");
    let ran = copy(&project, &folder);
    assert_eq!(
        ran.err,
        "aviso: sin git no se sabe qué archivos son del proyecto: van todos los de la\ncarpeta\n"
    );
    assert!(ran.out.replace('\n', " ").contains("2 ejercicios, ninguna solución."), "{}", ran.out);
    if cfg!(unix) {
        assert!(ran.out.contains(&format!("\n    cd '{}'\n", folder.display())), "{}", ran.out);
    }

    let read = |name: &str| fs::read_to_string(folder.join(name)).expect(name);
    for gone in ["ejercicios/src/soluciones", "ejercicios/target", "ejercicios/guardados"] {
        assert!(!folder.join(gone).exists(), "{gone}");
    }
    assert!(!read("ejercicios/Cargo.toml").contains("soluciones"));
    assert_eq!(
        read("ejercicios/src/lib.rs"),
        "#[path = \"pendientes/cap01_uno.rs\"]\npub mod cap01_uno;\n\n\
         #[path = \"pendientes/cap02_dos.rs\"]\npub mod cap02_dos;\n"
    );
    assert_eq!(
        read(".github/workflows/classroom.yml"),
        "steps:\n  - name: '1: di uno'\n    id: cap01\n  - name: '2: di dos'\n    id: cap02\nfin: 1\n"
    );
}

#[test]
fn los_ejercicios_van_como_se_entregan_aunque_esten_resueltos() {
    let project = SmallProject::new();
    let original = project.read(FIRST);
    project.answer_first("1");
    let place = tempfile::tempdir().expect("hay carpeta temporal");
    assert_eq!(copy(&project, place.path()).code, Some(0));
    assert_eq!(fs::read_to_string(place.path().join(FIRST)).expect("está"), original);
    assert!(place.path().join("ejercicios/originales/cap01_uno.rs").is_file());
}

#[test]
fn una_solucion_a_la_vista_detiene_la_copia() {
    let project = SmallProject::new();
    project
        .write("book/capitulos/cap01_uno.md", "Así:\n\n{{#include ../soluciones/cap01_uno.rs}}\n");
    let place = tempfile::tempdir().expect("hay carpeta temporal");
    let ran = copy(&project, place.path());
    assert!(
        ran.err.starts_with("error: la línea 3 de book/capitulos/cap01_uno.md lleva todavía"),
        "{}",
        ran.err
    );
    assert!(is_empty(place.path()), "no se copia nada");
}

/// Lo que le pasa a quien escribe `copia "$CURSO"` sin la variable, o se equivoca de carpeta.
#[test]
fn una_carpeta_que_no_sirve_se_rechaza_y_no_se_toca_nada() {
    let project = SmallProject::new();
    project.write("otra/mía.txt", "mía");
    let before = project.snapshot();
    let whole = project.folder.path().to_str().expect("es texto").to_owned();
    for (folder, reason) in [
        ("", "la ruta está vacía"),
        (" ", "la ruta está vacía"),
        (".", "está dentro del proyecto"),
        ("..", "ya existe y no está vacía"),
        ("otra", "está dentro del proyecto"),
        ("Cargo.toml", "está dentro del proyecto"),
        ("clase", "está dentro del proyecto"),
        ("ejercicios/src/clase", "está dentro del proyecto"),
        ("nada/../clase", "no se sabe adónde lleva"),
        (&whole, "está dentro del proyecto"),
        ("--ayuda", "sobra «--ayuda»"),
    ] {
        for from in ["", "ejercicios/src"] {
            if folder.starts_with("..") && !from.is_empty() {
                continue;
            }
            let mut command = project.command(&["copia", folder]);
            let ran =
                Ran::from(command.current_dir(project.path(from)).output().expect("se ejecuta"));
            assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "«{folder}»");
            assert!(ran.err.contains(reason), "«{folder}» desde «{from}»: {}", ran.err);
            assert!(project.snapshot() == before, "«{folder}» desde «{from}» cambió algo");
        }
    }
}

#[cfg(unix)]
#[test]
fn por_un_enlace_tampoco_se_copia_dentro_del_proyecto() {
    let project = SmallProject::new();
    let place = tempfile::tempdir().expect("hay carpeta temporal");
    let link = place.path().join("atajo");
    std::os::unix::fs::symlink(project.folder.path(), &link).expect("se puede enlazar");
    let before = project.snapshot();
    for folder in [link.clone(), link.join("clase")] {
        let ran = copy(&project, &folder);
        assert_eq!(ran.code, Some(1), "{}", ran.out);
        assert!(project.snapshot() == before, "{}", folder.display());
    }
}

#[cfg(unix)]
#[test]
fn de_un_proyecto_de_solo_lectura_sale_una_copia_en_la_que_se_puede_escribir() {
    use std::os::unix::fs::PermissionsExt;
    let project = SmallProject::new();
    for (path, _) in project.snapshot() {
        fs::set_permissions(path, fs::Permissions::from_mode(0o444)).expect("se puede");
    }
    let place = tempfile::tempdir().expect("hay carpeta temporal");
    assert_eq!(copy(&project, place.path()).code, Some(0));
    for (path, _) in files_in(place.path(), Path::new("")) {
        let mode = fs::metadata(&path).expect("está").permissions().mode();
        assert!(mode & 0o200 != 0, "{}: {mode:o}", path.display());
    }
}

/// Un disco de un mega, en el que la copia no cabe.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "necesita montar un disco, como root"]
fn si_el_disco_se_llena_no_queda_nada_a_medias() {
    let project = SmallProject::new();
    project.write("book/grande.txt", vec![b'x'; 2 << 20]);
    let disk = tempfile::tempdir().expect("hay carpeta temporal");
    let Some(mounted) = Mounted::at(disk.path(), "1m") else { return };
    let ran = copy(&project, &disk.path().join("clase"));
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""));
    assert!(
        ran.err.contains("no se pudo escribir") && ran.err.contains("os error 28"),
        "{}",
        ran.err
    );
    assert!(is_empty(disk.path()), "no queda nada");
    drop(mounted);
}

/// Un disco en memoria que se desmonta al terminar.
#[cfg(target_os = "linux")]
struct Mounted<'a>(&'a Path);

#[cfg(target_os = "linux")]
impl<'a> Mounted<'a> {
    /// `None` si no se permite: hace falta ser root, y en un contenedor no siempre basta.
    fn at(folder: &'a Path, size: &str) -> Option<Self> {
        let option = format!("size={size}");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &option, "tmpfs"]).arg(folder);
        let done = mount.status().expect("hay mount").success();
        done.then_some(Self(folder))
    }
}

#[cfg(target_os = "linux")]
impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[test]
#[ignore = "necesita git"]
fn con_git_van_los_archivos_que_conoce() {
    let project = SmallProject::new();
    git(&project, &["init", "--quiet"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "--message", "todo"]);
    project.write("apuntes.txt", "sin guardar en git");
    let place = tempfile::tempdir().expect("hay carpeta temporal");
    let ran = copy(&project, place.path());
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert!(!place.path().join("apuntes.txt").exists());
}

fn git(project: &SmallProject, arguments: &[&str]) {
    let identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
    let mut command = Command::new("git");
    let output = command.args(identity).args(arguments).current_dir(project.folder.path()).output();
    let output = output.expect("git se ejecuta");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Al clonar en Windows, git termina las líneas de otra manera.
#[test]
fn de_un_proyecto_con_los_finales_de_linea_de_windows_sale_la_misma_copia() {
    let project = SmallProject::new();
    let windows = SmallProject::new();
    for (path, content) in windows.snapshot() {
        let text = String::from_utf8(content).expect("es texto").replace('\n', "\r\n");
        fs::write(path, text).expect("se puede escribir");
    }
    let copied = [&project, &windows].map(|project| {
        let place = tempfile::tempdir().expect("hay carpeta temporal");
        let ran = copy(project, place.path());
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        let files = files_in(place.path(), Path::new(""));
        let named = |(path, content): (_, Vec<u8>)| {
            let path: std::path::PathBuf = path;
            let inside = path.strip_prefix(place.path()).expect("está dentro").to_owned();
            let text = String::from_utf8(content).expect("es texto");
            (inside, text.replace("\r\n", "\n"))
        };
        files.into_iter().map(named).collect::<Vec<_>>()
    });
    assert_eq!(copied[1], copied[0]);
}
