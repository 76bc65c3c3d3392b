//! Ejecutar las pruebas: cada una en su propio proceso.
//!
//! Así nada de lo que escriba una prueba —ni una línea que imite el resultado de otra— se confunde
//! con lo que dice el programa de pruebas, y una que no termina no deja sin respuesta a las demás.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::error::GuideError;
use crate::exercises::Exercise;
use crate::process::{self, Limits};
use crate::verdict::{self, Verdict};

/// Lo que se le concede a una prueba. Casi todas tardan milésimas y toman unos pocos megas. Las que usan la
/// red tienen sus propios plazos, más cortos.
const LIMITS: Limits = Limits { time: Duration::from_secs(20), memory: 512 << 20 };

/// La variable con que una computadora muy lenta pide más segundos para cada prueba.
const SECONDS: &str = "EJERCICIOS_SEGUNDOS";

/// Lo más que puede pedir: una hora.
const MAX_SECONDS: u64 = 3600;

fn limits() -> Limits {
    let asked = std::env::var(SECONDS).ok().and_then(|seconds| seconds.parse().ok());
    let time = asked.filter(|seconds| (1..=MAX_SECONDS).contains(seconds));
    let time = time.map_or(LIMITS.time, Duration::from_secs);
    Limits { time, ..LIMITS }
}

/// Dice si todavía hace falta seguir probando.
pub type Wanted<'a> = &'a (dyn Fn() -> bool + Sync);

/// Para quien quiere los resultados, tarden lo que tarden.
#[must_use]
pub fn always() -> bool {
    true
}

/// El programa de pruebas ya compilado.
#[derive(Debug)]
pub struct Suite {
    program: PathBuf,
    folder: PathBuf,
    limits: Limits,
}

/// Una prueba que se ejecutó.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// Su nombre, con el del ejercicio: `cap01_texto::responde_200`.
    pub test: String,
    /// Qué resultó.
    pub verdict: Verdict,
}

impl Trial {
    /// El nombre sin el del ejercicio: `responde_200`.
    #[must_use]
    pub fn short_name(&self) -> &str {
        self.test.split_once("::").map_or(&self.test, |(_, name)| name)
    }

    /// Si pasó.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.verdict == Verdict::Passed
    }
}

impl Suite {
    /// Las pruebas de `program`, que se ejecutan en `folder` como hace cargo.
    #[must_use]
    pub fn new(program: PathBuf, folder: PathBuf) -> Self {
        Self { program, folder, limits: limits() }
    }

    /// Con otros límites para cada prueba.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// El programa.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// Los nombres de todas las pruebas. Para saberlos no se ejecuta código de ningún ejercicio.
    ///
    /// # Errors
    /// El programa no se pudo ejecutar.
    pub fn tests(&self) -> Result<Vec<String>, GuideError> {
        let output = self.command().args(["--list", "--format", "terse"]).output();
        let output = output.map_err(|error| GuideError::Program(error.to_string()))?;
        let listed = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(listed.lines().filter_map(|line| line.strip_suffix(": test")).map(Into::into).collect())
    }

    /// Ejecuta las pruebas de un ejercicio.
    ///
    /// # Errors
    /// El programa no se pudo ejecutar.
    pub fn run(&self, exercise: &Exercise, wanted: Wanted) -> Result<Vec<Trial>, GuideError> {
        let mut tests = self.tests()?;
        let prefix = format!("{}::", exercise.slug());
        tests.retain(|test| test.starts_with(&prefix));
        self.run_tests(&tests, wanted)
    }

    /// Ejecuta esas pruebas, tantas a la vez como núcleos haya, y las devuelve en el mismo orden.
    ///
    /// # Errors
    /// El programa no se pudo ejecutar.
    pub fn run_tests(&self, tests: &[String], wanted: Wanted) -> Result<Vec<Trial>, GuideError> {
        let next = AtomicUsize::new(0);
        let done = Mutex::new(Vec::new());
        let work = || {
            while let Some(test) = tests.get(next.fetch_add(1, Ordering::Relaxed)) {
                let verdict = self.run_one(test, wanted);
                done.lock().unwrap_or_else(PoisonError::into_inner).push((test, verdict));
            }
        };
        thread::scope(|scope| {
            let workers = thread::available_parallelism().map_or(1, usize::from);
            for _ in 0..workers.min(tests.len()) {
                scope.spawn(work);
            }
        });
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_by_key(|(test, _)| tests.iter().position(|other| other == *test));
        let trials = done.into_iter().map(|(test, verdict)| {
            let verdict = verdict.map_err(|error| GuideError::Program(error.to_string()))?;
            Ok(Trial { test: test.clone(), verdict })
        });
        trials.collect()
    }

    fn run_one(&self, test: &str, wanted: Wanted) -> io::Result<Verdict> {
        if !wanted() {
            return Ok(verdict::unwanted());
        }
        let mut command = self.command();
        let ran = process::run(command.args(["--exact", test]), self.limits, wanted)?;
        Ok(verdict::of(test, &ran, self.limits))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .current_dir(&self.folder)
            .env("CARGO_MANIFEST_DIR", &self.folder)
            // Quien estudia no necesita la pila de llamadas del servidor.
            .env("RUST_BACKTRACE", "0")
            .env_remove("RUST_TEST_NOCAPTURE")
            .env_remove("RUST_TEST_SHUFFLE")
            .stdin(Stdio::null());
        command
    }
}
