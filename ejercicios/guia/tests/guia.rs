//! La guía, ejecutada como la ejecuta quien estudia, en un proyecto pequeño de una carpeta temporal.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use guia::compile::{Compiled, compile};
use guia::exercises::Project;
use guia::verdict::Verdict;
use pretty_assertions::assert_eq;
use tempfile::TempDir;

/// Sobra para compilar un proyecto de cuatro archivos en una computadora ocupada.
const PATIENCE: Duration = Duration::from_secs(120);

const FIRST: &str = "ejercicios/src/pendientes/cap01_uno.rs";
const SECOND: &str = "ejercicios/src/pendientes/cap02_dos.rs";

/// Un proyecto de dos ejercicios, sin dependencias.
struct SmallProject {
    folder: TempDir,
}

impl SmallProject {
    fn new() -> Self {
        let project = Self { folder: tempfile::tempdir().expect("hay carpeta temporal") };
        copy_folder(&model(), &project.path(""));
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("tiene carpeta")).expect("se puede crear");
        fs::write(path, text).expect("se puede escribir");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect(name)
    }

    /// Escribe una respuesta en el primer ejercicio.
    fn answer_first(&self, expression: &str) {
        self.write(FIRST, &answered(FIRST, expression));
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guia"));
        command
            .args(arguments)
            .env("CARGO_MANIFEST_DIR", self.path("ejercicios/guia"))
            .env_remove("CARGO_TARGET_DIR")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.command(arguments).output().expect("la guía se ejecuta"))
    }

    fn git(&self, arguments: &[&str]) {
        let identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
        let mut command = Command::new("git");
        let output =
            command.args(identity).args(arguments).current_dir(self.folder.path()).output();
        let output = output.expect("git se ejecuta");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// El ejercicio de ese archivo, con su respuesta.
fn answered(name: &str, expression: &str) -> String {
    let text = fs::read_to_string(model().join(name)).expect(name);
    text.replace("todo!()", expression)
}

fn model() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/proyecto")
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("se puede crear");
    for entry in fs::read_dir(from).expect("se lee").flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_folder(&from, &to);
        } else {
            fs::copy(from, to).expect("se puede copiar");
        }
    }
}

/// Lo que dejó una ejecución.
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

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
         Sigue cap02. Abre ejercicios/src/pendientes/cap02_dos.rs\n\
         y deja en marcha cargo ejercicios vigila, que prueba cada vez que guardas.\n"
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
    let Compiled::Ready(suite, _) = compile(&project).expect("cargo se ejecuta") else {
        panic!("compila")
    };
    // Por corto que sea el plazo, el resultado es el mismo: no termina nunca.
    let suite = suite.with_limit(Duration::from_millis(50));
    let trials = suite.run(&project.find("cap01").expect("está")).expect("se ejecuta");
    let reason = "no terminó en 0 segundos\npista: ¿hay un bucle que no termina?";
    let names: Vec<&str> = trials.iter().map(|trial| trial.short_name()).collect();
    assert_eq!(names, ["dice_uno", "no_dice_cero"]);
    assert!(
        trials.iter().all(|trial| trial.verdict == Verdict::Failed(reason.into())),
        "{trials:?}"
    );
}

#[test]
fn lo_que_no_compila_lo_dice_el_compilador() {
    let project = SmallProject::new();
    project.write(SECOND, &answered(SECOND, "\"dos\""));
    let ran = project.run(&["prueba", "cap01"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.starts_with("error[E0308]: mismatched types\n"), "{}", ran.err);
    assert_eq!(
        ran.out,
        format!(
            "No compila: {SECOND}\n\
             Los ejercicios se compilan juntos: hasta arreglarlo no se puede probar cap01.\n"
        )
    );
    let list = project.run(&[]);
    assert!(list.out.contains("\n  ✗ cap02  di dos"), "{}", list.out);
    assert_eq!(list.code, Some(0));
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
        "error: no existe la orden «corre»; las que hay son prueba, pista, vigila, copia y ayuda\n"
    );
    assert_eq!(
        says(&["vigila", "cap09"]),
        "error: no hay un ejercicio «cap09»; los que hay son cap01, cap02\n"
    );
    assert_eq!(
        says(&["prueba", "cap01", "ya"]),
        "error: sobra «ya»; `cargo ejercicios ayuda` dice qué lleva cada orden\n"
    );
    assert!(project.run(&["ayuda"]).out.starts_with("Uso: cargo ejercicios [orden]\n"));
}

/// La guía vigilando, con lo que va diciendo.
struct Watching {
    child: Child,
    keys: ChildStdin,
    said: Arc<Mutex<String>>,
    read: usize,
}

impl Watching {
    fn start(project: &SmallProject) -> Self {
        let mut command = project.command(&["vigila"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("la guía se ejecuta");
        let said = Arc::new(Mutex::new(String::new()));
        let mut out = child.stdout.take().expect("tiene salida");
        let listener = Arc::clone(&said);
        thread::spawn(move || {
            let (mut pending, mut buffer) = (Vec::new(), [0; 4096]);
            while let Ok(count @ 1..) = out.read(&mut buffer) {
                pending.extend_from_slice(&buffer[..count]);
                *listener.lock().expect("nadie falla con él") =
                    String::from_utf8_lossy(&pending).into_owned();
            }
        });
        let keys = child.stdin.take().expect("tiene entrada");
        Self { child, keys, said, read: 0 }
    }

    /// Espera ese texto, y devuelve todo lo nuevo hasta él.
    #[track_caller]
    fn hear(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let said = self.said.lock().expect("nadie falla con él").clone();
            if let Some(place) = said[self.read..].find(text) {
                let end = self.read + place + text.len();
                let heard = said[self.read..end].to_owned();
                self.read = end;
                return heard;
            }
            assert!(Instant::now() < deadline, "no dijo «{text}»:\n{}", &said[self.read..]);
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn press(&mut self, key: &str) {
        writeln!(self.keys, "{key}").expect("la guía lee");
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
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
    watching.hear("¡Muy bien! cap01 está resuelto.\n[##########----------] 1 de 2\n");
    watching.hear("\ncap02  di dos\n");
    watching.hear("Pasan 0 de 1 pruebas.\n");

    project.write(SECOND, &answered(SECOND, "2"));
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
fn la_copia_no_lleva_soluciones() {
    let project = SmallProject::new();
    project.write("ejercicios/target/algo.rs", "generado");
    let place = tempfile::tempdir().expect("hay carpeta temporal");
    let folder = place.path().join("clase");
    let ran = project.run(&["copia", folder.to_str().expect("es texto")]);
    assert!(ran.err.starts_with("aviso: sin git no se sabe"), "{}", ran.err);
    assert_eq!(ran.err.lines().count(), 1);
    assert!(ran.out.contains(": 10 archivos, 2 ejercicios, ninguna solución."), "{}", ran.out);

    let read = |name: &str| fs::read_to_string(folder.join(name)).expect(name);
    assert!(!folder.join("ejercicios/src/soluciones").exists());
    assert!(!folder.join("ejercicios/target").exists());
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

    let again = project.run(&["copia", folder.to_str().expect("es texto")]);
    assert_eq!(
        again.err,
        format!(
            "error: {} ya existe y no está vacía; elige otra carpeta, o vacíala antes\n",
            folder.display()
        )
    );
    let inside = project.path("clase");
    let refused = project.run(&["copia", inside.to_str().expect("es texto")]);
    assert!(refused.err.contains("está dentro del proyecto"), "{}", refused.err);
    assert!(!inside.exists());
}

#[test]
fn lo_ya_empezado_detiene_la_copia() {
    let project = SmallProject::new();
    project.answer_first("7");
    let place = tempfile::tempdir().expect("hay carpeta temporal");
    let ran = project.run(&["copia", place.path().to_str().expect("es texto")]);
    assert_eq!(
        ran.err,
        "error: la copia llevaría algo resuelto de cap01; deja esos archivos de \
         ejercicios/src/pendientes como se entregan\n"
    );
    assert!(is_empty(place.path()), "no se copia nada");
}

#[test]
fn una_solucion_a_la_vista_detiene_la_copia() {
    let project = SmallProject::new();
    project
        .write("book/capitulos/cap01_uno.md", "Así:\n\n{{#include ../soluciones/cap01_uno.rs}}\n");
    let place = tempfile::tempdir().expect("hay carpeta temporal");
    let ran = project.run(&["copia", place.path().to_str().expect("es texto")]);
    assert!(
        ran.err.starts_with("error: la línea 3 de book/capitulos/cap01_uno.md lleva todavía"),
        "{}",
        ran.err
    );
    assert!(is_empty(place.path()), "no se copia nada");
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).expect("se lee").next().is_none()
}

#[test]
#[ignore = "necesita git"]
fn con_git_los_ejercicios_van_como_se_guardaron() {
    let project = SmallProject::new();
    let unsolved = project.read(FIRST);
    project.git(&["init", "--quiet"]);
    project.git(&["add", "."]);
    project.git(&["commit", "--quiet", "--message", "todo"]);
    project.answer_first("1");
    project.write("apuntes.txt", "sin guardar en git");
    let place = tempfile::tempdir().expect("hay carpeta temporal");
    let ran = project.run(&["copia", place.path().to_str().expect("es texto")]);
    assert_eq!(
        ran.err,
        format!("aviso: {FIRST} tiene cambios sin guardar en git, que no van en la copia\n")
    );
    let copied = fs::read_to_string(place.path().join(FIRST)).expect("está");
    assert_eq!(copied, unsolved);
    assert!(!place.path().join("apuntes.txt").exists());
}
