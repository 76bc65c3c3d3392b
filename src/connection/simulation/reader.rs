//! Un lector de respuestas que no comparte nada con el servidor: lo que entiende un cliente de los
//! bytes que recibió.

use super::records;
use crate::connection::Protocol;
use crate::connection::memory::Ending;

/// Una respuesta, como la entiende el cliente.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Cuántos permisos de enviar llegaron delante.
    pub(super) interim: usize,
    /// 0 si el servidor web abandonó la petición y solo se le dijo que terminó.
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) is_whole: bool,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| &**value)
    }
}

/// Todo lo que entiende.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Transcript {
    pub(super) answers: Vec<Answer>,
    /// Permisos detrás de la última respuesta.
    pub(super) interim: usize,
}

/// Lee lo que recibió un cliente que pidió `is_head.len()` cosas, en orden.
pub(super) fn read(
    protocol: Protocol,
    bytes: &[u8],
    is_head: &[bool],
    ending: Ending,
) -> Result<Transcript, String> {
    match protocol {
        Protocol::Http => read_http(bytes, is_head, ending),
        Protocol::FastCgi => read_fastcgi(bytes, is_head, ending),
        Protocol::Scgi => read_plain(bytes, is_head, ending, "Status: "),
        Protocol::Uwsgi => read_plain(bytes, is_head, ending, "HTTP/1.1 "),
    }
}

fn read_http(bytes: &[u8], is_head: &[bool], ending: Ending) -> Result<Transcript, String> {
    let (mut transcript, mut rest, mut is_last) = (Transcript::default(), bytes, false);
    while !rest.is_empty() {
        let Some((status, headers, after)) = read_head(rest, "HTTP/1.1 ")? else { break };
        if is_last {
            return Err("hay bytes detrás de la última respuesta".to_owned());
        }
        if status == 100 {
            if !rest.starts_with(b"HTTP/1.1 100 Continue\r\n\r\n") {
                return Err("un permiso de enviar con otra forma".to_owned());
            }
            transcript.interim += 1;
            rest = after;
            continue;
        }
        let Some(is_head) = is_head.get(transcript.answers.len()) else {
            return Err("hay más respuestas que peticiones".to_owned());
        };
        check_common(&headers)?;
        let mut answer = Answer {
            interim: transcript.interim,
            status,
            headers,
            body: Vec::new(),
            is_whole: true,
        };
        transcript.interim = 0;
        rest = read_body(&mut answer, after, *is_head, ending)?;
        is_last = !answer.is_whole || answer.header("Connection") == Some("close");
        transcript.answers.push(answer);
    }
    Ok(transcript)
}

fn check_common(headers: &[(String, String)]) -> Result<(), String> {
    for name in ["Date", "Server"] {
        if headers.iter().filter(|(known, _)| known == name).count() != 1 {
            return Err(format!("{name} no está una vez"));
        }
    }
    Ok(())
}

type Headed<'b> = (u16, Vec<(String, String)>, &'b [u8]);

/// La cabeza que empieza ahí, si está entera, y lo que hay detrás.
fn read_head<'b>(bytes: &'b [u8], prefix: &str) -> Result<Option<Headed<'b>>, String> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        let seen = bytes.len().min(prefix.len());
        return match bytes[..seen] == prefix.as_bytes()[..seen] {
            true => Ok(None),
            false => Err(format!("esto no es una respuesta: {:?}", shown(bytes))),
        };
    };
    let text = str::from_utf8(&bytes[..end]).map_err(|_| "una cabeza que no es texto")?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.strip_prefix(prefix));
    let status = status.and_then(|line| line.get(..3)?.parse().ok());
    let status = status.ok_or_else(|| format!("una línea de estado mala: {:?}", shown(bytes)))?;
    let field = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        Some((name.to_owned(), value.to_owned()))
    };
    let headers: Option<Vec<_>> = lines.map(field).collect();
    let headers = headers.ok_or_else(|| format!("un encabezado malo: {text:?}"))?;
    Ok(Some((status, headers, &bytes[end + 4..])))
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned()
}

/// Lee el cuerpo de esa respuesta; devuelve lo que hay detrás.
fn read_body<'b>(
    answer: &mut Answer,
    bytes: &'b [u8],
    is_head: bool,
    ending: Ending,
) -> Result<&'b [u8], String> {
    let length = content_length(answer)?;
    let is_chunked = answer.header("Transfer-Encoding").is_some();
    // A quien tarda en terminar de escribir `HEAD` se le responde como a cualquiera.
    let is_head = is_head && (answer.status != 408 || bytes.is_empty());
    if is_head || answer.status == 204 || answer.status == 304 {
        return Ok(bytes);
    }
    match (length, is_chunked) {
        (Some(_), true) => Err("con longitud y por trozos a la vez".to_owned()),
        (Some(length), false) => {
            let (body, rest) = bytes.split_at(length.min(bytes.len()));
            answer.body = body.to_vec();
            answer.is_whole = body.len() == length;
            Ok(rest)
        }
        (None, true) => read_chunks(answer, bytes),
        (None, false) => {
            answer.body = bytes.to_vec();
            answer.is_whole = ending == Ending::Finished;
            Ok(&[])
        }
    }
}

fn content_length(answer: &Answer) -> Result<Option<usize>, String> {
    match answer.header("Content-Length").map(str::parse) {
        None => Ok(None),
        Some(Ok(length)) => Ok(Some(length)),
        Some(Err(_)) => Err("una longitud que no es un número".to_owned()),
    }
}

fn read_chunks<'b>(answer: &mut Answer, bytes: &'b [u8]) -> Result<&'b [u8], String> {
    let mut rest = bytes;
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let digits = str::from_utf8(&rest[..end]).unwrap_or("?");
        let size = usize::from_str_radix(digits, 16).map_err(|_| format!("un tamaño: {digits}"))?;
        rest = &rest[end + 2..];
        let whole = rest.len() >= size + 2;
        answer.body.extend(&rest[..size.min(rest.len())]);
        if !whole {
            break;
        }
        if &rest[size..size + 2] != b"\r\n" {
            return Err("un trozo que no mide lo que dice".to_owned());
        }
        rest = &rest[size + 2..];
        if size == 0 {
            return Ok(rest);
        }
    }
    answer.is_whole = false;
    Ok(&[])
}

/// Una respuesta y nada más, hasta el cierre.
fn read_plain(
    bytes: &[u8],
    is_head: &[bool],
    ending: Ending,
    prefix: &str,
) -> Result<Transcript, String> {
    let mut transcript = Transcript::default();
    if let Some((status, headers, after)) = read_head(bytes, prefix)? {
        let body = Vec::new();
        let mut answer = Answer { interim: 0, status, headers, body, is_whole: true };
        let rest = read_body(&mut answer, after, is_head[0], ending)?;
        if !rest.is_empty() {
            return Err("hay bytes detrás de la respuesta".to_owned());
        }
        transcript.answers.push(answer);
    }
    Ok(transcript)
}

fn read_fastcgi(bytes: &[u8], is_head: &[bool], ending: Ending) -> Result<Transcript, String> {
    let mut transcript = Transcript::default();
    for (number, output) in records::read(bytes)?.into_iter().enumerate() {
        let is_head = *is_head.get(number).ok_or("hay más respuestas que peticiones")?;
        if output.bytes.is_empty() && output.is_ended {
            let (headers, body) = (Vec::new(), Vec::new());
            let answer = Answer { interim: 0, status: 0, headers, body, is_whole: true };
            transcript.answers.push(answer);
            continue;
        }
        let Some((status, headers, after)) = read_head(&output.bytes, "Status: ")? else { break };
        let (body, is_whole) = (Vec::new(), true);
        let mut answer = Answer { interim: 0, status, headers, body, is_whole };
        let inner = if output.is_ended { Ending::Finished } else { Ending::Aborted };
        let rest = read_body(&mut answer, after, is_head, inner)?;
        if !rest.is_empty() {
            return Err("una respuesta pasa de su longitud".to_owned());
        }
        if output.is_ended && !answer.is_whole {
            return Err("termina sin estar entera".to_owned());
        }
        // nginx toma por entero lo que se acaba sin corte, aunque le falte el final.
        if !answer.is_whole && ending == Ending::Finished && !output.is_spoiled {
            let is_measured = answer.header("Content-Length").is_some();
            if !is_measured {
                return Err("un corte que nginx no nota".to_owned());
            }
        }
        transcript.answers.push(answer);
    }
    Ok(transcript)
}
