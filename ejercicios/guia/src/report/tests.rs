//! Los textos, enteros, como se leen sin colores.

// <!-- permite: pub, fn -->

use super::*;
use crate::exercises::Project;
use crate::places::{ORIGINALS, TESTS};
use pretty_assertions::assert_eq;

const LONG: &str = "una página con una lista, otra lista dentro de ella y muchas cosas más";

/// Tres ejercicios; el título del segundo no cabe.
fn exercises() -> Vec<Exercise> {
    let folder = tempfile::tempdir().expect("hay carpeta temporal");
    for place in [TESTS, ORIGINALS] {
        std::fs::create_dir_all(folder.path().join(place)).expect("se puede crear");
    }
    let titles = [("cap01_texto", "saluda"), ("cap02_html", LONG), ("cap03_environ", "lee")];
    for (number, (slug, title)) in titles.iter().enumerate() {
        let text = format!("{} Ejercicio del capítulo {}: {title}.\n", "//!", number + 1);
        for place in [TESTS, ORIGINALS] {
            let path = folder.path().join(place).join(format!("{slug}.rs"));
            std::fs::write(path, &text).expect("se puede escribir");
        }
    }
    Project::new(folder.path()).exercises().expect("los hay")
}

fn progress(scores: &[(usize, usize)]) -> Progress {
    let tested = |&(passed, total)| State::Tested(Score { passed, total });
    Progress::new(exercises().into_iter().zip(scores.iter().map(tested)).collect())
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

Sigue cap02. Abre
ejercicios/src/pendientes/cap02_html.rs
y deja en marcha cargo ejercicios vigila,
que prueba cada vez que guardas."
    );
    assert!(text.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn al_terminar_se_felicita() {
    let text = overview(&progress(&[(3, 3), (4, 4), (1, 1)]), Paint::Plain);
    assert!(text.starts_with("[####################] 3 de 3\n"));
    assert!(text.ends_with("\n¡Felicidades! Están resueltos todos los ejercicios."));
}

fn set_aside(exercise: &Exercise, blame: Blame) -> Aside {
    Aside { slug: exercise.slug().into(), blame, complaint: String::new() }
}

#[test]
fn de_lo_que_no_se_puede_probar_se_dice_que_tiene() {
    let blames = [Blame::Code, Blame::Interface, Blame::Missing].map(State::Aside);
    let progress = Progress::new(exercises().into_iter().zip(blames).collect());
    assert_eq!(
        overview(&progress, Paint::Plain),
        "[--------------------] 0 de 3

  ✗ cap01  saluda                                          no compila
  ✗ cap02  una página con una lista, otra lista dentro d…  cambió de forma
  ✗ cap03  lee                                             falta su archivo

Sigue cap01. Abre
ejercicios/src/pendientes/cap01_texto.rs
y deja en marcha cargo ejercicios vigila,
que prueba cada vez que guardas."
    );
    let one = &exercises()[0];
    let says = |blame, missing: &[&str]| {
        let missing: Vec<String> = missing.iter().map(|text| (*text).to_owned()).collect();
        aside(one, &set_aside(one, blame), &missing, Paint::Plain)
    };
    let stub = "ejercicios/src/pendientes/cap01_texto.rs";
    assert_eq!(says(Blame::Code, &[]), format!("No compila: {stub}"));
    assert_eq!(
        says(Blame::Missing, &[]),
        format!(
            "Falta {stub}\nSi lo renombraste, devuélvele su nombre. Si no lo tienes, `cargo ejercicios\n\
             reinicia cap01` lo pone como se entrega."
        )
    );
    assert_eq!(
        says(Blame::Interface, &["pub fn application()"]),
        format!(
            "Las pruebas no encuentran en {stub}\nlo que necesitan. Debe tener esto, con ese nombre, con \
             `pub` y con esos tipos:\n\n    pub fn application()\n\n\
             No cambies las pruebas: cambia tu archivo."
        )
    );
    assert!(says(Blame::Interface, &[]).ends_with("Déjalas como estaban."));
}

#[test]
fn lo_que_falla_alrededor_no_se_le_achaca_a_quien_estudia() {
    let says = |complaint: &str, files: &[&str]| {
        let files = files.iter().map(|file| (*file).to_owned()).collect();
        broken(&Broken { complaint: complaint.into(), files }, Paint::Plain)
    };
    for (complaint, cause) in [
        ("error: failed to write: No space left on device (os error 28)", "el disco está lleno"),
        ("collect2: fatal error: ld terminated with signal 7 [Bus error]", "el disco está lleno"),
        ("error: linker `cc` not found", "falta el linker"),
        (
            "error: failed to create directory: Read-only file system (os error 30)",
            "no hay permiso",
        ),
        ("error: failed to download from `https://static.crates.io`", "no hay conexión"),
    ] {
        let said = says(complaint, &[]).replace('\n', " ");
        assert!(said.starts_with("No se pudo compilar, y no es por tu código: "), "{said}");
        assert!(said.contains(cause), "{said}");
    }
    assert!(says("error: algo raro", &[]).starts_with("No se pudo compilar, y no parece"));
    assert!(
        says("error", &["ejercicios/src/lib.rs"])
            .starts_with("No compila: ejercicios/src/lib.rs\n")
    );
}

#[test]
fn los_demas_que_no_compilan_se_dicen_en_una_linea() {
    let all = exercises();
    let some: Vec<Aside> = all.iter().map(|one| set_aside(one, Blame::Code)).collect();
    assert_eq!(others_aside(&some[..1], &all[0]), "");
    assert_eq!(others_aside(&some[..2], &all[0]), "\nNo se puede probar cap02; lo demás, sí.");
    assert_eq!(others_aside(&some, &all[0]), "\nNo se puede probar cap02, cap03; lo demás, sí.");
}

#[test]
fn la_carpeta_de_la_copia_se_escribe_como_la_entiende_la_terminal() {
    let quoted = |path: &str| quoted(Path::new(path));
    assert_eq!(quoted("../mi-curso"), "../mi-curso");
    if cfg!(unix) {
        assert_eq!(quoted("../Mis documentos/práctica ñ"), "'../Mis documentos/práctica ñ'");
        assert_eq!(quoted("lo de $Ana's"), "'lo de $Ana'\\''s'");
    }
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
    assert!(cut.contains("\n    … y 60 líneas más\n"), "{cut}");
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
