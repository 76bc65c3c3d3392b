//! Las etapas que debe pasar el servidor con el ejercicio del capítulo 11.

use std::io::{self, Read};
use std::net::{Shutdown, TcpStream};

use ejercicios::cap11_servidor::is_valid;
use ejercicios::server::serve_one;

use crate::exam::pass;

fn serve(mut stream: TcpStream) -> io::Result<()> {
    serve_one(&mut stream, is_valid)?;
    stream.shutdown(Shutdown::Write)?;
    // Lo que quede, para que ningún corte se lleve la respuesta.
    io::copy(&mut stream.take(1 << 20), &mut io::sink()).map(drop)
}

#[test]
fn atiende_lo_que_esta_bien_escrito() {
    pass(&["longitud", "head", "uno-punto-cero", "metodo", "cuerpo"], serve);
}

#[test]
fn rechaza_lo_que_no_es_http() {
    pass(&["contesta", "basura"], serve);
}

#[test]
fn exige_un_host_y_solo_uno() {
    pass(&["contesta", "sin-host"], serve);
}

#[test]
fn un_nombre_no_lleva_espacios() {
    pass(&["contesta", "espacio"], serve);
}

#[test]
fn una_longitud_no_admite_dudas() {
    pass(&["contesta", "longitudes"], serve);
}

#[test]
fn decide_cada_cabeza() {
    for (head, expected) in [
        ("GET / HTTP/1.0", true),
        ("GET / HTTP/1.1\r\nHOST:a", true),
        ("POST /a?b HTTP/1.1\r\nhost: a:80\r\ncontent-length: 05\r\nX: a:b", true),
        ("GET / HTTP/1.0\r\nHost: a\r\nhost: a", false),
        ("GET / HTTP/1.1\r\nHost: a\r\ncontent-length: 5\r\nContent-Length: 5", false),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length:", false),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1,2", false),
        ("GET / HTTP/1.1\r\nHost: a\r\n: b", false),
        ("GET / HTTP/1.1\r\nHost: a\r\nX_Y: b", false),
        ("GET / HTTP/1.1\r\nHost: a\r\nsin nada", false),
        ("GET  / HTTP/1.1\r\nHost: a", false),
        ("GET / HTTP/2\r\nHost: a", false),
        ("GET /\r\nHost: a", false),
        ("", false),
    ] {
        assert_eq!(
            expected,
            is_valid(head),
            "{head}\npista: la tabla del ejercicio dice por qué (capítulo 11)"
        );
    }
}
