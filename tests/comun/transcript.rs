//! Las transcripciones que muestra el libro: qué se manda y qué se ve.

use std::fs;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use pasarela::{Application, Body, Environ, Errors, Result, StartResponse};

use super::Served;

/// El texto de `book/transcripciones/<name>.txt`.
#[track_caller]
pub fn transcript(name: &str) -> String {
    let path = format!("{}/book/transcripciones/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("no se pudo leer {path}: {e}"));
    text.replace("\r\n", "\n")
}

/// Una petición y su respuesta, en los bytes que viajan.
pub struct Dialogue {
    pub request: String,
    pub response: String,
}

/// Lee una transcripción de `curl -i` (`$ curl …` y la respuesta) o de bytes (`> ` y `< `).
#[track_caller]
pub fn dialogue(name: &str) -> Dialogue {
    let text = transcript(name);
    match text.strip_prefix("$ curl ") {
        Some(rest) => curl_dialogue(name, rest),
        None => bytes_dialogue(&text),
    }
}

#[track_caller]
fn curl_dialogue(name: &str, text: &str) -> Dialogue {
    let (arguments, response) = text.split_once('\n').expect("una respuesta tras la orden");
    let method = match arguments.split_whitespace().collect::<Vec<_>>()[..] {
        ["-i", "http://localhost:8000"] => "GET",
        ["-I", "http://localhost:8000"] => "HEAD",
        _ => panic!("{name}: no sé repetir «curl {arguments}»"),
    };
    let request = format!(
        "{method} / HTTP/1.1\r\nHost: localhost:8000\r\nUser-Agent: curl\r\nAccept: */*\r\n\r\n"
    );
    Dialogue { request, response: on_the_wire(response) }
}

fn bytes_dialogue(text: &str) -> Dialogue {
    let side = |mark: &str| -> String {
        let lines = text.lines().filter_map(|line| line.strip_prefix(mark));
        lines.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
    };
    let request = side(">").replace('\n', "\r\n");
    Dialogue { request, response: on_the_wire(&side("<")) }
}

/// Pone CRLF en la cabeza y deja el cuerpo como es: su longitud dice si termina en salto de línea.
fn on_the_wire(response: &str) -> String {
    let (head, body) = response.split_once("\n\n").expect("una línea vacía tras los encabezados");
    let length: usize = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: "))
        .and_then(|value| value.parse().ok())
        .expect("la transcripción dice su Content-Length");
    let body = body.get(..length).unwrap_or(body);
    format!("{}\r\n\r\n{body}", head.replace('\n', "\r\n"))
}

/// Comprueba que servir `application` da un 500 y escribe en la terminal lo que dice la
/// transcripción `name`.
#[track_caller]
pub fn check_fault<A: Application>(name: &str, application: A) {
    let notes = Notes::default();
    let kept = notes.clone();
    let served =
        Served::start(move |environ: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
            environ.set_errors(Errors::writer(kept.clone()));
            application.call(environ, start)
        });
    assert_eq!(served.get("/").status, 500);
    let notes = String::from_utf8_lossy(&notes.0.lock().expect("sin pánico")).into_owned();
    pretty_assertions::assert_eq!(notes, transcript(name));
}

#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<u8>>>);

impl Write for Notes {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("sin pánico").write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
