//! Un hilo por conexión, y una cuadrilla: a cuántos clientes lentos resiste cada uno.

mod comun;
mod examen;

use comun::{Program, Wire, typed_alone};
use examen::examined;
use pretty_assertions::assert_eq;

/// Cuántos hilos tiene la cuadrilla del ejemplo.
const CREW: usize = 4;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost:8000\r\n\r\n";

/// Lo que el examinador echa de menos en los dos.
const MISSING: [&str; 6] = ["sin-host", "espacio", "longitudes", "sin-leer", "dos", "fila"];

/// Alguien que manda media petición.
fn slow(program: &Program) -> Wire {
    let mut wire = program.open();
    wire.send(b"GET / HTTP/1.1\r\nHo");
    wire
}

/// Qué hilo respondió.
#[track_caller]
fn thread_of(wire: &mut Wire) -> String {
    let answer = wire.rest();
    let (head, body) = answer.split_once("\r\n\r\n").expect("hay un cuerpo");
    let length = format!("Content-Length: {}", body.len());
    assert_eq!(
        head.lines().collect::<Vec<_>>(),
        ["HTTP/1.1 200 OK", "Content-type: text/plain", &length, "Connection: close"]
    );
    body.trim_end().strip_prefix("Hola desde ").expect("dice su hilo").to_owned()
}

#[test]
fn con_un_hilo_por_conexion_los_lentos_no_detienen_a_nadie() {
    let program = Program::start("cap12_hilos");
    let mut waiting: Vec<Wire> = (0..50).map(|_| slow(&program)).collect();
    let mut quick = program.open();
    quick.send(REQUEST);
    let quick = thread_of(&mut quick);
    let slow: Vec<String> = waiting
        .iter_mut()
        .map(|wire| {
            wire.send(b"st: localhost:8000\r\n\r\n");
            thread_of(wire)
        })
        .collect();
    // Cada uno ocupó el suyo hasta que terminó.
    assert!(!slow.contains(&quick));
    let distinct: std::collections::BTreeSet<&String> = slow.iter().collect();
    assert_eq!(distinct.len(), slow.len());
}

#[test]
fn una_cuadrilla_se_detiene_con_tantos_lentos_como_hilos() {
    let program = Program::start_with("cap12_hilos", &["cuadrilla"]);
    let mut waiting: Vec<Wire> = (1..CREW).map(|_| slow(&program)).collect();
    let mut quick = program.open();
    quick.send(REQUEST);
    thread_of(&mut quick);

    waiting.push(slow(&program));
    let mut late = program.open();
    late.send(REQUEST);
    assert!(late.is_silent());
    // Basta con que uno se vaya.
    waiting.pop().expect("hay cuatro").vanish();
    thread_of(&mut late);
}

#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "fuera de Linux, un corte se puede llevar la respuesta"
)]
fn con_un_hilo_por_conexion_pasa_una_etapa_mas_que_el_capitulo_11() {
    let _program = Program::start("cap12_hilos");
    assert_eq!(examined("localhost:8000"), (MISSING.to_vec(), (18, 24)));
}

#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "fuera de Linux, un corte se puede llevar la respuesta"
)]
fn con_la_cuadrilla_veinte_lentos_vuelven_a_ser_demasiados() {
    let _program = Program::start_with("cap12_hilos", &["cuadrilla"]);
    assert_eq!(examined("localhost:8000"), ([&MISSING[..], &["lentos"]].concat(), (17, 24)));
}

/// El texto con sus cifras tapadas: los milisegundos, y cuántos hilos hubo antes.
fn without_digits(text: &str) -> String {
    text.replace(|c: char| c.is_ascii_digit(), "N")
}

#[test]
#[ignore = "necesita curl"]
fn con_un_cliente_callado_curl_se_rinde_en_el_capitulo_11_y_aqui_no() {
    let program = Program::start("cap11_servidor");
    let _silent = program.open();
    let visit = typed_alone("cap12_espera");
    assert_eq!(without_digits(&visit.run()), without_digits(&visit.shown));
    drop(program);

    let program = Program::start("cap12_hilos");
    let _silent = program.open();
    let visit = typed_alone("cap12_uno_por_cliente");
    assert_eq!(without_digits(&visit.run()), without_digits(&visit.shown));
}
