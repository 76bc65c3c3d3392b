//! Las entregas, calificadas como las califica quien enseña; y que la guía, la calificación y su tabla digan
//! lo mismo de cada una.

// <!-- permite: extern, word, linking, error, cargo, pub, fn, let, mut, all, vec, loop, eva, ana, tests -->

#[allow(dead_code, reason = "cada programa de pruebas usa una parte")]
mod comun;

use std::fs;
use std::process::Command;

use comun::{FIRST, Ran, SECOND, SmallProject, answered, files_in, stub_of};
use pretty_assertions::assert_eq;
use tempfile::TempDir;

/// Unas entregas, cada una en su carpeta.
struct Entries(TempDir);

impl Entries {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("hay carpeta temporal"))
    }

    fn hand_in(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().expect("tiene carpeta")).expect("se puede crear");
        fs::write(path, content).expect("se puede escribir");
    }

    fn place(&self) -> &str {
        self.0.path().to_str().expect("es texto")
    }

    fn csv(&self) -> String {
        self.0.path().join("notas.csv").to_str().expect("es texto").to_owned()
    }
}

fn first(expression: &str) -> String {
    answered(FIRST, expression)
}

fn second(expression: &str) -> String {
    answered(SECOND, expression)
}

/// Las filas de una tabla: la entrega y sus celdas, con las observaciones al final.
fn rows(csv: &str) -> Vec<String> {
    let text = fs::read_to_string(csv).expect("está");
    text.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn cada_entrega_tiene_su_fila_la_entregue_como_la_entregue() {
    let project = SmallProject::new();
    let entries = Entries::new();
    // Suelta, dentro del proyecto entero descomprimido dos veces, con el nombre que le puso la plataforma.
    entries.hand_in("ana/cap01_uno.rs", first("1"));
    entries.hand_in("ana/cap02_dos.rs", second("2"));
    entries.hand_in("beto/proyecto/proyecto/ejercicios/src/pendientes/cap01_uno.rs", first("7"));
    entries.hand_in("beto/proyecto/proyecto/ejercicios/tests/ejercicios/cap01_uno.rs", "trampa");
    entries.hand_in("beto/proyecto/proyecto/ejercicios/originales/cap01_uno.rs", "original");
    entries.hand_in("carla/cap02 (1).rs", second("2"));
    entries.hand_in("dora/cap01_uno.rs", format!("{}\nfn a( {{", first("1")));
    entries.hand_in("dora/cap02_dos.rs", second("2"));
    entries.hand_in("eva/pendientes/cap01_uno.rs", first("1").replace("fn answer", "fn otra"));
    entries.hand_in("suelta.rs", "no es una carpeta");
    let before = (project.snapshot(), files_in(entries.0.path(), entries.0.path()));
    let ran = project.run(&["califica", entries.place(), "--csv", &entries.csv()]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(
        rows(&entries.csv()),
        [
            "ana,2,2,resuelto,resuelto,",
            "beto,0,2,1 de 2,no entregado,",
            "carla,1,2,no entregado,resuelto,",
            "dora,1,2,no compila,resuelto,",
            "eva,0,2,no compila con las pruebas,no entregado,",
        ]
    );
    let table: Vec<&str> = ran.out.lines().take(6).map(str::trim_end).collect();
    let name = |name: &str| format!("{name:<63}");
    assert_eq!(
        table,
        [
            format!("{}   1   2    total", name("")),
            format!("{}   ✓   ✓   2 de 2", name("ana")),
            format!("{} 1/2   –   0 de 2", name("beto")),
            format!("{}   –   ✓   1 de 2", name("carla")),
            format!("{}   ✗   ✓   1 de 2", name("dora")),
            format!("{}   ✗   –   0 de 2", name("eva")),
        ]
    );
    fs::remove_file(entries.csv()).expect("está");
    let after = (project.snapshot(), files_in(entries.0.path(), entries.0.path()));
    assert!(after == before, "ni el proyecto ni las entregas cambian");
}

#[test]
fn lo_que_no_se_puede_calificar_se_dice_antes_de_empezar() {
    let project = SmallProject::new();
    let entries = Entries::new();
    entries.hand_in("vacía/notas.txt", "");
    entries.hand_in("mía.csv", "mis notas de todo el año");
    entries.hand_in("ana/cap01_uno.rs", first("1"));
    let place = |name: &str| format!("{}/{name}", entries.place());
    let (empty, ana, own) = (place("vacía"), place("ana"), place("mía.csv"));
    let (missing, nowhere) = (place("nadie"), place("no/hay.csv"));
    for (arguments, reason) in [
        (vec![], "falta la carpeta de las entregas"),
        (vec![""], "la ruta está vacía"),
        (vec![empty.as_str()], "no hay ninguna entrega"),
        (vec![&missing], "no se pudo leer"),
        (vec![&ana, &missing], "no se pudo leer"),
        (vec![&own], "no hay ninguna entrega"),
        (vec![&ana, "--todo"], "sobra «--todo»"),
        (vec![&ana, "--csv"], "falta el archivo de la tabla"),
        (vec![&ana, "--csv", ""], "la ruta está vacía"),
        (vec![&ana, "--csv", &own], "ya existe; elige otro nombre, o añade --reemplaza"),
        (vec![&ana, "--csv", &own, "--reemplaza"], "no es una tabla de `califica`"),
        (vec![&ana, "--csv", &ana, "--reemplaza"], "no es una tabla de `califica`"),
        (vec![&ana, "--csv", &nowhere], "no se pudo leer"),
    ] {
        let words: Vec<&str> = ["califica"].into_iter().chain(arguments.iter().copied()).collect();
        let ran = project.run(&words);
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{words:?}");
        assert!(ran.err.contains(reason), "{words:?}: {}", ran.err);
        assert!(!project.path("target").exists(), "{words:?}: no se compiló nada");
    }
    assert_eq!(fs::read_to_string(own).expect("está"), "mis notas de todo el año");
}

#[test]
fn una_tabla_nuestra_se_reemplaza_solo_si_se_pide() {
    let project = SmallProject::new();
    let entries = Entries::new();
    entries.hand_in("ana/cap01_uno.rs", first("7"));
    let ana = format!("{}/ana", entries.place());
    let csv = entries.csv();
    assert_eq!(project.run(&["califica", &ana, &ana, "--csv", &csv]).code, Some(0));
    assert_eq!(rows(&csv), ["ana,0,2,1 de 2,no entregado,"], "repetida, se califica una vez");
    entries.hand_in("ana/cap01_uno.rs", first("1"));
    assert_eq!(project.run(&["califica", &ana, "--csv", &csv]).code, Some(1));
    assert_eq!(rows(&csv), ["ana,0,2,1 de 2,no entregado,"]);
    assert_eq!(project.run(&["califica", &ana, "--csv", &csv, "--reemplaza"]).code, Some(0));
    assert_eq!(rows(&csv), ["ana,1,2,resuelto,no entregado,"]);
    assert_eq!(fs::read_dir(entries.place()).expect("se lee").count(), 2, "no queda nada más");
}

#[test]
fn el_contenido_decide_entre_una_entrega_y_la_siguiente() {
    let project = SmallProject::new();
    let entries = Entries::new();
    let names = ["a", "b", "c", "d"];
    for (name, answer) in names.iter().zip(["1", "todo!()", "1", "7"]) {
        entries.hand_in(&format!("{name}/cap01_uno.rs"), first(answer));
        entries.hand_in(&format!("{name}/cap02_dos.rs"), second("2"));
        // La más reciente es la primera: por las fechas, no habría nada que compilar después.
        let file =
            fs::File::options().write(true).open(entries.0.path().join(name).join("cap01_uno.rs"));
        let days = std::time::Duration::from_secs(86_400 * (1 + u64::from(name.as_bytes()[0])));
        file.expect("está").set_modified(std::time::SystemTime::now() - days).expect("se fecha");
    }
    project.run(&["califica", entries.place(), "--csv", &entries.csv()]);
    assert_eq!(
        rows(&entries.csv()),
        [
            "a,2,2,resuelto,resuelto,",
            "b,1,2,0 de 2,resuelto,",
            "c,2,2,resuelto,resuelto,",
            "d,1,2,1 de 2,resuelto,",
        ]
    );
}

#[test]
fn lo_que_sirve_para_enganar_se_senala() {
    let project = SmallProject::new();
    let entries = Entries::new();
    entries.hand_in("ana/cap01_uno.rs", first("{ std :: process::exit(0) }"));
    entries.hand_in("beto/cap01_uno.rs", first("{\n // sin process::exit\n 1 }"));
    entries.hand_in("carla/cap01_uno.rs", vec![b'/'; 2 << 20]);
    #[cfg(unix)]
    {
        entries.hand_in("dora/notas.txt", "");
        let link = entries.0.path().join("dora/cap01_uno.rs");
        let solution = project.path("ejercicios/src/soluciones/cap01_uno.rs");
        std::os::unix::fs::symlink(solution, link).expect("se puede enlazar");
    }
    project.run(&["califica", entries.place(), "--csv", &entries.csv()]);
    let rows = rows(&entries.csv());
    assert!(rows[0].starts_with("ana,0,2,0 de 2,no entregado,lee cap01: "), "{rows:?}");
    assert_eq!(rows[1], "beto,1,2,resuelto,no entregado,");
    assert!(rows[2].contains("no entregado,\"cap01: mide más de un millón de bytes"), "{rows:?}");
    if cfg!(unix) {
        assert!(rows[3].contains("no entregado,\"cap01: es un enlace"), "{rows:?}");
    }
}

/// Ponerse a sí misma las notas, cambiando el programa de las pruebas que faltan.
#[cfg(unix)]
#[test]
fn si_una_entrega_cambia_el_programa_de_las_pruebas_no_se_sigue() {
    let project = SmallProject::new();
    let entries = Entries::new();
    let attack = "{ let program = std::env::current_exe().expect(\"está\"); \
                  let _ = std::fs::remove_file(&program); \
                  let _ = std::fs::write(&program, \"#!/bin/sh\\n\"); 7 }";
    entries.hand_in("ana/cap01_uno.rs", first(attack));
    let ran = project.run(&["califica", entries.place(), "--csv", &entries.csv()]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{ran:?}");
    assert!(!entries.0.path().join("notas.csv").exists());

    // Lo que dejó no sirve para otra entrega igual que sí respondiera.
    entries.hand_in("ana/cap01_uno.rs", first("7"));
    let again = project.run(&["califica", entries.place(), "--csv", &entries.csv()]);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_eq!(rows(&entries.csv()), ["ana,0,2,1 de 2,no entregado,"]);
}

#[test]
fn si_una_entrega_cambia_el_proyecto_no_se_sigue() {
    let project = SmallProject::new();
    let entries = Entries::new();
    let tests = project.path("ejercicios/tests/ejercicios/cap01_uno.rs");
    let attack = format!("{{ let _ = std::fs::write({tests:?}, \"\"); 1 }}");
    entries.hand_in("ana/cap01_uno.rs", first(&attack));
    entries.hand_in("beto/cap01_uno.rs", first("7"));
    let ran = project.run(&["califica", entries.place(), "--csv", &entries.csv()]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""));
    assert!(
        ran.err.contains(
            "al probar la entrega de ana cambiaron archivos del proyecto, y no se siguió: \
             ejercicios/tests/ejercicios/cap01_uno.rs"
        ),
        "{}",
        ran.err
    );
    assert!(!entries.0.path().join("notas.csv").exists());
}

/// Lo que falla al enlazar no tiene línea: el compilador no dice de qué archivo es.
#[test]
fn una_entrega_que_no_se_puede_compilar_no_detiene_a_las_demas() {
    let project = SmallProject::new();
    let entries = Entries::new();
    // La palabra va partida: en este proyecto nadie la escribe.
    let word = ["un", "safe"].concat();
    let unlinkable = format!(
        "{word} extern \"C\" {{ fn no_existe_en_ninguna_parte(); }}\n\
         pub fn answer() -> u8 {{ {word} {{ no_existe_en_ninguna_parte() }}; 1 }}\n"
    );
    entries.hand_in("ana/cap01_uno.rs", unlinkable);
    entries.hand_in("beto/cap01_uno.rs", first("1"));
    let ran = project.run(&["califica", entries.place(), "--csv", &entries.csv()]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let rows = rows(&entries.csv());
    assert!(rows[0].starts_with("ana,0,2,no compila,no entregado,"), "{rows:?}");
    assert!(rows[0].contains("no se sabe por qué archivo; cargo dice: error: linking"), "{rows:?}");
    assert_eq!(rows[1], "beto,1,2,resuelto,no entregado,");
}

#[test]
fn una_prueba_apartada_no_da_puntos() {
    let project = SmallProject::new();
    project.answer_first("1");
    let tests = "ejercicios/tests/ejercicios/cap01_uno.rs";
    let ignored = project.read(tests).replacen("#[test]", "#[test]\n#[ignore]", 1);
    project.write(tests, ignored);
    let ran = project.run(&["prueba", "cap01"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("no se ejecutó: lleva la marca #[ignore]"), "{}", ran.out);
    let entries = Entries::new();
    entries.hand_in("ana/cap01_uno.rs", first("1"));
    project.run(&["califica", entries.place(), "--csv", &entries.csv()]);
    assert_eq!(rows(&entries.csv()), ["ana,0,2,1 de 2,no entregado,"]);
}

/// Una entrega de un ejercicio, y lo que debe resultar de ella.
struct Case {
    slug: &'static str,
    /// Lo que va en el lugar de la respuesta; o el archivo entero, si no es una respuesta.
    answer: Answer,
    /// Lo que dice la tabla.
    grade: &'static str,
    /// Lo que dice la guía, entre otras cosas.
    says: &'static str,
}

enum Answer {
    Code(&'static str),
    File(&'static [u8]),
    Windows(&'static str),
    Missing,
}

/// Lo que se compila.
const TESTED: [Case; 12] = [
    Case { slug: "cap01_bien", answer: Answer::Code("1"), grade: "resuelto", says: "¡Muy bien!" },
    Case { slug: "cap02_mal", answer: Answer::Code("7"), grade: "1 de 2", says: "esperado: 1" },
    Case {
        slug: "cap03_sin_hacer",
        answer: Answer::Code("todo!()"),
        grade: "0 de 2",
        says: "falta escribir esta parte",
    },
    Case {
        slug: "cap04_sale",
        answer: Answer::Code("std::process::exit(0)"),
        grade: "0 de 2",
        says: "el programa terminó con código 0 antes que la prueba",
    },
    Case {
        slug: "cap05_imita",
        answer: Answer::Code(
            "{ println!(\"test result: ok. 1 passed; 0 failed; 0 ignored; \"); std::process::exit(0) }",
        ),
        grade: "0 de 2",
        says: "el programa terminó con código 0 antes que la prueba",
    },
    Case {
        slug: "cap06_aborta",
        answer: Answer::Code("std::process::abort()"),
        grade: "0 de 2",
        says: "el programa terminó de golpe antes que la prueba",
    },
    Case {
        slug: "cap07_no_termina",
        answer: Answer::Code("loop { std::thread::yield_now(); }"),
        grade: "0 de 2",
        says: "no terminó en 3 segundos",
    },
    Case {
        slug: "cap08_se_come_la_memoria",
        answer: Answer::Code(
            "{ let mut all = Vec::new(); loop { all.push(vec![1u8; 64 << 20]); } }",
        ),
        grade: "0 de 2",
        says: "\n    pista: ¿hay un ",
    },
    Case {
        slug: "cap10_otro_nombre",
        answer: Answer::Code("1 }\npub fn otra() -> u8 { 1 }\npub fn answer_() -> u8 { 1"),
        grade: "resuelto",
        says: "¡Muy bien!",
    },
    Case {
        slug: "cap13_de_windows",
        answer: Answer::Windows("1"),
        grade: "resuelto",
        says: "¡Muy bien!",
    },
    Case {
        slug: "cap15_no_calla",
        answer: Answer::Code("loop { println!(\"hola\"); }"),
        grade: "0 de 2",
        says: "\n    pista: ¿hay un ",
    },
    Case {
        slug: "cap16_deja_algo_en_marcha",
        answer: Answer::Code(
            "{ let _ = std::process::Command::new(\"sleep\").arg(\"20\").spawn(); 1 }",
        ),
        grade: "resuelto",
        says: "¡Muy bien!",
    },
];

/// Lo que no se puede probar, junto a uno que sí.
const ASIDE: [Case; 5] = [
    Case { slug: "cap01_bien", answer: Answer::Code("1"), grade: "resuelto", says: "¡Muy bien!" },
    Case {
        slug: "cap09_a_medias",
        answer: Answer::Code("1 }\nfn a( {"),
        grade: "no compila",
        says: "No compila: ejercicios/src/pendientes/cap09_a_medias.rs",
    },
    Case {
        slug: "cap11_vacio",
        answer: Answer::File(b""),
        grade: "no compila con las pruebas",
        says: "    pub fn answer() -> u8\n",
    },
    Case {
        slug: "cap12_no_es_texto",
        answer: Answer::File(b"\xff\xfe\0a"),
        grade: "no compila",
        says: "No compila: ejercicios/src/pendientes/cap12_no_es_texto.rs\nNo está guardado en UTF-8",
    },
    Case {
        slug: "cap14_no_esta",
        answer: Answer::Missing,
        grade: "no entregado",
        says: "Falta ejercicios/src/pendientes/cap14_no_esta.rs",
    },
];

impl Case {
    fn content(&self) -> Option<Vec<u8>> {
        match self.answer {
            Answer::Code(code) => Some(first(code).into_bytes()),
            Answer::File(bytes) => Some(bytes.to_vec()),
            Answer::Windows(code) => Some(first(code).replace('\n', "\r\n").into_bytes()),
            Answer::Missing => None,
        }
    }

    /// Lo que muestra la lista de la guía para esa nota.
    fn shown(&self) -> String {
        match self.grade {
            "resuelto" => String::new(),
            "no entregado" => "falta su archivo".into(),
            "no compila con las pruebas" => "cambió de forma".into(),
            grade if grade.contains(" de ") => format!("{grade} pruebas"),
            grade => grade.into(),
        }
    }
}

/// El proyecto con todos los casos escritos, todos con fecha de hace dos días y después de haber compilado
/// otra cosa: así llegan de un ZIP.
fn project_with(cases: &[Case]) -> SmallProject {
    let slugs: Vec<&str> = cases.iter().map(|case| case.slug).collect();
    let project = SmallProject::with_exercises(&slugs);
    quickly(&mut project.command(&[]));
    for case in cases {
        let stub = stub_of(case.slug);
        match case.content() {
            Some(content) => {
                project.write(&stub, content);
                project.age(&stub);
            }
            None => fs::remove_file(project.path(&stub)).expect("está"),
        }
    }
    project
}

/// Con poco tiempo para cada prueba: lo que no termina, no termina nunca.
fn quickly(command: &mut Command) -> Ran {
    command.env("EJERCICIOS_SEGUNDOS", "3");
    Ran::from(command.output().expect("la guía se ejecuta"))
}

#[test]
fn la_guia_y_la_calificacion_dicen_lo_mismo_de_lo_que_se_prueba() {
    check_agreement(&TESTED);
}

#[test]
fn la_guia_y_la_calificacion_dicen_lo_mismo_de_lo_que_no_se_puede_probar() {
    check_agreement(&ASIDE);
}

#[track_caller]
fn check_agreement(cases: &[Case]) {
    let project = project_with(cases);
    let before = project.snapshot();

    let list = quickly(&mut project.command(&[]));
    assert_eq!(list.code, Some(0), "{list:?}");
    for case in cases {
        let row = list.out.lines().find(|line| line.contains(&case.slug[..5])).expect(case.slug);
        assert!(row.ends_with(&case.shown()), "{}: {row}", case.slug);
        assert_eq!(row.contains('✓'), case.grade == "resuelto", "{row}");
    }

    for case in cases {
        let ran = quickly(&mut project.command(&["prueba", &case.slug[..5]]));
        assert_eq!(ran.code == Some(0), case.grade == "resuelto", "{}: {ran:?}", case.slug);
        assert!(ran.out.contains(case.says), "{}: {}", case.slug, ran.out);
    }

    let entries = Entries::new();
    for case in cases {
        if let Some(content) = case.content() {
            entries.hand_in(&format!("ana/{}.rs", case.slug), content);
        }
    }
    let ran =
        quickly(&mut project.command(&["califica", entries.place(), "--csv", &entries.csv()]));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let graded = rows(&entries.csv()).remove(0);
    let grades: Vec<&str> = graded.split(',').skip(3).take(cases.len()).collect();
    let expected: Vec<&str> = cases.iter().map(|case| case.grade).collect();
    assert_eq!(grades, expected);
    assert!(project.snapshot() == before, "no cambió nada en el disco");
}
