//! El servidor en otro proceso: señales y descriptores que se acaban.

#![cfg(unix)]

mod comun;

use std::io::{BufRead, BufReader, Lines, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};

use comun::{Wire, get, last_ok, measure, ok};
use pasarela::make_server;
use pretty_assertions::assert_eq;

/// La variable que convierte esta prueba en el programa que sirve.
const ROLE: &str = "PASARELA_SIRVE";

const ANNOUNCEMENT: &str = "escucha en ";

/// Sin la variable no hace nada; con ella, es el programa que las otras pruebas ejecutan.
#[test]
fn el_programa_de_estas_pruebas() {
    if std::env::var_os(ROLE).is_none() {
        return;
    }
    let server = make_server("127.0.0.1", 0, measure).expect("hay un puerto libre");
    println!("{ANNOUNCEMENT}{}", server.local_addrs()[0]);
    std::io::stdout().flush().expect("se puede escribir");
    assert_eq!(server.serve_forever(), Ok(()));
}

/// El programa, en marcha. Al soltarlo, se termina.
struct Process {
    child: Child,
    address: String,
    /// Abierta mientras viva, para que pueda escribir en ella.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Lo empieza desde un intérprete de órdenes, que antes ejecuta `setup`.
    fn start(setup: &str) -> Self {
        let program = std::env::current_exe().expect("esta prueba es un programa");
        let mut child = Command::new("sh")
            .args(["-c", &format!("{setup} exec \"$0\" \"$@\"")])
            .arg(program)
            .args(["--exact", "el_programa_de_estas_pruebas", "--nocapture"])
            .env(ROLE, "1")
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

    fn open(&self) -> Wire {
        Wire::open(&self.address)
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.child.id().to_string()]).status();
        assert!(status.expect("se puede avisar a un proceso").success());
    }

    /// Si terminó bien.
    fn ended_well(mut self) -> bool {
        self.child.wait().expect("termina").success()
    }

    /// Vuelve cuando ya no acepta a nadie.
    fn wait_until_closed(&self) {
        while TcpStream::connect(&self.address).is_ok() {
            std::thread::yield_now();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Si ya terminó, no hay nada que hacer.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Una petición a medias: la aplicación ya empezó y espera los 4 bytes.
fn open_halfway(process: &Process) -> Wire {
    let mut wire = process.open();
    wire.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    wire.until("100 Continue\r\n\r\n");
    wire
}

#[test]
fn una_senal_lo_detiene_con_orden() {
    for name in ["-TERM", "-INT"] {
        let process = Process::start("");
        let mut busy = open_halfway(&process);
        let mut idle = process.open();
        process.signal(name);
        process.wait_until_closed();
        assert_eq!(idle.rest(), "");
        busy.send(b"hola");
        assert_eq!(comun::mask_date(&busy.rest()), last_ok("4"));
        assert!(process.ended_well(), "{name}");
    }
}

#[test]
fn una_segunda_senal_lo_termina_en_el_acto() {
    let process = Process::start("");
    let mut busy = open_halfway(&process);
    process.signal("-TERM");
    process.wait_until_closed();
    process.signal("-TERM");
    assert!(!matches!(busy.try_rest(), Ok(rest) if rest.starts_with(b"HTTP/1.1 200")));
}

#[test]
fn sin_descriptores_sigue_atendiendo() {
    let process = Process::start("ulimit -n 40;");
    let mut first = process.open();
    first.send(get("/").as_bytes());
    assert_eq!(comun::mask_date(&first.until("\r\n\r\n0")), ok("0"));
    let crowd: Vec<_> = (0..60).map(|_| process.open()).collect();
    // Quien ya estaba dentro no lo nota.
    first.send(get("/").as_bytes());
    assert_eq!(comun::mask_date(&first.until("\r\n\r\n0")), ok("0"));
    // Y cuando hay sitio entran los demás.
    let mut last = process.open();
    last.send(get("/").as_bytes());
    drop(crowd);
    assert_eq!(comun::mask_date(&last.until("\r\n\r\n0")), ok("0"));
}
