//! Buscar en un texto de ocho en ocho bytes: cada palabra de 64 bits se mira de una vez.
//!
//! Las cabezas se recorren enteras y a menudo, y sus partes son cortas: una búsqueda pensada para
//! textos largos gastaría más en prepararse que en buscar.

/// Un uno en cada byte, y el bit alto de cada byte.
const ONES: u64 = u64::from_le_bytes([1; 8]);
const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);

/// Dónde está el primer `byte`, que es de ASCII.
pub(crate) fn position(text: &[u8], byte: u8) -> Option<usize> {
    first_mark(text, |word| below(word ^ (ONES * u64::from(byte)), 1))
}

/// Dónde está el primer control que un valor no admite: todos menos el tabulador (RFC 9110 §5.5).
pub(super) fn control_position(text: &[u8]) -> Option<usize> {
    const DELETE: u64 = ONES * 0x7F;
    let mut at = 0;
    loop {
        at += first_mark(&text[at..], |word| below(word, b' ') | below(word ^ DELETE, 1))?;
        if text[at] != b'\t' {
            return Some(at);
        }
        at += 1;
    }
}

/// Marca el bit alto de los bytes menores que `limit`, que no pasa de 128.
///
/// La resta puede pedirle prestado al byte de encima y marcarlo de más; por eso solo se cree la
/// primera marca, que no tiene ninguna debajo.
fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(ONES * u64::from(limit)) & !word & HIGHS
}

/// Dónde está el primer byte que `marks` marca. El byte 0xFF, nunca.
fn first_mark(text: &[u8], marks: impl Fn(u64) -> u64) -> Option<usize> {
    let place = |marked: u64| marked.trailing_zeros() as usize / 8;
    let (words, _) = text.as_chunks();
    for (at, &word) in words.iter().enumerate() {
        let marked = marks(u64::from_le_bytes(word));
        if marked != 0 {
            return Some(at * 8 + place(marked));
        }
    }
    // Los que no llenan una palabra se miran con los de antes, que ya se sabe que no son.
    let from = text.len().saturating_sub(8);
    let last = text.last_chunk().copied().unwrap_or_else(|| {
        let mut last = [0xFF; 8];
        for (to, &from) in last.iter_mut().zip(text) {
            *to = from;
        }
        last
    });
    let marked = marks(u64::from_le_bytes(last));
    (marked != 0).then(|| from + place(marked))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    /// Cada byte, rodeado de otros que podrían confundirse con él, en cada sitio.
    #[track_caller]
    fn check(find: impl Fn(&[u8]) -> Option<usize>, is: impl Fn(u8) -> bool) {
        for around in [0x00, 0x01, b'\t', b' ', b'!', b':', b';', 0x7E, 0x7F, 0x80, 0xFF] {
            for (length, at) in (1..20).flat_map(|length| (0..length).map(move |at| (length, at))) {
                for byte in 0..=u8::MAX {
                    let mut text = vec![around; length];
                    text[at] = byte;
                    let expected = text.iter().position(|&byte| is(byte));
                    assert_eq!(find(&text), expected, "{text:?}");
                }
            }
        }
        assert_eq!(find(b""), None);
    }

    #[test]
    fn encuentra_el_primer_byte() {
        for sought in [0, b'\n', b':', 0x7F] {
            check(move |text| position(text, sought), |byte| byte == sought);
        }
    }

    #[test]
    fn encuentra_el_primer_control() {
        check(control_position, |byte| byte != b'\t' && byte.is_ascii_control());
    }
}
