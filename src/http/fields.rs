//! Los campos de una cabeza (RFC 9112 §5).
//!
//! Se comprueban una vez y se guardan como las líneas que son: separarlas de nuevo cuesta menos que
//! mover una tabla con sitio para todos.

use super::{Rejection, find, has_controls, is_token_byte};

/// Lo leído y lo que sigue; `None` si todavía no está entero.
type Parsed<'b, T> = Result<Option<(T, &'b [u8])>, Rejection>;

/// Los campos de una petición, en su orden: líneas ya comprobadas.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'b>(&'b [u8]);

impl<'b> Fields<'b> {
    /// El nombre y el valor de cada uno, sin el espacio que los rodea.
    pub(crate) fn iter(self) -> impl Iterator<Item = (&'b [u8], &'b [u8])> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let (line, after) = take_line(rest).ok()??;
            rest = after;
            split_field(line)
        })
    }
}

/// Comprueba los campos, hasta su línea vacía.
pub(super) fn parse(lines: &[u8], max_fields: usize) -> Parsed<'_, Fields<'_>> {
    let (mut rest, mut count) = (lines, 0);
    while let Some((line, after)) = take_line(rest)? {
        if line.is_empty() {
            return Ok(Some((Fields(&lines[..lines.len() - rest.len()]), after)));
        }
        count += 1;
        if count > max_fields {
            return Err(Rejection::TooManyFields);
        }
        check_field(line)?;
        rest = after;
    }
    Ok(None)
}

/// `token ":" valor`, sin espacio delante de los dos puntos ni continuaciones de línea (§5.1, §5.2).
fn check_field(line: &[u8]) -> Result<(), Rejection> {
    let name_end = line.iter().position(|&byte| !is_token_byte(byte)).unwrap_or(0);
    let is_valid = name_end > 0 && line[name_end] == b':' && !has_controls(&line[name_end..]);
    if is_valid { Ok(()) } else { Err(Rejection::Field) }
}

/// Separa un campo ya comprobado.
fn split_field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = find(b':', line)?;
    Some((&line[..colon], line[colon + 1..].trim_ascii()))
}

/// Separa la primera línea de lo que sigue.
///
/// Un LF suelto se rechaza: RFC 9112 §2.2 permite aceptarlo, y por ahí se cuela el contrabando de
/// peticiones. Un CR suelto lo rechaza quien lee la línea, porque es un control.
pub(super) fn take_line(bytes: &[u8]) -> Parsed<'_, &[u8]> {
    let Some(end) = find(b'\n', bytes) else { return Ok(None) };
    match bytes[..end].strip_suffix(b"\r") {
        Some(line) => Ok(Some((line, &bytes[end + 1..]))),
        None => Err(Rejection::LineEnd),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    type Pairs<'b> = Vec<(&'b [u8], &'b [u8])>;

    /// Los campos, y cuántos bytes siguen a su línea vacía.
    fn read(lines: &[u8]) -> Result<Option<(Pairs<'_>, usize)>, Rejection> {
        let parsed = parse(lines, 10)?;
        Ok(parsed.map(|(fields, after)| (fields.iter().collect(), after.len())))
    }

    #[test]
    fn los_valores_se_recortan_y_conservan_su_orden() {
        let lines = b"B: \t uno\tdos \t\r\nA:\r\nb:\xFF:\r\n\r\nresto";
        let expected: [(&[u8], &[u8]); 3] = [(b"B", b"uno\tdos"), (b"A", b""), (b"b", b"\xFF:")];
        assert_eq!(read(lines), Ok(Some((expected.to_vec(), "resto".len()))));
        for cut in 0..lines.len() - "resto".len() {
            assert_eq!(read(&lines[..cut]), Ok(None), "cortados en {cut}");
        }
    }

    #[test]
    fn rechaza_los_campos_mal_escritos() {
        let fields = [
            "A : b",
            "A\t: b",
            " A: b",
            "A",
            ": b",
            "A b: c",
            "Á: b",
            "A(: b",
            "A\0: b",
            "A: b\0",
            "A: b\rc",
            "A: b\u{7f}",
            "A: b\u{b}",
            "A: b\r\n c: d",
            "A: b\r\n\tc",
            "\"A\": b",
        ];
        for field in fields {
            let lines = format!("Host: x\r\n{field}\r\nB: c\r\n\r\n");
            assert_eq!(read(lines.as_bytes()), Err(Rejection::Field), "{field:?}");
        }
    }
}
