//! El servidor en otro proceso: el mismo archivo de prueba, ejecutado con otro papel.

use std::fmt::Display;
use std::io::{BufRead, BufReader, Lines, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};

use super::client::Wire;

/// La variable que convierte la prueba en el programa que sirve.
const ROLE: &str = "PASARELA_SIRVE";

const ANNOUNCEMENT: &str = "escucha en ";

/// El programa, en marcha. Al soltarlo, se termina.
///
/// Lo que ejecuta es la prueba `el_programa_de_estas_pruebas` del archivo que lo empieza.
pub struct Process {
    child: Child,
    address: String,
    /// Abierta mientras viva, para que pueda escribir en ella.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Si quien pregunta es el programa, y no la prueba que lo empezó.
    pub fn is_this() -> bool {
        std::env::var_os(ROLE).is_some()
    }

    /// El programa dice dónde escucha.
    pub fn announce(address: impl Display) {
        println!("{ANNOUNCEMENT}{address}");
        std::io::stdout().flush().expect("se puede escribir");
    }

    /// Lo dice en cuanto sepa detenerse con una señal: antes, una lo terminaría sin más.
    pub fn announce_once_it_can_stop(address: impl Display + Send + 'static) {
        std::thread::spawn(|| {
            while std::fs::read_to_string("/proc/self/status").is_ok_and(|own| !catches_term(&own))
            {
                std::thread::yield_now();
            }
            Self::announce(address);
        });
    }

    /// Lo empieza desde un intérprete de órdenes, que antes ejecuta `setup`.
    pub fn start(setup: &str) -> Self {
        Self::start_with(setup, Stdio::inherit())
    }

    /// Como [`start`](Self::start), con otra entrada.
    pub fn start_with(setup: &str, input: impl Into<Stdio>) -> Self {
        let program = std::env::current_exe().expect("esta prueba es un programa");
        let mut child = Command::new("sh")
            .args(["-c", &format!("{setup} exec \"$0\" \"$@\"")])
            .arg(program)
            .args(["--exact", "el_programa_de_estas_pruebas", "--nocapture"])
            .env(ROLE, "1")
            .stdin(input)
            .stdout(Stdio::piped())
            .spawn()
            .expect("hay un intérprete de órdenes");
        let mut lines = BufReader::new(child.stdout.take().expect("se lee su salida")).lines();
        let address = lines
            .by_ref()
            .map(|line| line.expect("es texto"))
            .find_map(|line| Some(line.split_once(ANNOUNCEMENT)?.1.to_owned()))
            .expect("dice dónde escucha");
        Self { child, address, _output: lines }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Dónde dijo que escucha.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn open(&self) -> Wire {
        Wire::open(&self.address)
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.child.id().to_string()]).status();
        assert!(status.expect("se puede avisar a un proceso").success());
    }

    /// Le manda varias, una detrás de otra.
    pub fn signals(&self, names: &[&str]) {
        let id = self.child.id();
        let orders: Vec<_> = names.iter().map(|name| format!("kill {name} {id}")).collect();
        let status = Command::new("sh").args(["-c", &orders.join(" && ")]).status();
        assert!(status.expect("hay un intérprete de órdenes").success());
    }

    /// El código con que terminó, si ya terminó.
    pub fn exit_code(&mut self) -> Option<i32> {
        self.child.try_wait().expect("es un proceso propio")?.code()
    }

    /// Si terminó bien.
    pub fn ended_well(mut self) -> bool {
        self.child.wait().expect("termina").success()
    }

    /// Vuelve cuando ya no acepta a nadie.
    pub fn wait_until_closed(&self) {
        while TcpStream::connect(&self.address).is_ok() {
            std::thread::yield_now();
        }
    }
}

/// Si un proceso con ese estado atiende SIGTERM (`proc_pid_status(5)`).
fn catches_term(status: &str) -> bool {
    const TERM: u64 = 1 << 14;
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|m| m & TERM != 0)
}

impl Drop for Process {
    fn drop(&mut self) {
        // Si ya terminó, no hay nada que hacer.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
