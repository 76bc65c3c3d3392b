//! La vigilancia ve lo que cambia, lo que aparece y lo que desaparece.

use libro::watch::Snapshot;
use pretty_assertions::assert_eq;
use std::fs;
use tempfile::TempDir;

#[test]
fn ve_un_archivo_cambiado_uno_nuevo_y_uno_borrado() {
    let folder = TempDir::new().expect("hay carpeta temporal");
    let (first, second) = (folder.path().join("a.md"), folder.path().join("img/b.svg"));
    let paths = [folder.path().to_owned()];
    fs::write(&first, "uno").expect("se puede escribir");
    let before = Snapshot::take(&paths);
    assert_eq!(before.first_change(&Snapshot::take(&paths)), None);

    fs::write(&first, "uno y dos").expect("se puede escribir");
    let changed = Snapshot::take(&paths);
    assert_eq!(before.first_change(&changed), Some(first.clone()));

    fs::create_dir(folder.path().join("img")).expect("se puede crear");
    fs::write(&second, "dos").expect("se puede escribir");
    let added = Snapshot::take(&paths);
    assert_eq!(changed.first_change(&added), Some(second));

    fs::remove_file(&first).expect("está");
    assert_eq!(added.first_change(&Snapshot::take(&paths)), Some(first));
}

#[test]
fn lo_guardado_durante_una_construccion_cuenta_como_cambio() {
    let folder = TempDir::new().expect("hay carpeta temporal");
    let file = folder.path().join("a.md");
    let paths = [folder.path().to_owned()];
    fs::write(&file, "uno").expect("se puede escribir");
    let at_start = Snapshot::take(&paths);
    fs::write(&file, "uno y dos").expect("se puede escribir");
    let before = Snapshot::take(&paths).as_of(&at_start);
    assert_eq!(before.first_change(&Snapshot::take(&paths)), Some(file));
}
