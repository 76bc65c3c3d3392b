//! Las etapas que debe pasar el servidor con el ejercicio del capítulo 12.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use ejercicios::cap12_hilos::serve;
use ejercicios::server::PAGE;
use pretty_assertions::assert_eq;

use crate::exam::pass;

fn serve_socket(mut stream: TcpStream) -> io::Result<()> {
    serve(&mut stream)
}

#[test]
fn atiende_dos_peticiones_en_una_conexion() {
    pass(&["contesta", "dos"], serve_socket);
}

#[test]
fn atiende_dos_peticiones_en_fila() {
    pass(&["contesta", "fila"], serve_socket);
}

#[test]
fn cierra_cuando_se_lo_piden() {
    pass(&["cierra", "uno-punto-cero"], serve_socket);
}

#[test]
fn junta_lo_que_llega_partido() {
    pass(&["contesta", "partida", "byte-a-byte"], serve_socket);
}

/// Un cliente que manda cada parte en una lectura, y luego cuelga.
struct Client {
    parts: Vec<&'static [u8]>,
    answers: Vec<u8>,
}

impl Read for Client {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.parts.is_empty() {
            return Ok(0);
        }
        let part = self.parts.remove(0);
        bytes[..part.len()].copy_from_slice(part);
        Ok(part.len())
    }
}

impl Write for Client {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.answers.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn answers(parts: &[&'static [u8]]) -> String {
    let mut client = Client { parts: parts.to_vec(), answers: Vec::new() };
    serve(&mut client).expect("nada falla");
    String::from_utf8_lossy(&client.answers).into_owned()
}

#[test]
fn responde_cada_una_en_su_orden_y_despues_de_cerrar_ninguna() {
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", PAGE.len());
    let last = answer.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    assert_eq!(
        format!("{answer}{answer}{PAGE}{answer}{PAGE}{last}{PAGE}"),
        answers(&[
            b"HEAD / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\nGET / HT",
            b"TP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        ]),
        "pista: lo que sobra de una lectura es de la petición siguiente; y después de la que pide cerrar, no \
         se responde nada (capítulo 12)"
    );
    let refusal = "HTTP/1.1 414 URI Too Long\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let endless: Vec<&'static [u8]> = vec![&[b'a'; 1024]; 20];
    assert_eq!(
        format!("{answer}{PAGE}{refusal}"),
        answers(&[&[&b"GET / HTTP/1.1\r\n\r\n"[..]], &endless[..]].concat()),
        "pista: el error de `take` es el estado con que se responde (capítulo 12)"
    );
}
