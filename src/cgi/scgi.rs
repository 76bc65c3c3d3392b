//! SCGI: las variables en una sola *netstring*, y detrás el cuerpo
//! (<https://python.ca/scgi/protocol.txt>).
//!
//! ```text
//! 70:CONTENT_LENGTH\0 27\0 SCGI\0 1\0 REQUEST_METHOD\0 POST\0 … ,cuerpo de 27 bytes
//! ```

use super::variables::Variable;
use crate::http::{Rejection, scan};

/// Las variables de una petición entera, prestadas del búfer.
#[derive(Debug)]
pub(crate) struct Block<'b> {
    variables: &'b [u8],
    /// Cuántos bytes del búfer ocupa.
    pub(crate) length: usize,
}

/// La primera variable, que ninguna otra puede adelantar.
const FIRST: &[u8] = b"CONTENT_LENGTH\0";

/// Lee las variables que empiezan en `buffer[0]`; `None` si todavía no están enteras. No ocupan más
/// de `max` bytes.
///
/// # Errors
///
/// [`Rejection::Record`] si eso no es SCGI.
pub(crate) fn parse(buffer: &[u8], max: usize) -> Result<Option<Block<'_>>, Rejection> {
    let Some((size, start)) = parse_size(buffer)? else { return Ok(None) };
    if size > max {
        return Err(Rejection::HeadTooLarge);
    }
    // Sin sumar: el límite puede ser cualquiera, y `size` no ha llegado todavía.
    let rest = buffer[start..].split_at_checked(size);
    let Some((variables, [comma, ..])) = rest else { return Ok(None) };
    if *comma != b',' || !variables.starts_with(FIRST) || !variables.ends_with(b"\0") {
        return Err(Rejection::Record);
    }
    Ok(Some(Block { variables, length: start + size + 1 }))
}

/// El tamaño de la *netstring*, y dónde empieza su contenido.
fn parse_size(buffer: &[u8]) -> Result<Option<(usize, usize)>, Rejection> {
    let digits = buffer.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let size = match &buffer[..digits] {
        [b'0', _, ..] => return Err(Rejection::Record),
        digits => digits.iter().try_fold(0_usize, |size, digit| {
            size.checked_mul(10)?.checked_add(usize::from(digit - b'0'))
        }),
    };
    let size = size.ok_or(Rejection::HeadTooLarge)?;
    match buffer.get(digits) {
        None => Ok(None),
        Some(b':') if digits > 0 => Ok(Some((size, digits + 1))),
        Some(_) => Err(Rejection::Record),
    }
}

impl<'b> Block<'b> {
    pub(crate) fn variables(&self) -> impl Iterator<Item = Variable<'b>> {
        let mut rest = self.variables;
        let mut next = move || {
            let end = scan::position(rest, 0)?;
            let text = &rest[..end];
            rest = &rest[end + 1..];
            Some(text)
        };
        std::iter::from_fn(move || {
            let name = next()?;
            Some(next().map(|value| (name, value)).ok_or(Rejection::Record))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    type Pairs = Vec<(String, String)>;

    /// Las variables, y cuánto ocupan.
    fn read(buffer: &[u8]) -> Result<Option<(Pairs, usize)>, Rejection> {
        let Some(block) = parse(buffer, 200)? else { return Ok(None) };
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let pairs =
            block.variables().map(|pair| pair.map(|(name, value)| (text(name), text(value))));
        Ok(Some((pairs.collect::<Result<_, _>>()?, block.length)))
    }

    const REQUEST: &[u8] = b"43:CONTENT_LENGTH\x004\0SCGI\x001\0REQUEST_METHOD\0GET\0,hola";

    #[test]
    fn las_variables_se_leen_cuando_estan_enteras() {
        let expected = [("CONTENT_LENGTH", "4"), ("SCGI", "1"), ("REQUEST_METHOD", "GET")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let length = REQUEST.len() - "hola".len();
        for cut in 0..REQUEST.len() {
            let whole = (cut >= length).then(|| (expected.clone(), length));
            assert_eq!(read(&REQUEST[..cut]), Ok(whole), "cortada en {cut}");
        }
    }

    #[test]
    fn lo_que_no_es_scgi_se_rechaza() {
        let bad: [&[u8]; 10] = [
            b":",
            b"a",
            b"-1:",
            b"02:ab,",
            b"1x",
            b"0:,",
            b"17:CONTENT_LENGTH\x001\0;",
            b"16:CONTENT_LENGTH\x001,",
            b"9:SCGI\x001\0a\0,",
            b"19:CONTENT_LENGTH\x001\0a\0,",
        ];
        for bad in bad {
            assert_eq!(read(bad), Err(Rejection::Record), "{}", String::from_utf8_lossy(bad));
        }
    }

    #[test]
    fn el_tamano_tiene_un_limite() {
        for size in ["201", "99999999999999999999999999999"] {
            let buffer = format!("{size}:");
            assert_eq!(read(buffer.as_bytes()), Err(Rejection::HeadTooLarge));
        }
    }

    #[test]
    fn el_limite_puede_ser_el_mayor_que_hay() {
        for size in [usize::MAX, usize::MAX - 1, usize::MAX - 22, usize::MAX / 2] {
            let buffer = format!("{size}:CONTENT_LENGTH\x004\0");
            let length = parse(buffer.as_bytes(), usize::MAX).map(|b| b.map(|b| b.length));
            assert!(matches!(length, Ok(None) | Err(Rejection::HeadTooLarge)), "{length:?}");
        }
        let block = parse(REQUEST, usize::MAX).expect("es SCGI").expect("está entera");
        assert_eq!(block.length, REQUEST.len() - "hola".len());
    }

    #[test]
    fn ningun_byte_cambiado_causa_un_panico() {
        for (at, byte) in (0..REQUEST.len()).flat_map(|at| (0..=255).map(move |byte| (at, byte))) {
            let mut changed = REQUEST.to_vec();
            changed[at] = byte;
            if let Ok(Some((pairs, length))) = read(&changed) {
                assert!(!pairs.is_empty() && length <= changed.len());
            }
        }
    }
}
