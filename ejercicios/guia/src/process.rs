//! Un programa de otro, con límites: cuánto puede tardar, cuánta memoria puede tomar y cuánto se guarda de
//! lo que escribe.
//!
//! La memoria se mide desde fuera mientras corre: en Linux, en `/proc`; en los demás Unix, con `ps`. En
//! Windows no se mide: ahí solo limita el tiempo. De lo que el programa deje en marcha por su cuenta (otros
//! procesos) no se sabe nada, y tampoco se espera por ello.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Cada cuánto se mira si terminó.
const INTERVAL: Duration = Duration::from_millis(5);

/// Cada cuánto se mide la memoria si para eso hay que ejecutar otro programa.
const PS_INTERVAL: Duration = Duration::from_millis(250);

/// Cuánto se espera, cuando terminó, a que se lea lo que escribió. Si no basta, es que dejó a otro proceso
/// con su salida abierta.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Cuánto se guarda del principio de lo que escribe, y otro tanto del final. Lo demás se lee y se olvida.
const KEPT: usize = 256 << 10;

/// Hasta dónde se deja llegar a un programa.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Cuánto puede tardar.
    pub time: Duration,
    /// Cuánta memoria puede tomar, en bytes.
    pub memory: u64,
}

/// Cómo terminó un programa.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Por su cuenta, con ese código; sin él, lo terminó una señal.
    Alone(Option<i32>),
    /// Se le acabó el tiempo.
    OutOfTime,
    /// Tomó demasiada memoria.
    OutOfMemory,
    /// Ya no hacía falta lo que hiciera.
    Unwanted,
}

/// Un programa que se ejecutó.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) ended: Ended,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Ejecuta ese programa mientras `wanted` diga que hace falta, y nunca más allá de los límites.
pub(crate) fn run(
    command: &mut Command,
    limits: Limits,
    wanted: &dyn Fn() -> bool,
) -> io::Result<Ran> {
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let stdout = Listener::of(child.stdout.take());
    let stderr = Listener::of(child.stderr.take());
    let ended = match wait(&mut child, limits, wanted)? {
        Ok(status) => Ended::Alone(status.code()),
        Err(reason) => {
            // Si terminó entre tanto, ya no hay a quién terminar.
            let _ = child.kill();
            child.wait()?;
            reason
        }
    };
    Ok(Ran { ended, stdout: stdout.heard(), stderr: stderr.heard() })
}

/// Espera a que termine; o dice por qué hay que terminarlo.
fn wait(
    child: &mut Child,
    limits: Limits,
    wanted: &dyn Fn() -> bool,
) -> io::Result<Result<ExitStatus, Ended>> {
    let deadline = Instant::now() + limits.time;
    let mut scale = Scale::of(child.id());
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Ok(status));
        }
        if Instant::now() >= deadline {
            return Ok(Err(Ended::OutOfTime));
        }
        if scale.weigh().is_some_and(|taken| taken > limits.memory) {
            return Ok(Err(Ended::OutOfMemory));
        }
        if !wanted() {
            return Ok(Err(Ended::Unwanted));
        }
        thread::sleep(INTERVAL);
    }
}

/// Mide la memoria de un proceso.
struct Scale {
    process: u32,
    measured: Instant,
}

impl Scale {
    fn of(process: u32) -> Self {
        Self { process, measured: Instant::now() }
    }

    /// Los bytes que tiene tomados, si ahora se sabe.
    fn weigh(&mut self) -> Option<u64> {
        if cfg!(target_os = "linux") {
            let status = std::fs::read_to_string(format!("/proc/{}/status", self.process)).ok()?;
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
            return kibibytes(line.trim().trim_end_matches("kB"));
        }
        if !cfg!(unix) || self.measured.elapsed() < PS_INTERVAL {
            return None;
        }
        self.measured = Instant::now();
        let output =
            Command::new("ps").args(["-o", "rss=", "-p", &self.process.to_string()]).output();
        kibibytes(&String::from_utf8_lossy(&output.ok()?.stdout))
    }
}

fn kibibytes(text: &str) -> Option<u64> {
    text.trim().parse::<u64>().ok().map(|count| count << 10)
}

/// Quien lee todo lo que se escribe, para que nadie se detenga, y guarda el principio y el final.
struct Listener {
    kept: Arc<Mutex<Kept>>,
    finished: Receiver<()>,
}

impl Listener {
    fn of(source: Option<impl Read + Send + 'static>) -> Self {
        let kept = Arc::new(Mutex::new(Kept::default()));
        let (finish, finished) = mpsc::channel();
        let own = Arc::clone(&kept);
        thread::spawn(move || {
            if let Some(source) = source {
                listen(source, &own);
            }
            let _ = finish.send(());
        });
        Self { kept, finished }
    }

    fn heard(self) -> String {
        let _ = self.finished.recv_timeout(LAST_WORDS);
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).text()
    }
}

fn listen(mut source: impl Read, kept: &Mutex<Kept>) {
    let mut buffer = [0; 8192];
    while let Ok(count @ 1..) = source.read(&mut buffer) {
        kept.lock().unwrap_or_else(PoisonError::into_inner).push(&buffer[..count]);
    }
}

#[derive(Default)]
struct Kept {
    head: Vec<u8>,
    tail: Vec<u8>,
    lost: usize,
}

impl Kept {
    fn push(&mut self, bytes: &[u8]) {
        let fits = bytes.len().min(KEPT - self.head.len());
        self.head.extend_from_slice(&bytes[..fits]);
        self.tail.extend_from_slice(&bytes[fits..]);
        // De dos en dos mitades, para no mover lo guardado a cada paso.
        if self.tail.len() > 2 * KEPT {
            let extra = self.tail.len() - KEPT;
            self.tail.drain(..extra);
            self.lost += extra;
        }
    }

    fn text(&self) -> String {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match self.lost {
            0 => text(&[self.head.as_slice(), self.tail.as_slice()].concat()),
            lost => format!(
                "{}\n… (y {lost} bytes que no se guardaron)\n{}",
                text(&self.head),
                text(&self.tail)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn de_lo_que_no_termina_quedan_el_principio_y_el_final() {
        let mut kept = Kept::default();
        kept.push(b"al principio\n");
        for _ in 0..300 {
            kept.push(&[b'x'; 8192]);
        }
        kept.push(b"\nal final");
        let text = kept.text();
        assert!(text.starts_with("al principio\nxx") && text.ends_with("xx\nal final"));
        assert!(text.len() < 4 * KEPT, "{}", text.len());
        assert_eq!(text.matches("bytes que no se guardaron").count(), 1);
    }

    #[test]
    fn lo_corto_queda_entero() {
        let mut kept = Kept::default();
        kept.push("uno ".as_bytes());
        kept.push("y dos".as_bytes());
        assert_eq!(kept.text(), "uno y dos");
    }
}
