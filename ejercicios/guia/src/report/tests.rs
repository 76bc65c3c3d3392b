//! Los textos, enteros, como se leen sin colores.

use super::*;
use crate::exercises::Project;
use crate::places::STUBS;
use pretty_assertions::assert_eq;

const LONG: &str = "una página con una lista, otra lista dentro de ella y muchas cosas más";

/// Tres ejercicios; el título del segundo no cabe.
fn exercises() -> Vec<Exercise> {
    let folder = tempfile::tempdir().expect("hay carpeta temporal");
    let stubs = folder.path().join(STUBS);
    std::fs::create_dir_all(&stubs).expect("se puede crear");
    let titles = [("cap01_texto", "saluda"), ("cap02_html", LONG), ("cap03_environ", "lee")];
    for (number, (slug, title)) in titles.iter().enumerate() {
        let text = format!("{} Ejercicio del capítulo {}: {title}.\n", "//!", number + 1);
        std::fs::write(stubs.join(format!("{slug}.rs")), text).expect("se puede escribir");
    }
    Project::new(folder.path()).exercises().expect("los hay")
}

fn progress(scores: &[(usize, usize)]) -> Progress {
    let scores = scores.iter().map(|&(passed, total)| Score { passed, total });
    Progress::new(exercises().into_iter().zip(scores).collect())
}

fn trial(name: &str, reason: Option<&str>) -> Trial {
    let verdict = reason.map_or(Verdict::Passed, |reason| Verdict::Failed(reason.into()));
    Trial { test: format!("cap01_texto::{name}"), verdict }
}

#[test]
fn la_lista_cabe_en_80_columnas_y_dice_que_sigue() {
    let text = overview(&progress(&[(3, 3), (1, 4), (0, 0)]), Paint::Plain);
    assert_eq!(
        text,
        "[######--------------] 1 de 3

  ✓ cap01  saluda
  · cap02  una página con una lista, otra lista dentro d…  1 de 4 pruebas
  ✗ cap03  lee                                             sin pruebas

Sigue cap02. Abre ejercicios/src/pendientes/cap02_html.rs
y deja en marcha cargo ejercicios vigila, que prueba cada vez que guardas."
    );
    assert!(text.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn al_terminar_se_felicita() {
    let text = overview(&progress(&[(3, 3), (4, 4), (1, 1)]), Paint::Plain);
    assert!(text.starts_with("[####################] 3 de 3\n"));
    assert!(text.ends_with("\n¡Felicidades! Están resueltos todos los ejercicios."));
}

#[test]
fn lo_que_no_compila_se_senala() {
    let exercises = exercises();
    let broken_code = Broken { complaint: "error".into(), files: vec![exercises[1].stub()] };
    assert_eq!(
        broken_overview(&exercises, &broken_code, Paint::Plain),
        "No se sabe qué está resuelto, porque algo no compila.

  · cap01  saluda
  ✗ cap02  una página con una lista, otra lista dentro d…  no compila
  · cap03  lee

cargo ejercicios prueba muestra el error."
    );
    let says = |exercise| broken(&broken_code, exercise, Paint::Plain);
    let place = "No compila: ejercicios/src/pendientes/cap02_html.rs";
    assert_eq!(says(None), place);
    assert_eq!(says(Some(&exercises[1])), place);
    assert_eq!(
        says(Some(&exercises[0])),
        format!(
            "{place}\nLos ejercicios se compilan juntos: hasta arreglarlo no se puede \
             probar cap01."
        )
    );
}

#[test]
fn los_fallos_por_lo_mismo_van_juntos() {
    let trials = [
        trial("a", None),
        trial("b", Some("pista: \x1b[1muna\x1b[0m\n\n<1")),
        trial("c", Some("otra")),
        trial("d", Some("pista: \x1b[1muna\x1b[0m\n\n<1")),
    ];
    assert_eq!(
        results(&exercises()[0], &trials, Paint::Plain),
        "  ✓ a
  ✗ b
  ✗ c
  ✗ d

✗ b, d
    pista: una

    <1

✗ c
    otra

Pasan 1 de 4 pruebas."
    );
    let same = [trials[1].clone(), trials[3].clone()];
    let text = results(&exercises()[0], &same, Paint::Plain);
    assert!(text.contains("\n✗ todas, por lo mismo\n    pista: una\n"), "{text}");
    let solved = results(&exercises()[0], &trials[..1], Paint::Plain);
    assert_eq!(solved, "  ✓ a\n\n¡Muy bien! cap01 está resuelto.");
    assert_eq!(results(&exercises()[0], &[], Paint::Plain), "cap01 no tiene pruebas");
}

#[test]
fn de_un_fallo_muy_largo_se_ve_el_principio() {
    let reason = |lines: usize| vec!["<una"; lines].join("\n");
    let shown = |lines| results(&exercises()[0], &[trial("a", Some(&reason(lines)))], Paint::Plain);
    assert_eq!(shown(41).matches("<una").count(), 41);
    let cut = shown(100);
    assert_eq!(cut.matches("<una").count(), 40);
    assert!(
        cut.contains("\n    … y 60 líneas más; `cargo test -p ejercicios` las muestra\n"),
        "{cut}"
    );
}

#[test]
fn los_cambios_se_dicen_en_una_linea_cada_clase() {
    let some = Changes { mended: vec!["uno".into(), "dos".into()], broken: vec!["tres".into()] };
    assert_eq!(
        changes(&some, Paint::Plain),
        "Ahora pasa: uno, dos\nAntes pasaba y ahora falla: tres\n"
    );
    let none = Changes::default();
    assert_eq!(changes(&none, Paint::Plain), "Los resultados son los de antes.\n");
}
