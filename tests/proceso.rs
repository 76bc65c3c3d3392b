//! El servidor en otro proceso: señales y descriptores que se acaban.

#![cfg(unix)]

mod comun;

use comun::{Process, Wire, get, last_ok, measure, ok};
use pasarela::make_server;
use pretty_assertions::assert_eq;

/// Sin el papel no hace nada; con él, es el programa que las otras pruebas ejecutan.
#[test]
fn el_programa_de_estas_pruebas() {
    if Process::is_this() {
        let server = make_server("127.0.0.1", 0, measure).expect("hay un puerto libre");
        Process::announce(server.local_addrs()[0]);
        assert_eq!(server.serve_forever(), Ok(()));
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
