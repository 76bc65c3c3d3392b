//! Un servidor desde cero: responde, y atiende de uno en uno.

// <!-- permite: utf, connection, close -->

mod comun;
mod examen;

use comun::{Answer, Program, mask_date, typed_alone};
use examen::examined;
use pretty_assertions::assert_eq;

const ANSWER: &str = "HTTP/1.1 200 OK\r
Content-type: text/plain; charset=utf-8\r
Content-Length: 29\r
Connection: close\r
\r
Hola gente de códigofacilito";

#[test]
fn responde_lo_mismo_que_el_del_capitulo_1() {
    let program = Program::start("cap11_servidor");
    assert_eq!(program.exchange("GET / HTTP/1.1\r\nHost: localhost:8000\r\n\r\n"), ANSWER);
    let answer = program.get("/cualquier/otra?ruta=1");
    // Los que pone el servidor del capítulo 1, y este no.
    let unlike = |name: &str| ["date", "server", "connection"].contains(&name);
    let mut expected = Answer::expected(
        200,
        &[("Content-type", "text/plain; charset=utf-8"), ("Content-Length", "29")],
        "Hola gente de códigofacilito",
    );
    expected.headers.retain(|(name, _)| !unlike(name));
    let headers = answer.headers.into_iter().filter(|(name, _)| !unlike(name)).collect();
    assert_eq!(Answer { headers, ..answer }, expected);
}

#[test]
fn lo_que_no_entiende_no_lo_detiene() {
    let program = Program::start("cap11_servidor");
    let refused = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    for request in ["hola\r\n\r\n", "GET / HTTP/2\r\n\r\n", "GET / HTTP/1.1\r\nsin nada\r\n\r\n"] {
        assert_eq!(program.exchange(request), refused, "{request}");
    }
    assert_eq!(
        program.exchange(&"a".repeat(9_000)).lines().next(),
        Some("HTTP/1.1 431 Request Header Fields Too Large")
    );
    assert_eq!(program.exchange(""), "");
    assert_eq!(program.get("/").status, 200);
}

#[test]
fn un_cliente_lento_detiene_a_todos() {
    let program = Program::start("cap11_servidor");
    let mut slow = program.open();
    slow.send(b"GET / HTTP/1.1\r\nHo");
    let mut quick = program.open();
    quick.send(b"GET / HTTP/1.1\r\nHost: localhost:8000\r\n\r\n");
    assert!(quick.is_silent());
    slow.send(b"st: localhost:8000\r\n\r\n");
    assert_eq!(slow.rest(), ANSWER);
    assert_eq!(mask_date(&quick.rest()), ANSWER);
}

#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "fuera de Linux, un corte se puede llevar la respuesta"
)]
fn el_examinador_dice_lo_que_le_falta() {
    let _program = Program::start("cap11_servidor");
    let missing = ["sin-host", "espacio", "longitudes", "sin-leer", "dos", "fila", "lentos"];
    assert_eq!(examined("localhost:8000"), (missing.to_vec(), (17, 24)));
}

#[test]
#[ignore = "necesita curl y compilar la guía"]
fn el_libro_muestra_lo_que_dice_el_examinador() {
    let program = Program::start("cap11_servidor");
    program.replays(&["cap11_curl"]);
    let exam = typed_alone("cap11_examen");
    assert_eq!(exam.run(), exam.shown);
}
