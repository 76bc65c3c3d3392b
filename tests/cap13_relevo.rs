//! El relevo: quien espera no ocupa un hilo, y quien se detiene no detiene a los demás.

mod comun;
mod examen;

use comun::{Program, Wire, transcript, typed_alone};
use examen::examined;
use pretty_assertions::assert_eq;

/// Cuántos hilos tiene el ejemplo.
const THREADS: usize = 4;

const ANSWER: &str = "HTTP/1.1 200 OK\r
Content-type: text/plain\r
Content-Length: 5\r
\r
Hola\n";

fn request(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost:8000\r\n\r\n").into_bytes()
}

#[track_caller]
fn answered(wire: &mut Wire) {
    assert_eq!(wire.take(ANSWER.len()), ANSWER);
}

#[test]
fn muchos_que_esperan_no_ocupan_ningun_hilo() {
    let program = Program::start("cap13_relevo");
    let mut idle: Vec<Wire> = (0..100).map(|_| program.open()).collect();
    for (number, wire) in idle.iter_mut().enumerate() {
        // Unos ya recibieron una respuesta; otros van por la mitad de su petición.
        if number % 2 == 0 {
            wire.send(&request("/"));
            answered(wire);
        } else {
            wire.send(b"GET / HTTP/1.1\r\nHo");
        }
    }
    assert_eq!(program.get("/").body, "Hola\n");
    for (number, wire) in idle.iter_mut().enumerate() {
        wire.send(if number % 2 == 0 { b"GET / HTTP/1.1\r\n\r\n" } else { b"st: a\r\n\r\n" });
        answered(wire);
    }
}

#[test]
fn las_peticiones_en_fila_se_responden_en_orden() {
    let program = Program::start("cap13_relevo");
    let mut wire = program.open();
    let close = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    wire.send(&[request("/"), request("/"), close.into()].concat());
    answered(&mut wire);
    answered(&mut wire);
    assert_eq!(wire.rest(), ANSWER.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
}

/// Si alguien adelanta a tantas aplicaciones detenidas.
#[track_caller]
fn overtakes(program: &Program, blocked: usize) -> bool {
    let mut slow: Vec<Wire> = (0..blocked).map(|_| program.open()).collect();
    slow.iter_mut().for_each(|wire| wire.send(&request("/lenta")));
    let mut quick = program.open();
    quick.send(&request("/"));
    answered(&mut quick);
    let is_ahead = slow.iter().all(Wire::is_silent);
    slow.iter_mut().for_each(answered);
    is_ahead
}

#[test]
fn una_aplicacion_que_se_detiene_no_detiene_a_las_demas() {
    let program = Program::start("cap13_relevo");
    // Una computadora muy ocupada puede tardar más que la lenta; varias veces seguidas, no.
    assert!((0..3).any(|_| overtakes(&program, THREADS - 1)));
}

#[test]
fn con_todos_los_hilos_detenidos_no_queda_quien_lidere() {
    let program = Program::start("cap13_relevo");
    assert!((0..3).any(|_| !overtakes(&program, THREADS)));
}

#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "fuera de Linux, un corte se puede llevar la respuesta"
)]
fn el_examinador_ya_solo_echa_de_menos_cuatro_cosas() {
    let _program = Program::start("cap13_relevo");
    let missing = ["sin-host", "espacio", "longitudes", "sin-leer"];
    assert_eq!(examined("localhost:8000"), (missing.to_vec(), (20, 24)));
}

#[test]
#[ignore = "necesita compilar la guía"]
fn el_libro_muestra_lo_que_dice_el_examinador() {
    let _program = Program::start("cap13_relevo");
    let exam = typed_alone("cap13_examen");
    assert_eq!(exam.run(), exam.shown);
}

/// El comando del libro conecta cien y se queda; aquí avisa cuando terminó de conectar.
#[test]
#[ignore = "necesita python3"]
fn con_los_cien_callados_del_libro_contesta_en_el_acto() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    let program = Program::start("cap13_relevo");
    let text = transcript("cap13_cien");
    let script = text.split('"').nth(1).expect("el programa va entre comillas");
    let script = script
        .replace("time.sleep(30)", "print(len(c), flush=True); __import__('sys').stdin.read()");
    let mut idle = Command::new("python3")
        .args(["-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 está");
    let mut said = String::new();
    let output = idle.stdout.take().expect("se lee lo que dice");
    BufReader::new(output).read_line(&mut said).expect("dice cuántos conectó");
    assert_eq!((said.as_str(), program.get("/").body.as_str()), ("100\n", "Hola\n"));
    drop(idle.stdin.take());
    idle.wait().expect("termina");
}
