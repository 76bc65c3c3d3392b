//! La guía donde no todo está bien: terminales estrechas o sin color, discos llenos, programas que faltan y
//! otros que no terminan.

#[allow(dead_code, reason = "cada programa de pruebas usa una parte")]
mod comun;

#[cfg(target_os = "linux")]
#[path = "entorno/disks.rs"]
mod disks;
#[cfg(unix)]
#[path = "entorno/terminals.rs"]
mod terminals;

use comun::{Ran, SECOND, SmallProject, answered};
use pretty_assertions::assert_eq;

#[test]
fn sesenta_columnas_bastan() {
    let project = SmallProject::new();
    project.answer_first("7");
    project.write(SECOND, answered(SECOND, "2").replace("fn answer", "fn respuesta"));
    project.write("ejercicios/src/pendientes/cap01_uno (copia de seguridad).rs", "");
    for arguments in
        [vec![], vec!["ayuda"], vec!["prueba", "cap01"], vec!["prueba", "cap02"], vec!["pista"]]
    {
        let mut command = project.command(&arguments);
        let ran = Ran::from(command.env("COLUMNS", "60").output().expect("se ejecuta"));
        for line in ran.out.lines().chain(ran.err.lines()) {
            assert!(line.chars().count() <= 60, "{arguments:?}: {line}");
        }
    }
}

#[test]
fn si_falta_el_linker_no_se_culpa_a_quien_estudia() {
    let project = SmallProject::new();
    let mut command = project.command(&[]);
    command.env("RUSTFLAGS", "-Clinker=/no/existe");
    let ran = Ran::from(command.output().expect("se ejecuta"));
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("linker `/no/existe` not found"), "{}", ran.err);
    assert!(
        ran.out.starts_with("No se pudo compilar, y no es por tu código: falta el linker"),
        "{}",
        ran.out
    );
}

#[test]
fn un_archivo_que_no_es_de_ningun_ejercicio_se_nombra() {
    let project = SmallProject::new();
    let library = "ejercicios/src/lib.rs";
    project.write(library, format!("{}\nfn a( {{", project.read(library)));
    let ran = project.run(&["prueba", "cap01"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.starts_with(&format!("No compila: {library}\n")), "{}", ran.out);
}
