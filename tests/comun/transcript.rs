//! Las transcripciones que muestra el libro: qué se manda y qué se ve.

use std::fs;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use pasarela::{Application, Body, Environ, ErrorStream, Result, StartResponse};

use super::client::mask_date;
use super::terminal::{Typed, commands};
use super::{Served, curl};

/// El puerto de cliente con que se tapan los demás.
const PORT: &str = "51234";

/// El texto de `book/transcripciones/<name>.txt`.
#[track_caller]
pub fn transcript(name: &str) -> String {
    let path = format!("{}/book/transcripciones/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("no se pudo leer {path}: {e}"));
    text.replace("\r\n", "\n")
}

/// Los comandos de `book/transcripciones/<name>.txt`.
#[track_caller]
pub fn typed(name: &str) -> Vec<Typed> {
    commands(&transcript(name))
}

/// El único comando de `book/transcripciones/<name>.txt`.
#[track_caller]
pub fn typed_alone(name: &str) -> Typed {
    let mut typed = typed(name);
    assert_eq!(typed.len(), 1, "los comandos de {name}");
    typed.remove(0)
}

/// Una petición, en los bytes que viajan, y lo que se ve de su respuesta.
pub struct Dialogue {
    pub request: String,
    pub response: String,
    is_decoded: bool,
    /// Si el servidor cortó la conexión antes del final.
    is_cut: bool,
}

impl Dialogue {
    /// Lo que se ve de `answer`: `curl` junta los trozos; el cable los enseña como viajan.
    #[track_caller]
    pub fn seen(&self, answer: &str) -> String {
        let answer = mask(answer);
        match answer.split_once("\r\n\r\n") {
            Some((head, body)) if self.is_decoded && is_chunked(head) => {
                let (content, is_whole) = joined(body);
                assert_eq!(is_whole, !self.is_cut, "si llega el final: {answer}");
                format!("{head}\r\n\r\n{content}")
            }
            _ => answer,
        }
    }
}

/// Cambia por valores fijos los que son otros cada vez: la fecha, el puerto del cliente, lo que una etiqueta dice del
/// disco y la versión de Python.
pub fn mask(text: &str) -> String {
    let line = |line: &str| mask_python(&mask_etag(&mask_port(line)));
    mask_date(text).split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// La versión de Python de quien escribió el libro, si la línea es el nombre del servidor de `wsgiref`.
fn mask_python(line: &str) -> String {
    match line.split_once(" CPython/") {
        Some((server, _)) if line.starts_with("Server: ") => {
            let end = if line.ends_with('\r') { "\r" } else { "" };
            format!("{server} CPython/3.11.7{end}")
        }
        _ => line.to_owned(),
    }
}

/// Quita de la etiqueta de un archivo cuándo cambió, y deja cuándo se modificó y cuánto mide: lo que ve
/// quien no le cambió la fecha.
fn mask_etag(line: &str) -> String {
    let parts: Vec<&str> = match line.strip_prefix("ETag: \"") {
        Some(etag) => etag.split('-').collect(),
        None => Vec::new(),
    };
    match parts[..] {
        [modified, _, size] => format!("ETag: \"{modified}-{size}"),
        _ => line.to_owned(),
    }
}

/// Tapa el puerto de una línea que nombra `REMOTE_PORT`, si es de cinco cifras, como casi todos.
fn mask_port(line: &str) -> String {
    let after = line.find("REMOTE_PORT").unwrap_or(line.len());
    let start =
        line[after..].find(|c: char| c.is_ascii_digit()).map_or(line.len(), |at| after + at);
    let length = line[start..].find(|c: char| !c.is_ascii_digit()).unwrap_or(line.len() - start);
    match length {
        5 => format!("{}{PORT}{}", &line[..start], &line[start + 5..]),
        _ => line.to_owned(),
    }
}

fn is_chunked(head: &str) -> bool {
    head.lines().any(|line| line.eq_ignore_ascii_case("Transfer-Encoding: chunked"))
}

/// El contenido de un cuerpo que viajó por trozos, y si llegó su final.
#[track_caller]
fn joined(mut body: &str) -> (String, bool) {
    let mut content = String::new();
    while !body.is_empty() {
        let (size, chunk, after) = first_chunk(body, "\r\n");
        content.push_str(chunk);
        match size {
            0 => return (content, true),
            _ => body = after,
        }
    }
    (content, false)
}

/// Lo que mide el primer trozo de un cuerpo, sus bytes y lo que sigue, si las líneas que no son
/// suyas terminan en `end`.
#[track_caller]
fn first_chunk<'a>(body: &'a str, end: &str) -> (usize, &'a str, &'a str) {
    let (size, rest) = body.split_once(end).expect("una línea con la longitud del trozo");
    let size = usize::from_str_radix(size, 16).expect("la longitud va en hexadecimal");
    let (chunk, after) = rest.split_at(size);
    (size, chunk, after.strip_prefix(end).expect("un trozo termina su línea"))
}

/// Lee una transcripción de `curl -i` (`$ curl …` y la respuesta) o de bytes (`> ` y `< `).
#[track_caller]
pub fn dialogue(name: &str) -> Dialogue {
    let text = transcript(name);
    match &commands(&text)[..] {
        [] => bytes_dialogue(&text),
        _ => curl_dialogue(name, &typed_alone(name)),
    }
}

#[track_caller]
fn curl_dialogue(name: &str, Typed { command, shown: response }: &Typed) -> Dialogue {
    let arguments = command.strip_prefix("curl ").expect("es una orden de curl");
    let request = curl::request(arguments).unwrap_or_else(|argument| {
        panic!("{name}: no sé repetir «{argument}» de «curl {arguments}»")
    });
    let is_cut = without_complaint(response).1.is_some();
    let response = match without_complaint(response) {
        (_, None) => on_the_wire(response),
        // Lo que se recibió termina donde `curl` empieza a quejarse.
        (received, Some(_)) => on_the_wire(&format!("{received}\n\n")),
    };
    Dialogue { request, response, is_decoded: true, is_cut }
}

/// La respuesta, y el código del error que escribió `curl` detrás de ella, si escribió uno.
pub fn without_complaint(response: &str) -> (&str, Option<i32>) {
    match response.rsplit_once("\ncurl: (") {
        Some((response, complaint)) => {
            let code = complaint.split_once(')').and_then(|(code, _)| code.parse().ok());
            (response, Some(code.expect("el error de curl lleva su número")))
        }
        None => (response, None),
    }
}

fn bytes_dialogue(text: &str) -> Dialogue {
    let side = |mark: &str| -> String {
        let lines = text.lines().filter_map(|line| line.strip_prefix(mark));
        lines.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
    };
    let (head, body) = {
        let request = side(">");
        let (head, body) = request.split_once("\n\n").expect("una línea vacía tras la petición");
        (head.replace('\n', "\r\n"), sized(head, body).to_owned())
    };
    let response = side("<");
    let response = match response.split_once("\n\n") {
        Some((head, body)) if is_chunked(head) => {
            format!("{}\r\n\r\n{}", head.replace('\n', "\r\n"), chunks_on_the_wire(body))
        }
        _ => on_the_wire(&response),
    };
    Dialogue {
        request: format!("{head}\r\n\r\n{body}"),
        response,
        is_decoded: false,
        is_cut: false,
    }
}

/// Pone CRLF detrás de cada trozo y de su longitud, y deja sus bytes como son.
#[track_caller]
fn chunks_on_the_wire(mut body: &str) -> String {
    let mut wire = String::new();
    while !body.is_empty() {
        let (size, chunk, after) = first_chunk(body, "\n");
        wire += &format!("{size:x}\r\n{chunk}\r\n");
        body = after;
    }
    wire
}

/// Pone CRLF en la cabeza y deja el cuerpo como es. Detrás puede empezar otra respuesta de la misma conexión.
fn on_the_wire(response: &str) -> String {
    let (head, body) = match response.split_once("\n\n") {
        Some(parts) => parts,
        // Una respuesta sin cuerpo puede terminar el archivo con su última línea.
        None => (response.trim_end_matches('\n'), ""),
    };
    let content = sized(head, body);
    let rest = &body[content.len()..];
    let next = if rest.starts_with("HTTP/1.") { on_the_wire(rest) } else { String::new() };
    format!("{}\r\n\r\n{content}{next}", head.replace('\n', "\r\n"))
}

/// El cuerpo tal como viajó. Un archivo de texto termina en salto de línea; el cuerpo, si así lo
/// dice su longitud o, cuando no la tiene, si el archivo termina en dos.
fn sized<'a>(head: &str, body: &'a str) -> &'a str {
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("Content-Length").then(|| value.parse().ok())?
    });
    match length {
        Some(length) => body.get(..length).unwrap_or(body),
        None => body.strip_suffix('\n').unwrap_or(body),
    }
}

/// Comprueba que servir `application` da un 500 y escribe en la terminal lo que dice la
/// transcripción `name`.
#[track_caller]
pub fn check_fault<A: Application>(name: &str, application: A) {
    let notes = Notes::default();
    let kept = notes.clone();
    let served =
        Served::start(move |environ: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
            environ.set_errors(ErrorStream::writer(kept.clone()));
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
