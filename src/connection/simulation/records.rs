//! Los registros de FastCGI que recibe un servidor web.

use super::encode::record_id;

/// Lo que la aplicación mandó para una petición.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Output {
    pub(super) bytes: Vec<u8>,
    /// Si llegó su final.
    pub(super) is_ended: bool,
    /// Si lo que sigue no hay quien lo entienda: un corte escrito.
    pub(super) is_spoiled: bool,
}

const END: u8 = 3;
const STDOUT: u8 = 6;
const STDERR: u8 = 7;
const VALUES: u8 = 10;
const UNKNOWN: u8 = 11;

/// Lee los registros; las peticiones van numeradas en su orden, y una detrás de otra.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Output>, String> {
    let (mut outputs, mut rest) = (Vec::<Output>::new(), bytes);
    let mut is_closed = false;
    while let [version, kind, id_high, id_low, high, low, padding, _, after @ ..] = rest {
        let id = u16::from_be_bytes([*id_high, *id_low]);
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if *version != 1 {
            return spoil(outputs, rest);
        }
        let content = &after[..length.min(after.len())];
        let is_whole = after.len() >= length + usize::from(*padding);
        match (*kind, id) {
            (VALUES | UNKNOWN, 0) => {}
            (STDOUT | STDERR | END, id) => {
                let current = outputs.iter().filter(|output| output.is_ended).count();
                if id != record_id(current) {
                    return Err(format!("un registro de la petición {id}, y toca otra"));
                }
                if outputs.len() == current {
                    outputs.push(Output::default());
                    is_closed = false;
                }
                let output = outputs.last_mut().expect("se acaba de poner");
                if is_closed && *kind != END {
                    return Err("la salida sigue después de su final".to_owned());
                }
                match *kind {
                    STDOUT => {
                        output.bytes.extend(content);
                        is_closed = length == 0;
                    }
                    STDERR if is_whole => check_note(content)?,
                    END if is_whole => {
                        check_end(content, is_closed || output.bytes.is_empty())?;
                        output.is_ended = true;
                    }
                    _ => {}
                }
            }
            (kind, id) => return Err(format!("un registro {kind} de {id}")),
        }
        if !is_whole {
            break;
        }
        rest = &after[length + usize::from(*padding)..];
    }
    Ok(outputs)
}

/// Lo que va al registro de errores son líneas enteras.
fn check_note(content: &[u8]) -> Result<(), String> {
    match str::from_utf8(content) {
        Ok(text) if text.starts_with("pasarela: ") && text.ends_with('\n') => Ok(()),
        _ => Err(format!("una nota rara: {content:?}")),
    }
}

fn check_end(content: &[u8], is_closed: bool) -> Result<(), String> {
    match (content, is_closed) {
        ([0, 0, 0, 0, 0, 0, 0, 0], true) => Ok(()),
        _ => Err(format!("un final raro: {content:?}")),
    }
}

/// Lo que no se entiende tiene que ser un corte, y lo último.
fn spoil(mut outputs: Vec<Output>, rest: &[u8]) -> Result<Vec<Output>, String> {
    match (rest, outputs.last_mut()) {
        ([0, 0, 0, 0, 0, 0, 0, 0], Some(last)) if !last.is_ended => {
            last.is_spoiled = true;
            Ok(outputs)
        }
        _ => Err("bytes que no son registros".to_owned()),
    }
}
