//! El programa con las pruebas de todos los ejercicios: cargo lo compila y dice dónde quedó.
//!
//! Los ejercicios comparten un paquete, así que un error en uno impide probar los demás. El mensaje
//! es siempre el del compilador, entero; lo único que se averigua es de qué archivo habla.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::console::{Paint, note, without_colour};
use crate::error::GuideError;
use crate::exercises::{Exercise, Project};
use crate::trial::Suite;

/// A partir de aquí se avisa que se está compilando. Lo habitual es menos; la primera vez, bastante más.
const SILENCE: Duration = Duration::from_millis(1500);

/// Lo que resultó de compilar.
#[derive(Debug)]
pub enum Compiled {
    /// Las pruebas se pueden ejecutar. Con ellas, las advertencias del compilador.
    Ready(Suite, String),
    /// Algo no compila.
    Broken(Broken),
}

/// Lo que no compila.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Lo que dijo el compilador, con sus colores si la terminal los admite.
    pub complaint: String,
    /// Los archivos en los que están los errores, vistos desde la raíz.
    pub files: Vec<String>,
}

impl Broken {
    /// El ejercicio de un archivo que no compila; si el error está en otra parte, el primero.
    #[must_use]
    pub fn to_mend(&self, exercises: &[Exercise]) -> Exercise {
        let guilty = exercises.iter().find(|exercise| self.files.contains(&exercise.stub()));
        guilty.unwrap_or(&exercises[0]).clone()
    }
}

/// Compila las pruebas de los ejercicios, y nada más que ellas.
///
/// # Errors
/// cargo no se pudo ejecutar, o no dijo dónde dejó el programa.
pub fn compile(project: &Project) -> Result<Compiled, GuideError> {
    let output = run_cargo(project).map_err(|error| GuideError::Cargo(error.to_string()))?;
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        let files = files_with_errors(&without_colour(&complaint));
        return Ok(Compiled::Broken(Broken { complaint, files }));
    }
    let program = executable_in(&String::from_utf8_lossy(&output.stdout))
        .ok_or_else(|| GuideError::Cargo("no dijo dónde quedó el programa de pruebas".into()))?;
    Ok(Compiled::Ready(Suite::new(program, project.exercises_folder()), complaint))
}

fn run_cargo(project: &Project) -> std::io::Result<Output> {
    // El mismo cargo que nos ejecuta: puede no ser el primero de `PATH`.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let colour = if Paint::of_stderr() == Paint::Colour { "always" } else { "never" };
    let mut command = Command::new(cargo);
    command
        .args(["test", "--quiet", "--package", "ejercicios", "--test", "ejercicios", "--no-run"])
        .args(["--message-format", "json-render-diagnostics", "--color", colour])
        .current_dir(project.root())
        .stdin(Stdio::null());
    while_noting_slowness(|| command.output())
}

fn while_noting_slowness<T>(work: impl FnOnce() -> T) -> T {
    let (finished, waiting) = mpsc::channel::<()>();
    thread::spawn(move || {
        if waiting.recv_timeout(SILENCE) == Err(RecvTimeoutError::Timeout) {
            note("Compilando… La primera vez tarda más.");
        }
    });
    let result = work();
    drop(finished);
    result
}

/// El programa que nombra el último `"executable"` de los mensajes de cargo, un JSON por línea.
fn executable_in(messages: &str) -> Option<PathBuf> {
    let artifacts = messages.lines().filter(|line| line.contains("\"compiler-artifact\""));
    let paths = artifacts.filter_map(|line| line.split_once("\"executable\":\""));
    paths.filter_map(|(_, rest)| json_string(rest)).next_back().map(PathBuf::from)
}

/// Una cadena de JSON, a partir de lo que sigue a sus primeras comillas.
fn json_string(text: &str) -> Option<String> {
    let mut value = String::new();
    let mut letters = text.chars();
    loop {
        match letters.next()? {
            '"' => return Some(value),
            '\\' => value.push(match letters.next()? {
                'n' => '\n',
                't' => '\t',
                'u' => unicode_escape(&mut letters)?,
                other => other,
            }),
            other => value.push(other),
        }
    }
}

/// Las cuatro cifras que siguen a `\u`. cargo solo escribe así los controles.
fn unicode_escape(letters: &mut std::str::Chars<'_>) -> Option<char> {
    let digits: String = letters.by_ref().take(4).collect();
    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
}

/// Los archivos de los errores: el primer `-->` detrás de cada `error`. Los de las advertencias no cuentan.
fn files_with_errors(complaint: &str) -> Vec<String> {
    let mut files: Vec<String> = Vec::new();
    let mut in_error = false;
    for line in complaint.lines() {
        if line.starts_with("error") || line.starts_with("warning") {
            in_error = line.starts_with("error");
        } else if in_error && let Some(place) = line.trim_start().strip_prefix("--> ") {
            in_error = false;
            let file = file_of(place).replace('\\', "/");
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    files
}

/// `src/a.rs:12:5` da `src/a.rs`. Se quita por la derecha: en Windows la ruta puede llevar `C:`.
fn file_of(place: &str) -> &str {
    place.rsplitn(3, ':').nth(2).unwrap_or(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn el_programa_es_el_que_dice_cargo() {
        let messages = "{\"reason\":\"compiler-artifact\",\"executable\":null,\"fresh\":true}\n\
            {\"reason\":\"compiler-artifact\",\"executable\":\"C:\\\\curso \\u0007\\\\a.exe\"}\n\
            {\"reason\":\"build-finished\",\"success\":true}\n";
        assert_eq!(executable_in(messages), Some(PathBuf::from("C:\\curso \u{7}\\a.exe")));
        assert_eq!(executable_in("{\"reason\":\"build-finished\"}"), None);
        assert_eq!(executable_in("\"compiler-artifact\" \"executable\":\"sin cerrar"), None);
    }

    #[test]
    fn los_archivos_son_los_de_los_errores() {
        let complaint = "\
warning: unused variable: `x`
 --> ejercicios/src/pendientes/cap01_texto.rs:3:9

error[E0308]: mismatched types
  --> ejercicios\\src\\pendientes\\cap02_html.rs:15:5
   |
note: expected because of this
  --> src/body.rs:10:1

error: expected one of `.`, `;`
  --> ejercicios\\src\\pendientes\\cap02_html.rs:20:1

error: could not compile `ejercicios` (lib) due to 2 previous errors; 1 warning emitted
";
        assert_eq!(files_with_errors(complaint), ["ejercicios/src/pendientes/cap02_html.rs"]);
        assert_eq!(file_of("C:\\a.rs:1:2"), "C:\\a.rs");
    }
}
