//! Los campos de una cabeza (RFC 9112 §5).
//!
//! Se comprueban una vez y se guardan como las líneas que son: separarlas de nuevo cuesta menos que
//! mover una tabla con sitio para todos.

use memchr::memchr;

use super::{Rejection, TOKEN, has_controls};

/// Los campos de una petición, en su orden: líneas ya comprobadas, con la vacía del final.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'b> {
    lines: &'b [u8],
    text: Option<&'b str>,
}

/// Un campo: su nombre y su valor, sin el espacio que lo rodea.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'b> {
    pub(crate) name: &'b [u8],
    pub(crate) value: &'b [u8],
    /// El valor, si la cabeza entera es texto.
    pub(crate) text: Option<&'b str>,
}

impl<'b> Fields<'b> {
    /// Los de unas líneas que pasaron por [`check`]; `text` es lo mismo, si es UTF-8.
    pub(super) fn checked(lines: &'b [u8], text: Option<&'b str>) -> Self {
        Self { lines, text }
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Field<'b>> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let start = at;
            // Los nombres son cortos: para ellos no compensa una búsqueda por bloques.
            let is_end = |&byte: &u8| byte == b':' || byte == b'\r';
            let colon = start + self.lines[start..].iter().position(is_end)?;
            if colon == start {
                return None;
            }
            let end = colon + memchr(b'\r', &self.lines[colon..])?;
            at = end + CRLF;
            let (from, to) = trimmed(self.lines, colon + 1, end);
            Some(Field {
                name: &self.lines[start..colon],
                value: &self.lines[from..to],
                text: self.text.map(|text| &text[from..to]),
            })
        })
    }
}

/// Lo que mide el final de una línea.
const CRLF: usize = 2;

/// Dónde empieza y termina un valor sin los espacios que lo rodean (§5).
fn trimmed(lines: &[u8], mut from: usize, mut to: usize) -> (usize, usize) {
    let is_space = |at: usize| matches!(lines[at], b' ' | b'\t');
    while from < to && is_space(from) {
        from += 1;
    }
    while from < to && is_space(to - 1) {
        to -= 1;
    }
    (from, to)
}

/// Comprueba los campos; devuelve cuánto ocupan hasta su línea vacía, con ella, o `None` si todavía
/// no ha llegado.
pub(super) fn check(lines: &[u8], max_fields: usize) -> Result<Option<usize>, Rejection> {
    let (mut rest, mut count) = (lines, 0);
    while let Some((line, after)) = take_line(rest)? {
        if line.is_empty() {
            return Ok(Some(lines.len() - after.len()));
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
    let name_end = line.iter().position(|&byte| !TOKEN.contains(byte)).unwrap_or(0);
    let is_valid = name_end > 0 && line[name_end] == b':' && !has_controls(&line[name_end..]);
    if is_valid { Ok(()) } else { Err(Rejection::Field) }
}

/// Una línea sin su final, y lo que sigue.
type Line<'b> = (&'b [u8], &'b [u8]);

/// Separa la primera línea de lo que sigue.
///
/// Un LF suelto se rechaza: RFC 9112 §2.2 permite aceptarlo, y por ahí se cuela el contrabando de
/// peticiones. Un CR suelto lo rechaza quien lee la línea, porque es un control.
fn take_line(bytes: &[u8]) -> Result<Option<Line<'_>>, Rejection> {
    let Some(end) = memchr(b'\n', bytes) else { return Ok(None) };
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
        let Some(length) = check(lines, 10)? else { return Ok(None) };
        let fields = Fields::checked(&lines[..length], None);
        let pairs = fields.iter().map(|field| (field.name, field.value)).collect();
        Ok(Some((pairs, lines.len() - length)))
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
