//! uwsgi: un paquete con las variables, y detrás el cuerpo
//! (<https://uwsgi-docs.readthedocs.io/en/latest/Protocol.html>).
//!
//! ```text
//! modificador 1 (0) │ tamaño, 16 bits │ modificador 2 │ tamaño nombre tamaño valor …
//! ```
//!
//! Los números van con el byte de menos peso delante.

use super::variables::Variable;
use crate::http::Rejection;

/// Las variables de una petición entera, prestadas del búfer.
#[derive(Debug)]
pub(crate) struct Block<'b> {
    variables: &'b [u8],
    /// Cuántos bytes del búfer ocupa.
    pub(crate) length: usize,
}

/// El modificador de WSGI; los demás son otros idiomas y órdenes para el servidor uWSGI.
const WSGI: u8 = 0;

/// Lo que mide el principio del paquete.
const HEADER: usize = 4;

/// Lee las variables que empiezan en `buffer[0]`; `None` si todavía no están enteras. No ocupan más
/// de `max` bytes.
///
/// # Errors
///
/// [`Rejection::Record`] si eso no es una petición de uwsgi.
pub(crate) fn parse(buffer: &[u8], max: usize) -> Result<Option<Block<'_>>, Rejection> {
    let [modifier, rest @ ..] = buffer else { return Ok(None) };
    if *modifier != WSGI {
        return Err(Rejection::Record);
    }
    let [low, high, _, ..] = *rest else { return Ok(None) };
    let size = usize::from(u16::from_le_bytes([low, high]));
    if size > max {
        return Err(Rejection::HeadTooLarge);
    }
    let variables = buffer.get(HEADER..HEADER + size);
    Ok(variables.map(|variables| Block { variables, length: HEADER + size }))
}

impl<'b> Block<'b> {
    pub(crate) fn variables(&self) -> impl Iterator<Item = Variable<'b>> {
        let mut rest = self.variables;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let pair = take_text(&mut rest).zip(take_text(&mut rest));
            if pair.is_none() {
                rest = &[];
            }
            Some(pair.ok_or(Rejection::Record))
        })
    }
}

/// Un texto, detrás de su tamaño.
fn take_text<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let (size, after) = rest.split_first_chunk()?;
    let (text, after) = after.split_at_checked(u16::from_le_bytes(*size).into())?;
    *rest = after;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    type Pairs = Vec<(String, String)>;

    fn read(buffer: &[u8]) -> Result<Option<(Pairs, usize)>, Rejection> {
        let Some(block) = parse(buffer, 300)? else { return Ok(None) };
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let pairs =
            block.variables().map(|pair| pair.map(|(name, value)| (text(name), text(value))));
        Ok(Some((pairs.collect::<Result<_, _>>()?, block.length)))
    }

    const REQUEST: &[u8] = b"\0\x1a\0\0\x0e\0REQUEST_METHOD\x03\0GET\x01\0A\0\0hola";

    #[test]
    fn las_variables_se_leen_cuando_estan_enteras() {
        let expected = [("REQUEST_METHOD", "GET"), ("A", "")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let length = REQUEST.len() - "hola".len();
        for cut in 0..REQUEST.len() {
            let whole = (cut >= length).then(|| (expected.clone(), length));
            assert_eq!(read(&REQUEST[..cut]), Ok(whole), "cortada en {cut}");
        }
        assert_eq!(read(b"\0\0\0\0"), Ok(Some((Vec::new(), 4))));
    }

    #[test]
    fn un_texto_puede_medir_mas_de_lo_que_cabe_en_un_byte() {
        let value = "x".repeat(258);
        let packet = [b"\0\x07\x01\0\x01\0A\x02\x01", value.as_bytes()].concat();
        assert_eq!(read(&packet), Ok(Some((vec![("A".to_owned(), value)], packet.len()))));
    }

    #[test]
    fn lo_que_no_es_uwsgi_se_rechaza() {
        for bad in [&b"GET / HTTP/1.1"[..], b"\x05\0\0\0", b"\0\x01\0\0A", b"\0\x03\0\0\x01\0A"] {
            assert_eq!(read(bad), Err(Rejection::Record), "{bad:?}");
        }
        assert_eq!(read(b"\0\xFF\xFF\0"), Err(Rejection::HeadTooLarge));
    }

    #[test]
    fn el_limite_puede_ser_el_mayor_que_hay() {
        let long = [&b"\0\xFF\xFF\0"[..], &[0; u16::MAX as usize]].concat();
        for (packet, length) in [(REQUEST, REQUEST.len() - "hola".len()), (&long, long.len())] {
            let block = parse(packet, usize::MAX).expect("es uwsgi").expect("está entera");
            assert_eq!(block.length, length);
        }
    }

    #[test]
    fn ningun_byte_cambiado_causa_un_panico() {
        for (at, byte) in (0..REQUEST.len()).flat_map(|at| (0..=255).map(move |byte| (at, byte))) {
            let mut changed = REQUEST.to_vec();
            changed[at] = byte;
            if let Ok(Some((_, length))) = read(&changed) {
                assert!(length <= changed.len());
            }
        }
    }
}
