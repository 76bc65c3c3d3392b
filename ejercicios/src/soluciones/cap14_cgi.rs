//! Solución del capítulo 14.

use std::io::{self, Read, Write};

pub fn respond(
    variables: &[(&str, &str)],
    input: &mut dyn Read,
    output: &mut dyn Write,
) -> io::Result<()> {
    match value(variables, "REQUEST_METHOD") {
        "GET" => write(output, "200 OK", "", "Escribe tu sugerencia\n"),
        "HEAD" => write_head(output, "200 OK", "", "Escribe tu sugerencia\n".len()),
        "POST" => match announced(variables, input) {
            Some(text) => write(output, "200 OK", "", &format!("Anotado: {text}\n")),
            None => write(output, "400 Bad Request", "", "No se entiende\n"),
        },
        _ => write(output, "405 Method Not Allowed", "Allow: GET, HEAD, POST\r\n", "Aquí no\n"),
    }
}

fn value<'a>(variables: &[(&str, &'a str)], wanted: &str) -> &'a str {
    for (name, value) in variables {
        if *name == wanted {
            return value;
        }
    }
    ""
}

/// El cuerpo, si llegan todos los bytes que se anunciaron.
fn announced(variables: &[(&str, &str)], input: &mut dyn Read) -> Option<String> {
    let length: u64 = value(variables, "CONTENT_LENGTH").parse().ok()?;
    let mut bytes = Vec::new();
    // `take` deja de leer ahí, aunque la entrada siga abierta; y solo se guarda lo que de verdad llega.
    input.take(length).read_to_end(&mut bytes).ok()?;
    if bytes.len() as u64 == length {
        Some(String::from_utf8_lossy(&bytes).into_owned())
    } else {
        None
    }
}

fn write(output: &mut dyn Write, status: &str, headers: &str, body: &str) -> io::Result<()> {
    write_head(output, status, headers, body.len())?;
    output.write_all(body.as_bytes())
}

fn write_head(
    output: &mut dyn Write,
    status: &str,
    headers: &str,
    length: usize,
) -> io::Result<()> {
    write!(output, "Status: {status}\r\nContent-Type: text/plain; charset=utf-8\r\n")?;
    write!(output, "{headers}Content-Length: {length}\r\n\r\n")
}
