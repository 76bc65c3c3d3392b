//! Ejecutar las pruebas: cada una en su propio proceso.
//!
//! Así nada de lo que escriba una prueba —ni una línea que imite el resultado de otra— se confunde
//! con lo que dice el programa de pruebas, y una que no termina no deja sin respuesta a las demás.

use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::GuideError;
use crate::exercises::Exercise;
use crate::verdict::{self, Verdict};

/// Lo que se le concede a una prueba. Las que usan la red tienen sus propios plazos, más cortos.
const LIMIT: Duration = Duration::from_secs(30);

/// Cada cuánto se mira si una prueba terminó.
const INTERVAL: Duration = Duration::from_millis(5);

/// Cuánto se guarda de lo que escribe una prueba; lo demás se lee y se olvida.
const MAX_OUTPUT: u64 = 1 << 20;

/// El programa de pruebas ya compilado.
#[derive(Debug)]
pub struct Suite {
    program: PathBuf,
    folder: PathBuf,
    limit: Duration,
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
        Self { program, folder, limit: LIMIT }
    }

    /// Con otro límite para cada prueba.
    #[must_use]
    pub fn with_limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
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
    pub fn run(&self, exercise: &Exercise) -> Result<Vec<Trial>, GuideError> {
        let mut tests = self.tests()?;
        let prefix = format!("{}::", exercise.slug());
        tests.retain(|test| test.starts_with(&prefix));
        self.run_tests(&tests)
    }

    /// Ejecuta esas pruebas, tantas a la vez como núcleos haya, y las devuelve en el mismo orden.
    ///
    /// # Errors
    /// El programa no se pudo ejecutar.
    pub fn run_tests(&self, tests: &[String]) -> Result<Vec<Trial>, GuideError> {
        let next = AtomicUsize::new(0);
        let done = Mutex::new(Vec::new());
        let work = || {
            while let Some(test) = tests.get(next.fetch_add(1, Ordering::Relaxed)) {
                let verdict = self.run_one(test);
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

    fn run_one(&self, test: &str) -> io::Result<Verdict> {
        let mut child = self
            .command()
            .args(["--exact", test])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let stdout = keep(child.stdout.take());
        let stderr = keep(child.stderr.take());
        let status = wait(&mut child, self.limit)?;
        let (stdout, stderr) = (kept(stdout), kept(stderr));
        Ok(match status {
            Some(status) => verdict::of(test, status.code(), &stdout, &stderr),
            None => verdict::never_finished(self.limit),
        })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .current_dir(&self.folder)
            .env("CARGO_MANIFEST_DIR", &self.folder)
            // Quien estudia no necesita la pila de llamadas del servidor.
            .env("RUST_BACKTRACE", "0")
            .env_remove("RUST_TEST_NOCAPTURE")
            .stdin(Stdio::null());
        command
    }
}

/// Espera a que termine; si se pasa del límite, la termina y no hay estado.
fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + limit;
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(INTERVAL);
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

/// Un hilo que lee todo para que la prueba no se detenga, y guarda solo el principio.
fn keep(source: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut source) = source {
            let _ = source.by_ref().take(MAX_OUTPUT).read_to_end(&mut bytes);
            let _ = io::copy(&mut source, &mut io::sink());
        }
        bytes
    })
}

fn kept(reader: thread::JoinHandle<Vec<u8>>) -> String {
    String::from_utf8_lossy(&reader.join().unwrap_or_default()).into_owned()
}
