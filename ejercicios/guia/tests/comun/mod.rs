//! Un proyecto pequeño en una carpeta temporal, y la guía ejecutada en él como la ejecuta quien estudia.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use tempfile::TempDir;

/// Sobra para compilar un proyecto de cuatro archivos en una computadora ocupada.
const PATIENCE: Duration = Duration::from_secs(120);

pub const FIRST: &str = "ejercicios/src/pendientes/cap01_uno.rs";
pub const SECOND: &str = "ejercicios/src/pendientes/cap02_dos.rs";

/// Un proyecto de dos ejercicios, sin dependencias.
pub struct SmallProject {
    pub folder: TempDir,
}

impl SmallProject {
    pub fn new() -> Self {
        let project = Self { folder: tempfile::tempdir().expect("hay carpeta temporal") };
        copy_folder(&model(), &project.path(""));
        project
    }

    /// Con otro nombre en lugar de los dos que trae cada uno de sus ejercicios: todos piden lo mismo que el
    /// primero.
    pub fn with_exercises(slugs: &[&str]) -> Self {
        let project = Self::new();
        for slug in ["cap01_uno", "cap02_dos"] {
            project.forget(slug);
        }
        let first = model().join("ejercicios/tests/ejercicios/cap01_uno.rs");
        let tests = fs::read_to_string(first).expect("está");
        for slug in slugs {
            let stub = answered(FIRST, "todo!()");
            project.write(&format!("ejercicios/originales/{slug}.rs"), &stub);
            project.write(&stub_of(slug), &stub);
            let tests = tests.replace("cap01_uno", slug);
            project.write(&format!("ejercicios/tests/ejercicios/{slug}.rs"), &tests);
        }
        let modules = |start: &str, end: &str| -> String {
            slugs.iter().map(|slug| format!("{start}{slug}{end}mod {slug};\n")).collect()
        };
        let library = modules("#[path = \"pendientes/", ".rs\"]\npub ");
        project.write("ejercicios/src/lib.rs", &library);
        let tests: String = slugs.iter().map(|slug| format!("mod {slug};\n")).collect();
        project.write("ejercicios/tests/ejercicios/main.rs", &tests);
        project
    }

    fn forget(&self, slug: &str) {
        for folder in ["originales", "src/pendientes", "src/soluciones", "tests/ejercicios"] {
            fs::remove_file(self.path(&format!("ejercicios/{folder}/{slug}.rs"))).expect("está");
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("tiene carpeta")).expect("se puede crear");
        fs::write(path, text).expect("se puede escribir");
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect(name)
    }

    /// Escribe una respuesta en el primer ejercicio.
    pub fn answer_first(&self, expression: &str) {
        self.write(FIRST, answered(FIRST, expression));
    }

    /// Le pone a un archivo una fecha de hace dos días, como la conserva un ZIP.
    pub fn age(&self, name: &str) {
        let file = fs::File::options().write(true).open(self.path(name)).expect(name);
        let then = SystemTime::now() - Duration::from_secs(2 * 86_400);
        file.set_modified(then).expect("se puede fechar");
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guia"));
        command
            .args(arguments)
            .env("CARGO_MANIFEST_DIR", self.path("ejercicios/guia"))
            .env_remove("CARGO_TARGET_DIR")
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.command(arguments).output().expect("la guía se ejecuta"))
    }

    /// Todos los archivos, menos lo compilado, con lo que tienen.
    pub fn snapshot(&self) -> Vec<(PathBuf, Vec<u8>)> {
        files_in(self.folder.path(), &self.path("target"))
    }
}

/// Los archivos de una carpeta, menos los de otra.
pub fn files_in(folder: &Path, skipped: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).expect("se lee").flatten() {
            let path = entry.path();
            if path.is_dir() && path != skipped {
                pending.push(path);
            } else if path.is_file() {
                let content = fs::read(&path).expect("se lee");
                found.push((path, content));
            }
        }
    }
    found.sort();
    found
}

pub fn stub_of(slug: &str) -> String {
    format!("ejercicios/src/pendientes/{slug}.rs")
}

/// El ejercicio de ese archivo, con su respuesta.
pub fn answered(name: &str, expression: &str) -> String {
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
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        // Lo que solo se dice si la computadora está ocupada.
        let err = text(&output.stderr);
        let waits = ["Compilando", "Otro cargo"];
        let err = err.lines().filter(|line| !waits.iter().any(|wait| line.starts_with(wait)));
        let err = err.map(|line| format!("{line}\n")).collect();
        Self { code: output.status.code(), out: text(&output.stdout), err }
    }
}

/// La guía en marcha, con lo que va diciendo.
pub struct Watching {
    pub child: Child,
    keys: ChildStdin,
    said: Arc<Mutex<String>>,
    read: usize,
}

impl Watching {
    pub fn start(project: &SmallProject) -> Self {
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
    pub fn hear(&mut self, text: &str) -> String {
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

    pub fn press(&mut self, key: &str) {
        writeln!(self.keys, "{key}").expect("la guía lee");
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
