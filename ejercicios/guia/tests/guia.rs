//! La guía, ejecutada como la ejecuta quien estudia, en un proyecto pequeño de una carpeta temporal.

// <!-- permite: pub, fn, answer, let, mut, all, vec, loop -->

#[allow(dead_code, reason = "cada programa de pruebas usa una parte")]
mod comun;

use std::time::Duration;

use comun::{FIRST, SECOND, SmallProject, Watching, answered};
use guia::compile::{Compiled, compile};
use guia::exercises::Project;
use guia::process::Limits;
use guia::trial::always;
use guia::verdict::Verdict;
use pretty_assertions::assert_eq;

#[test]
fn la_lista_dice_que_falta_y_que_sigue() {
    let project = SmallProject::new();
    project.answer_first("1");
    let ran = project.run(&[]);
    assert_eq!(
        ran.out,
        "[##########----------] 1 de 2\n\n  \
         ✓ cap01  di uno\n  \
         · cap02  di dos                                          0 de 1 pruebas\n\n\
         Sigue cap02. Abre\nejercicios/src/pendientes/cap02_dos.rs\n\
         y deja en marcha cargo ejercicios vigila,\nque prueba cada vez que guardas.\n"
    );
    assert_eq!(ran.code, Some(0));
}

#[test]
fn una_respuesta_equivocada_no_esta_resuelta_aunque_imite_un_acierto() {
    let project = SmallProject::new();
    project.answer_first("7");
    let ran = project.run(&["prueba"]);
    assert_eq!(ran.code, Some(1));
    let (marks, reason) = ran.out.split_once("\n✗ ").expect("dice por qué falla");
    assert_eq!(
        marks,
        "cap01  di uno\n       ejercicios/src/pendientes/cap01_uno.rs\n\n  \
         ✗ dice_uno\n  ✓ no_dice_cero\n"
    );
    assert!(reason.starts_with("dice_uno\n"), "{reason}");
    assert!(
        reason.ends_with(
            "    pista: es el primero\n      esperado: 1\n      obtenido: 7\n\nPasan 1 de 2 pruebas.\n"
        ),
        "{reason}"
    );
}

#[test]
fn terminar_el_proceso_no_resuelve_nada() {
    let project = SmallProject::new();
    project.answer_first("std::process::exit(0)");
    let ran = project.run(&["prueba", "cap01"]);
    assert!(
        ran.out.contains("el programa terminó con código 0 antes que la prueba"),
        "{}",
        ran.out
    );
    assert!(ran.out.ends_with("Pasan 0 de 2 pruebas.\n"), "{}", ran.out);
    assert_eq!(ran.code, Some(1));
}

#[test]
fn lo_que_no_termina_se_detiene_y_se_dice() {
    let project = SmallProject::new();
    project.answer_first("loop { std::thread::sleep(std::time::Duration::MAX) }");
    let project = Project::new(project.folder.path());
    let Compiled::Ready(build) = compile(&project).expect("cargo se ejecuta") else {
        panic!("compila")
    };
    // Por corto que sea el plazo, el resultado es el mismo: no termina nunca.
    let limits = Limits { time: Duration::from_millis(50), memory: 1 << 30 };
    let suite = build.suite.with_limits(limits);
    let trials = suite.run(&project.find("cap01").expect("está"), &always).expect("se ejecuta");
    let reason = "no terminó en 0 segundos\npista: ¿hay un bucle que no termina?";
    let names: Vec<&str> = trials.iter().map(|trial| trial.short_name()).collect();
    assert_eq!(names, ["dice_uno", "no_dice_cero"]);
    assert!(
        trials.iter().all(|trial| trial.verdict == Verdict::Failed(reason.into())),
        "{trials:?}"
    );
}

/// En Windows no se mide: ahí solo la detiene el tiempo.
#[cfg(unix)]
#[test]
fn lo_que_se_come_la_memoria_se_detiene_y_se_dice() {
    let project = SmallProject::new();
    project.answer_first("{ let mut all = vec![]; loop { all.push(vec![1u8; 64 << 20]); } }");
    let ran = project.run(&["prueba", "cap01"]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.out.contains(
            "✗ todas, por lo mismo\n    tomó más de 512 MB de memoria, y se detuvo\n    \
             pista: ¿hay un bucle que escribe sin parar, o un cuerpo o una lista que\n    \
             crece sin fin?\n"
        ),
        "{}",
        ran.out
    );
}

#[test]
fn lo_que_no_compila_lo_dice_el_compilador_y_lo_demas_se_prueba() {
    let project = SmallProject::new();
    project.answer_first("1");
    project.write(SECOND, answered(SECOND, "\"dos\""));
    let broken = project.run(&["prueba", "cap02"]);
    assert_eq!(broken.code, Some(1));
    assert!(broken.err.starts_with("error[E0308]: mismatched types\n"), "{}", broken.err);
    assert_eq!(broken.out, format!("No compila: {SECOND}\n"));

    let other = project.run(&["prueba", "cap01"]);
    assert_eq!((other.code, other.err.as_str()), (Some(0), ""));
    assert!(other.out.contains("\nNo se puede probar cap02; lo demás, sí.\n"), "{}", other.out);
    let list = project.run(&[]);
    assert_eq!(
        list.out,
        "[##########----------] 1 de 2\n\n  \
         ✓ cap01  di uno\n  \
         ✗ cap02  di dos                                          no compila\n\n\
         Sigue cap02. Abre\nejercicios/src/pendientes/cap02_dos.rs\n\
         y deja en marcha cargo ejercicios vigila,\nque prueba cada vez que guardas.\n"
    );
    assert_eq!(list.code, Some(0));
    let hint = project.run(&["pista"]);
    assert!(
        hint.err.contains("pistas/cap02_dos.md"),
        "la pista es la del que no compila: {hint:?}"
    );
}

#[test]
fn si_lo_que_cambio_de_forma_es_el_ejercicio_no_se_culpa_a_las_pruebas() {
    let project = SmallProject::new();
    for changed in ["pub fn respuesta() -> u8", "fn answer() -> u8", "pub fn answer(_: u8) -> u8"] {
        project.write(FIRST, answered(FIRST, "1").replace("pub fn answer() -> u8", changed));
        let ran = project.run(&["prueba", "cap01"]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""), "{changed}");
        assert_eq!(
            ran.out,
            format!(
                "Las pruebas no encuentran en {FIRST}\nlo que necesitan. Debe tener esto, con ese \
                 nombre, con `pub` y con esos tipos:\n\n    pub fn answer() -> u8\n\n\
                 No cambies las pruebas: cambia tu archivo.\n"
            )
        );
    }
    let list = project.run(&[]);
    assert!(list.out.contains("\n  ✗ cap01  di uno "), "{}", list.out);
    assert!(list.out.contains("cambió de forma\n"), "{}", list.out);
    assert!(list.out.contains("\nSigue cap01. "), "{}", list.out);
}

#[test]
fn un_archivo_que_falta_se_dice_y_uno_que_sobra_no_cuenta() {
    let project = SmallProject::new();
    let renamed = "ejercicios/src/pendientes/cap01_uno - copia.rs";
    std::fs::rename(project.path(FIRST), project.path(renamed)).expect("se puede");
    let ran = project.run(&["prueba", "cap01"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""));
    assert!(ran.out.starts_with(&format!("Falta {FIRST}\nSi lo renombraste")), "{}", ran.out);
    let list = project.run(&[]);
    assert!(list.err.contains("no se prueban: cap01_uno - copia.rs\n"), "{}", list.err);
    assert!(list.out.starts_with("[--------------------] 0 de 2\n"), "{}", list.out);
}

#[test]
fn el_contenido_decide_tenga_la_fecha_que_tenga() {
    let project = SmallProject::new();
    let shown = |ran: comun::Ran| ran.out.lines().next().unwrap_or_default().to_owned();
    assert_eq!(shown(project.run(&[])), "[--------------------] 0 de 2");
    project.answer_first("1");
    project.age(FIRST);
    assert_eq!(shown(project.run(&[])), "[##########----------] 1 de 2");
    project.answer_first("todo!()");
    project.age(FIRST);
    assert_eq!(shown(project.run(&[])), "[--------------------] 0 de 2");
}

#[test]
fn las_pistas_llegan_de_una_en_una() {
    let project = SmallProject::new();
    let first = project.run(&["pista"]);
    assert!(first.out.starts_with("Primera pista de cap01\n\n    Es impar.\n"), "{}", first.out);
    let second = project.run(&["pista", "cap01"]);
    assert!(second.out.starts_with("Segunda pista de cap01\n\n    Es uno.\n"), "{}", second.out);
    let first_again = project.run(&["pista", "1", "1"]);
    assert_eq!(first_again.out, first.out);
}

#[test]
fn lo_que_no_existe_se_dice_con_lo_que_hay() {
    let project = SmallProject::new();
    let says = |arguments: &[&str]| {
        let ran = project.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""));
        ran.err
    };
    assert_eq!(
        says(&["corre"]),
        "error: no existe el comando «corre»; los que hay son prueba, vigila, pista, compara, \
         reinicia, examina, copia, califica y ayuda\n"
    );
    assert_eq!(
        says(&["vigila", "cap09"]),
        "error: no hay un ejercicio «cap09»; los que hay son cap01, cap02\n"
    );
    assert_eq!(
        says(&["prueba", "cap01", "ya"]),
        "error: sobra «ya»; `cargo ejercicios ayuda` dice qué lleva cada comando\n"
    );
    assert!(project.run(&["ayuda"]).out.starts_with("Uso: cargo ejercicios [comando]\n"));
}

#[test]
fn la_vigilancia_cuenta_lo_que_cambia_y_sigue_hasta_el_final() {
    let project = SmallProject::new();
    let mut watching = Watching::start(&project);
    watching.hear("Pasan 0 de 2 pruebas.\n");
    watching.press("p");
    watching.hear("Primera pista de cap01\n\n    Es impar.\n");

    project.answer_first("7");
    watching.hear(&format!("\nCambió {FIRST}\nAhora pasa: no_dice_cero\n"));
    watching.hear("Pasan 1 de 2 pruebas.\n");

    project.write(FIRST, "esto no es Rust\n");
    watching.hear(&format!("No compila: {FIRST}\n"));

    project.answer_first("{ let zero = 0; zero }");
    watching.hear("Antes pasaba y ahora falla: no_dice_cero\n");
    watching.hear("Pasan 0 de 2 pruebas.\n");

    project.answer_first("1");
    watching.hear("¡Muy bien! cap01 está resuelto.\n");
    watching.hear("compara cap01\n[##########----------] 1 de 2\n");
    watching.hear("\ncap02  di dos\n");
    watching.hear("Pasan 0 de 1 pruebas.\n");

    project.write(SECOND, answered(SECOND, "2"));
    watching.hear("[####################] 2 de 2\n");
    watching.hear("¡Felicidades! Están resueltos todos los ejercicios.\n");
    assert!(watching.child.wait().expect("termina").success());
}

#[test]
fn la_vigilancia_termina_con_una_letra() {
    let project = SmallProject::new();
    let mut watching = Watching::start(&project);
    watching.hear("Pasan 0 de 2 pruebas.\n");
    watching.press("s");
    assert!(watching.child.wait().expect("termina").success());
}

#[test]
fn si_guardas_mientras_se_prueba_se_empieza_de_nuevo() {
    let project = SmallProject::new();
    project.answer_first("loop { std::thread::sleep(std::time::Duration::MAX) }");
    let mut watching = Watching::start(&project);
    watching.hear("Probando… Alguna prueba tarda");
    project.answer_first("7");
    watching.hear("\nGuardaste otra vez: se prueba de nuevo.\n");
    watching.hear("Pasan 1 de 2 pruebas.\n");
}

#[test]
fn se_puede_salir_mientras_se_prueba() {
    let project = SmallProject::new();
    project.answer_first("loop { std::thread::sleep(std::time::Duration::MAX) }");
    let mut watching = Watching::start(&project);
    watching.hear("Probando… Alguna prueba tarda");
    watching.press("s");
    assert!(watching.child.wait().expect("termina").success());
}

#[test]
fn al_resolver_se_puede_comparar_y_antes_no() {
    let project = SmallProject::new();
    let before = project.run(&["compara", "cap01"]);
    assert_eq!(before.code, Some(1));
    assert!(before.err.contains("cap01 no está resuelto todavía"), "{}", before.err);
    project.answer_first("{ 3 - 2 }");
    let solved = project.run(&["prueba", "cap01"]);
    assert!(
        solved.out.ends_with(
            "¡Muy bien! cap01 está resuelto.\nJunto a una buena: cargo ejercicios compara cap01\n\
             Cuál sigue: cargo ejercicios\n"
        ),
        "{}",
        solved.out
    );
    let ran = project.run(&["compara", "cap01"]);
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.out.starts_with(&format!("Tu respuesta\n{FIRST}\n\n    pub fn answer")),
        "{}",
        ran.out
    );
    let (own, good) = ran.out.split_once("Una buena\n").expect("van las dos");
    assert!(own.contains("        { 3 - 2 }\n") && good.contains("        1\n"), "{}", ran.out);

    std::fs::remove_dir_all(project.path("ejercicios/src/soluciones")).expect("está");
    let solved = project.run(&["prueba", "cap01"]);
    assert!(!solved.out.contains("compara"), "{}", solved.out);
    let none = project.run(&["compara", "cap01"]);
    assert!(none.err.contains("quien enseña la entrega cuando quiere"), "{}", none.err);
}

#[test]
fn reiniciar_devuelve_el_ejercicio_y_guarda_lo_que_habia() {
    let project = SmallProject::new();
    let original = project.read(FIRST);
    project.answer_first("7");
    let mine = project.read(FIRST);
    let ran = project.run(&["reinicia", "cap01"]);
    assert_eq!(ran.code, Some(0));
    assert_eq!(project.read(FIRST), original);
    let saved = ran.out.lines().last().expect("dice dónde").to_owned();
    assert!(saved.starts_with("ejercicios/guardados/cap01_uno.2"), "{saved}");
    assert_eq!(project.read(&saved), mine);
    let again = project.run(&["reinicia", "cap01"]);
    assert_eq!(again.out, "Ya estaba como se entrega: no se cambió nada.\n");
}
