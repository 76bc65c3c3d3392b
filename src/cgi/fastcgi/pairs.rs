//! Nombres y valores, cada uno detrás de su tamaño: un byte, o cuatro si pasa de 127 (§3.4).

use crate::cgi::variables::Variable;
use crate::http::Rejection;

/// El primer bit de un tamaño de cuatro bytes.
const LONG: u32 = 1 << 31;

/// Las parejas que hay en `bytes`.
pub(super) fn read(bytes: &[u8]) -> impl Iterator<Item = Variable<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let pair = take_pair(&mut rest);
        if pair.is_none() {
            rest = &[];
        }
        Some(pair.ok_or(Rejection::Record))
    })
}

fn take_pair<'b>(rest: &mut &'b [u8]) -> Option<(&'b [u8], &'b [u8])> {
    let (name, value) = (take_length(rest)?, take_length(rest)?);
    let (name, after) = rest.split_at_checked(name)?;
    let (value, after) = after.split_at_checked(value)?;
    *rest = after;
    Some((name, value))
}

fn take_length(rest: &mut &[u8]) -> Option<usize> {
    let first = *rest.first()?;
    if first < 128 {
        *rest = &rest[1..];
        return Some(first.into());
    }
    let (length, after) = rest.split_first_chunk()?;
    *rest = after;
    usize::try_from(u32::from_be_bytes(*length) ^ LONG).ok()
}

/// Añade una pareja corta.
pub(super) fn write(out: &mut Vec<u8>, name: &[u8], value: &str) {
    for length in [name.len(), value.len()] {
        let length = u8::try_from(length).ok().filter(|length| *length < 128);
        out.push(length.expect("quien llama solo escribe parejas cortas"));
    }
    out.extend_from_slice(name);
    out.extend_from_slice(value.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

    fn all(bytes: &[u8]) -> Result<Pairs, Rejection> {
        read(bytes).map(|pair| pair.map(|(name, value)| (name.to_vec(), value.to_vec()))).collect()
    }

    #[test]
    fn los_tamanos_son_de_uno_o_de_cuatro_bytes() {
        let long = vec![b'v'; 300];
        let bytes = [b"\x01\x02abc\x80\0\0\x01\x80\0\x01\x2Cd", &long[..], b"\0\0"].concat();
        let expected =
            [(b"a".to_vec(), b"bc".to_vec()), (b"d".to_vec(), long), (Vec::new(), Vec::new())];
        assert_eq!(all(&bytes), Ok(expected.to_vec()));
    }

    #[test]
    fn lo_cortado_se_rechaza_una_vez() {
        let whole = b"\x01\x02abc\x80\0\0\x01\x01dv";
        for cut in 1..whole.len() {
            let cut = &whole[..cut];
            let is_whole = cut.len() == 5;
            assert_eq!(all(cut).is_ok(), is_whole, "{cut:?}");
            assert!(read(cut).count() <= 2);
        }
        assert_eq!(all(b"\xFF\xFF\xFF\xFF\0a"), Err(Rejection::Record));
    }

    #[test]
    fn lo_escrito_se_lee_igual() {
        let mut out = Vec::new();
        write(&mut out, b"FCGI_MPXS_CONNS", "0");
        assert_eq!(all(&out), Ok(vec![(b"FCGI_MPXS_CONNS".to_vec(), b"0".to_vec())]));
    }
}
