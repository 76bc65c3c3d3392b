//! El programa, como lo ejecuta quien lee el libro: se enciende en el puerto 8000 y contesta, esté lo que
//! esté resuelto.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use pretty_assertions::assert_eq;

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Si ya terminó, no hay a quién detener.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "necesita el puerto 8000"]
fn el_sitio_se_enciende_y_contesta() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cafe"));
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut running = Running(child.expect("se ejecuta"));
    let mut said = String::new();
    let output = running.0.stdout.take().expect("se pidió");
    BufReader::new(output).read_line(&mut said).expect("dice algo");
    assert_eq!(said, "El Café Ada está en http://localhost:8000; Ctrl-C lo cierra.\n");

    let mut client = TcpStream::connect("localhost:8000").expect("escucha");
    client.set_read_timeout(Some(Duration::from_secs(5))).expect("se puede");
    client
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .expect("lee");
    let mut answer = String::new();
    client.read_to_string(&mut answer).expect("contesta");
    let status = answer.lines().next().unwrap_or_default();
    assert!(["HTTP/1.1 200 OK", "HTTP/1.1 501 Not Implemented"].contains(&status), "{answer}");
}
