//! Cargo, compilando en el taller: lo que dice del código se guarda, y mientras tanto se cuenta qué hace.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::console::{Paint, note, without_colour};
use crate::error::GuideError;
use crate::exercises::Project;

/// A partir de aquí se dice qué se espera. Lo habitual es menos; la primera vez, bastante más.
const SILENCE: Duration = Duration::from_millis(1500);

/// El ancho de la primera palabra de lo que cargo dice que hace: `   Compiling pasarela`.
const STATUS_WIDTH: usize = 12;

/// Lo que dijo cargo.
pub(super) struct Output {
    pub(super) success: bool,
    /// Los mensajes para programas.
    pub(super) messages: String,
    /// Los errores y las advertencias.
    pub(super) complaint: String,
}

/// Compila las pruebas del paquete de los ejercicios que hay en esa carpeta, sin ejecutarlas.
pub(super) fn build_tests(project: &Project, folder: &Path) -> Result<Output, GuideError> {
    let failed = |error: std::io::Error| GuideError::Cargo(error.to_string());
    let mut child = command(project, folder).spawn().map_err(failed)?;
    let stdout = child.stdout.take();
    let messages = thread::spawn(move || {
        let mut text = String::new();
        stdout.map(|mut stdout| stdout.read_to_string(&mut text));
        text
    });
    let complaint = follow(&lines_of(child.stderr.take()));
    let status = child.wait().map_err(failed)?;
    let messages = messages.join().unwrap_or_default();
    Ok(Output { success: status.success(), messages, complaint })
}

fn command(project: &Project, folder: &Path) -> Command {
    // El mismo cargo que nos ejecuta: puede no ser el primero de `PATH`.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let colour = if Paint::of_stderr() == Paint::Colour { "always" } else { "never" };
    let mut command = Command::new(cargo);
    command
        .args(["test", "--package", "ejercicios", "--test", "ejercicios", "--no-run"])
        .args(["--message-format", "json-render-diagnostics", "--color", colour])
        .current_dir(folder)
        // La carpeta del proyecto: las bibliotecas que ya compiló sirven aquí.
        .env("CARGO_TARGET_DIR", target_of(project))
        .env("CARGO_TERM_QUIET", "false")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn target_of(project: &Project) -> PathBuf {
    let chosen = std::env::var_os("CARGO_TARGET_DIR").filter(|folder| !folder.is_empty());
    let chosen = chosen.and_then(|folder| std::path::absolute(folder).ok());
    chosen.unwrap_or_else(|| project.root().join("target"))
}

fn lines_of(source: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (lines, received) = mpsc::channel();
    thread::spawn(move || {
        let Some(source) = source else { return };
        let mut source = BufReader::new(source);
        let mut line = Vec::new();
        while source.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
            let text = String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned();
            if lines.send(text).is_err() {
                return;
            }
            line.clear();
        }
    });
    received
}

/// Lee lo que dice cargo hasta que calla. Devuelve lo que dijo del código; de lo que hace, cuenta lo que
/// explica una espera.
fn follow(lines: &Receiver<String>) -> String {
    let mut complaint = String::new();
    let mut waiting = Waiting { since: Instant::now(), libraries: false, blocked: false, said: "" };
    loop {
        match lines.recv_timeout(SILENCE.saturating_sub(waiting.since.elapsed()).max(TICK)) {
            Ok(line) => match status_of(&line) {
                Some((verb, rest)) => waiting.learn(&verb, &rest),
                None => {
                    complaint.push_str(&line);
                    complaint.push('\n');
                }
            },
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return complaint,
        }
        waiting.explain();
    }
}

/// Cada cuánto se mira, como mínimo, si ya hay que explicar la espera.
const TICK: Duration = Duration::from_millis(100);

/// Por qué se espera, y lo último que se dijo de ello.
struct Waiting {
    since: Instant,
    libraries: bool,
    blocked: bool,
    said: &'static str,
}

impl Waiting {
    fn learn(&mut self, verb: &str, rest: &str) {
        match verb {
            "Compiling" => {
                self.blocked = false;
                self.libraries |= !rest.starts_with("ejercicios ");
            }
            "Downloading" => self.say("Descargando las bibliotecas…"),
            "Blocking" => self.blocked = true,
            _ => self.blocked = false,
        }
    }

    fn explain(&mut self) {
        if self.since.elapsed() < SILENCE {
            return;
        }
        if self.blocked {
            self.say("Otro cargo está trabajando (¿el del editor?): se espera a que termine.");
        } else if self.said.is_empty() {
            self.say(match self.libraries {
                true => "Compilando las bibliotecas… Esto pasa la primera vez.",
                false => "Compilando…",
            });
        }
    }

    fn say(&mut self, what: &'static str) {
        if self.said != what {
            note(what);
            self.said = what;
        }
    }
}

/// Lo que cargo dice que hace: el verbo, alineado a la derecha, y con qué.
fn status_of(line: &str) -> Option<(String, String)> {
    let plain = without_colour(line);
    let (verb, rest) = plain.trim_start().split_once(' ')?;
    let width = plain.len() - plain.trim_start().len() + verb.len();
    let is_verb = verb.starts_with(|letter: char| letter.is_ascii_uppercase())
        && verb.bytes().all(|letter| letter.is_ascii_alphabetic());
    (is_verb && width == STATUS_WIDTH).then(|| (verb.to_owned(), rest.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn lo_que_cargo_hace_no_es_lo_que_dice_del_codigo() {
        let status = |line| status_of(line).map(|(verb, rest)| format!("{verb}|{rest}"));
        let blocking = "    Blocking waiting for file lock on build directory";
        assert_eq!(
            status(blocking),
            Some("Blocking|waiting for file lock on build directory".into())
        );
        assert_eq!(
            status("\x1b[1m\x1b[92m   Compiling\x1b[0m a v1"),
            Some("Compiling|a v1".into())
        );
        for line in ["error: could not compile", "   |  Compiling x", "12 |     Blocking x", ""] {
            assert_eq!(status(line), None, "{line}");
        }
        let (lines, received) = mpsc::channel();
        for line in ["   Compiling ejercicios v0", "error: esto", " --> a.rs:1:1", ""] {
            lines.send(line.to_owned()).expect("hay quien lea");
        }
        drop(lines);
        assert_eq!(follow(&received), "error: esto\n --> a.rs:1:1\n\n");
    }
}
