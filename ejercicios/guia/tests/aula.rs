//! Lo que promete el apéndice para docentes: la copia de una clase, cómo se corrige lo entregado y
//! dónde fallan las respuestas equivocadas de su tabla.
//!
//! Solo para el proyecto: la copia no lleva este archivo, ni ese apéndice. Con `ANOTA=1`, las
//! transcripciones se escriben en lugar de compararse.

// <!-- permite: run -->

#[path = "aula/mistakes.rs"]
mod mistakes;

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mistakes::{Mistake, ROUNDS, UNSEEN};
use pretty_assertions::assert_eq;

const JUNIT: &str = "target/nextest/aula/junit.xml";

/// Las copias compilan en la misma carpeta, así que van de una en una.
static TURN: Mutex<()> = Mutex::new(());

/// La copia de una clase, recién hecha.
struct Class {
    place: PathBuf,
    _turn: MutexGuard<'static, ()>,
}

impl Class {
    /// La hace con el comando del apéndice; devuelve también lo que dijo la guía.
    fn new() -> (Self, String) {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let class = Self { place: place(), _turn: turn };
        let _ = fs::remove_dir_all(&class.place);
        let project = class.place.join("proyecto");
        fs::create_dir_all(&project).expect("se puede crear");
        let output = Command::new(env!("CARGO_BIN_EXE_guia"))
            .args(["copia", "../mi-curso"])
            .current_dir(project)
            .env("CARGO_MANIFEST_DIR", env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("la guía se ejecuta");
        let said = text(&output.stdout);
        assert!(output.status.success(), "{said}{}", text(&output.stderr));
        (class, said)
    }

    fn folder(&self) -> PathBuf {
        self.place.join("mi-curso")
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder().join(name)).expect(name)
    }

    /// Entrega esa respuesta: la solución, con el error.
    fn hand_in(&self, mistake: &Mistake) {
        let name = format!("{}.rs", mistake.slug);
        let solution = root().join("ejercicios/src/soluciones").join(&name);
        let solution = fs::read_to_string(solution).expect(&name);
        assert!(solution.contains(mistake.right), "{name} no dice:\n{}", mistake.right);
        let stub = format!("ejercicios/src/pendientes/{name}");
        let title = self.read(&stub).lines().next().expect("tiene título").to_owned();
        let (_, code) = solution.split_once('\n').expect("tiene código");
        let answer = format!("{title}\n{}", code.replace(mistake.right, mistake.wrong));
        fs::write(self.folder().join(stub), answer).expect("se puede escribir");
    }

    fn cargo(&self, order: &str) -> Output {
        let mut command = Command::new(env!("CARGO"));
        command.args(order.split(' ')).current_dir(self.folder());
        self.run(command)
    }

    fn guide(&self, order: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guia"));
        command
            .args(order.split_whitespace())
            .env("CARGO_MANIFEST_DIR", self.folder().join("ejercicios/guia"));
        self.run(command)
    }

    /// En su propia carpeta de compilación: en la del proyecto, cargo podría tomar lo compilado de la
    /// copia por lo del proyecto.
    fn run(&self, mut command: Command) -> Output {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("aula");
        command.env("CARGO_TARGET_DIR", target).env("RUST_BACKTRACE", "0");
        command.output().expect("la orden se ejecuta")
    }

    /// Los totales del informe: cuántas pruebas y cuántos fallos.
    fn reported(&self) -> String {
        let report = self.read(JUNIT);
        let totals = report.lines().find(|line| line.starts_with("<testsuites ")).expect("totales");
        let of = |name: &str| totals.split(' ').find(|word| word.starts_with(name)).expect(name);
        format!("{} {}", of("tests="), of("failures="))
    }

    /// Las pruebas que fallan de lo entregado, con su módulo.
    fn failures(&self) -> BTreeSet<String> {
        let output = self.cargo("test -p ejercicios --no-fail-fast");
        let said = text(&output.stdout);
        let results: Vec<&str> = said.lines().filter(|line| line.starts_with("test cap")).collect();
        assert!(!results.is_empty(), "{said}{}", text(&output.stderr));
        let failed = results.iter().filter_map(|line| line.strip_suffix(" ... FAILED"));
        let names = failed.filter_map(|line| line.strip_prefix("test "));
        names.filter(|name| self.is_handed_in(name)).map(str::to_owned).collect()
    }

    /// Si el ejercicio de esa prueba ya no está como se entrega.
    fn is_handed_in(&self, test: &str) -> bool {
        let (slug, _) = test.split_once("::").expect("va con su módulo");
        let read = |folder: &str| self.read(&format!("ejercicios/{folder}/{slug}.rs"));
        read("src/pendientes") != read("originales")
    }
}

impl Drop for Class {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.place);
    }
}

/// Fuera del proyecto, y siempre la misma: lo compilado de una copia sirve para la siguiente.
fn place() -> PathBuf {
    let mut hasher = DefaultHasher::new();
    env!("CARGO_MANIFEST_DIR").hash(&mut hasher);
    std::env::temp_dir().join(format!("pasarela-aula-{:x}", hasher.finish()))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("el proyecto está")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Lo dicho tras esa orden es lo que muestra el libro.
#[track_caller]
fn check_transcript(name: &str, order: &str, said: &str) {
    let path = root().join(format!("book/transcripciones/{name}.txt"));
    let seen = format!("$ {order}\n{said}");
    if std::env::var_os("ANOTA").is_some() {
        fs::write(&path, &seen).expect("se puede escribir");
    }
    assert_eq!(seen, fs::read_to_string(&path).expect(name));
}

/// Cuántos archivos van cambia con cada archivo del proyecto.
fn mask_files(said: &str) -> String {
    let mut words: Vec<&str> = said.split(' ').collect();
    let unit = words.iter().position(|word| *word == "archivos,").expect("dice cuántos");
    assert!(words[unit - 1].parse::<usize>().is_ok_and(|files| files > 100), "{said}");
    words[unit - 1] = "487";
    words.join(" ")
}

#[test]
#[ignore = "necesita git"]
fn la_copia_se_hace_y_se_corrige_como_dice_el_libro() {
    let (class, said) = Class::new();
    check_transcript("docentes_copia", "cargo ejercicios copia ../mi-curso", &mask_files(&said));
    assert!(!class.folder().join("book/capitulos/para_docentes.md").exists());

    class.hand_in(&ROUNDS[0][0]);
    let checked = class.guide("prueba cap01");
    assert_eq!(checked.status.code(), Some(1));
    let order = "cargo ejercicios prueba cap01";
    check_transcript("docentes_prueba", order, &text(&checked.stdout));

    let offline = class.cargo("test --offline -p ejercicios cap01");
    assert!(text(&offline.stdout).contains("3 passed; 1 failed"), "{}", text(&offline.stderr));
}

/// El paso que suma los puntos en la calificación automática.
fn points(workflow: &str, outcomes: &[(String, bool)]) -> String {
    let (_, step) = workflow.split_once("name: Puntos").expect("está");
    let (_, script) = step.split_once("run: |\n").expect("tiene un programa");
    let script: Vec<&str> =
        script.lines().take_while(|line| !line.trim_start().starts_with('#')).collect();
    let outcome = |passed| if passed { "success" } else { "failure" };
    let outcomes: Vec<String> = outcomes
        .iter()
        .map(|(chapter, passed)| format!("{chapter}={}", outcome(*passed)))
        .collect();
    let mut command = Command::new("bash");
    command
        .args(["-euo", "pipefail", "-c", &script.join("\n")])
        .env("RESULTADOS", outcomes.join(" "))
        .env("LISTA", "success")
        .env("GITHUB_STEP_SUMMARY", "/dev/null")
        .current_dir(std::env::temp_dir());
    text(&command.output().expect("hay bash").stdout)
}

#[test]
#[ignore = "necesita git y bash"]
fn la_calificacion_automatica_da_los_puntos_que_da_la_guia() {
    let (class, _) = Class::new();
    let solutions = root().join("ejercicios/src/soluciones");
    let mut chapters = Vec::new();
    for mistake in ROUNDS[0] {
        let stub = format!("ejercicios/src/pendientes/{}.rs", mistake.slug);
        let solution = fs::read_to_string(solutions.join(format!("{}.rs", mistake.slug)));
        let answer = match mistake.slug {
            "cap04_rutas" | "cap06_formularios" => solution.expect("está"),
            "cap10_archivos" => solution.expect("está") + "\nfn a( {",
            _ => class.read(&stub).replace("todo!(", "std::process::exit(0); panic!("),
        };
        fs::write(class.folder().join(stub), answer).expect("se puede escribir");
        chapters.push(mistake.slug[..5].to_owned());
    }

    let workflow = class.read(".github/workflows/classroom.yml");
    let outcomes: Vec<(String, bool)> = chapters
        .iter()
        .map(|chapter| {
            let step = format!("run: cargo ejercicios prueba {chapter}\n");
            assert!(workflow.contains(&step), "{chapter} lo califica la guía");
            (chapter.clone(), class.guide(&format!("prueba {chapter}")).status.success())
        })
        .collect();
    let said = points(&workflow, &outcomes);
    assert!(said.contains("::notice title=Autograding complete::Points 20/100\n"), "{said}");
    let list = text(&class.guide("").stdout);
    assert!(list.starts_with("[##------------------] 2 de 17\n"), "{list}");
}

#[test]
#[ignore = "necesita git"]
fn todas_las_entregas_se_califican_con_un_comando() {
    let (class, _) = Class::new();
    let hand_in = |name: &str, path: &str, text: &str| {
        let path = class.place.join("entregas").join(name).join(path);
        fs::create_dir_all(path.parent().expect("tiene carpeta")).expect("se puede crear");
        fs::write(path, text).expect("se puede escribir");
    };
    let solution = |mistake: &Mistake| {
        let path = format!("ejercicios/src/soluciones/{}.rs", mistake.slug);
        fs::read_to_string(root().join(path)).expect(mistake.slug)
    };
    for mistake in ROUNDS[0] {
        let name = format!("{}.rs", mistake.slug);
        hand_in("ana", &name, &solution(mistake));
        let wrong = solution(mistake).replace(mistake.right, mistake.wrong);
        hand_in("beto", &format!("ejercicios/src/pendientes/{name}"), &wrong);
    }
    hand_in("carla", "cap07.rs", &(solution(&ROUNDS[0][6]) + "\nfn a( {"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_guia"));
    command
        .args("califica ../entregas --csv ../notas.csv".split(' '))
        .env("CARGO_MANIFEST_DIR", class.folder().join("ejercicios/guia"))
        .current_dir(class.place.join("proyecto"));
    let graded = class.run(command);
    assert!(graded.status.success(), "{}", text(&graded.stderr));
    let csv = fs::read_to_string(class.place.join("notas.csv")).expect("está");
    let starts = ["ana,10,17,resuelto,", "beto,0,17,3 de 4,", "carla,0,17,no entregado,"];
    for (row, start) in csv.lines().skip(1).zip(starts) {
        assert!(row.starts_with(start), "{csv}");
    }
    assert!(csv.contains("no compila"), "{csv}");
}

#[test]
#[ignore = "necesita git y cargo-nextest"]
fn nextest_deja_su_informe() {
    let (class, _) = Class::new();
    let order = "nextest run -p ejercicios --profile aula --no-tests fail";
    class.hand_in(&ROUNDS[0][0]);
    let code = class.cargo(&format!("{order} cap01_")).status.code();
    assert_eq!(code, Some(100), "una de las cuatro falla");
    assert_eq!(class.reported(), "tests=\"4\" failures=\"1\"");
    assert_eq!(class.cargo(&format!("{order} cap99_")).status.code(), Some(4), "no hay ninguna");
}

#[test]
#[ignore = "necesita git"]
fn con_las_dependencias_dentro_no_hace_falta_internet() {
    let (class, _) = Class::new();
    let vendored = class.cargo("vendor --locked --sync book/Cargo.toml");
    assert!(vendored.status.success(), "{}", text(&vendored.stderr));
    let config = class.folder().join(".cargo/config.toml");
    fs::write(&config, class.read(".cargo/config.toml") + "\n" + &text(&vendored.stdout))
        .expect("se puede escribir");
    // Una casa de cargo vacía no tiene nada descargado.
    let home = class.place.join("casa");
    for manifest in ["Cargo.toml", "book/Cargo.toml"] {
        let mut command = Command::new(env!("CARGO"));
        command.args(["fetch", "--locked", "--offline", "--manifest-path", manifest]);
        command.current_dir(class.folder()).env("CARGO_HOME", &home);
        let fetched = class.run(command);
        assert!(fetched.status.success(), "{manifest}: {}", text(&fetched.stderr));
    }
}

#[test]
#[ignore = "necesita git"]
fn cada_respuesta_equivocada_falla_donde_dice_la_tabla() {
    let (class, _) = Class::new();
    for round in ROUNDS {
        round.iter().for_each(|mistake| class.hand_in(mistake));
        let full = |mistake: &Mistake| {
            let slug = mistake.slug;
            mistake.fails.iter().map(move |test| format!("{slug}::{test}")).collect::<Vec<_>>()
        };
        let expected: BTreeSet<String> = round.iter().flat_map(full).collect();
        assert_eq!(class.failures(), expected);
    }
}

#[test]
#[ignore = "necesita git"]
fn lo_que_las_pruebas_no_ven_hay_que_mirarlo() {
    let (class, _) = Class::new();
    let corrected = ROUNDS[0].iter().map(|mistake| Mistake { wrong: mistake.right, ..*mistake });
    corrected.for_each(|answer| class.hand_in(&answer));
    UNSEEN.iter().for_each(|mistake| class.hand_in(mistake));
    assert_eq!(class.failures(), BTreeSet::new());
}
