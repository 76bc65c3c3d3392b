//! Qué tramos se piden con `Range` (RFC 9110 §14).

/// Cuántos tramos se atienden de una vez. Un lector de PDF o de vídeo pide unos pocos; más es un
/// abuso (§14.2), y se responde con el archivo entero.
const MAX_RANGES: usize = 32;

/// Un tramo que no es vacío y está dentro del archivo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ByteRange {
    pub(super) first: u64,
    pub(super) length: u64,
}

impl ByteRange {
    /// El valor de `Content-Range` (§14.4).
    pub(super) fn content_range(self, size: u64) -> String {
        format!("bytes {}-{}/{size}", self.first, self.first + self.length - 1)
    }
}

/// Lo que hay que mandar.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Selection {
    /// Todo: no se pidió un tramo, o se pidió de un modo que no se atiende.
    Whole,
    One(ByteRange),
    /// Dos o más.
    Several(Vec<ByteRange>),
    /// 416: ninguno está dentro del archivo.
    Unsatisfiable,
}

/// Lee `Range` para un archivo de `size` bytes.
pub(super) fn select(field: &str, size: u64) -> Selection {
    let Some(asked) = parse(field) else { return Selection::Whole };
    let ranges: Vec<ByteRange> = asked.iter().filter_map(|range| range.resolve(size)).collect();
    // Tramos que se pisan podrían multiplicar un archivo pequeño.
    let total = ranges.iter().fold(0_u64, |total, range| total.saturating_add(range.length));
    match ranges[..] {
        [] => Selection::Unsatisfiable,
        [only] => Selection::One(only),
        _ if total > size => Selection::Whole,
        _ => Selection::Several(ranges),
    }
}

/// Un tramo como se pide (§14.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// `2-5`, o `2-` hasta el final.
    From { first: u64, last: u64 },
    /// `-3`: los últimos.
    Last(u64),
}

impl Asked {
    /// El tramo dentro del archivo, si tiene algún byte.
    fn resolve(self, size: u64) -> Option<ByteRange> {
        let (first, end) = match self {
            Self::From { first, last } => (first, last.saturating_add(1).min(size)),
            Self::Last(length) => (size.saturating_sub(length), size),
        };
        let length = end.checked_sub(first).filter(|length| *length > 0)?;
        Some(ByteRange { first, length })
    }
}

/// Los tramos pedidos, si están bien escritos, en bytes, y no son demasiados.
fn parse(field: &str) -> Option<Vec<Asked>> {
    let (unit, set) = field.trim().split_once('=')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let specs = set.split(',').map(|spec| spec.trim_matches([' ', '\t']));
    let asked: Option<Vec<Asked>> =
        specs.filter(|spec| !spec.is_empty()).take(MAX_RANGES + 1).map(parse_one).collect();
    asked.filter(|asked| (1..=MAX_RANGES).contains(&asked.len()))
}

fn parse_one(spec: &str) -> Option<Asked> {
    let (first, last) = spec.split_once('-')?;
    match (first, last) {
        ("", last) => Some(Asked::Last(number(last)?)),
        (first, "") => Some(Asked::From { first: number(first)?, last: u64::MAX }),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(Asked::From { first, last })
        }
    }
}

/// Uno que no cabe es, para cualquier archivo, el mayor.
fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[track_caller]
    fn check(field: &str, size: u64, expected: &[(u64, u64)]) {
        let ranges: Vec<ByteRange> =
            expected.iter().map(|&(first, length)| ByteRange { first, length }).collect();
        let expected = match ranges[..] {
            [] => Selection::Unsatisfiable,
            [only] => Selection::One(only),
            _ => Selection::Several(ranges),
        };
        assert_eq!(select(field, size), expected, "{field:?}");
    }

    #[test]
    fn un_tramo_se_ajusta_al_archivo() {
        check("bytes=0-0", 10, &[(0, 1)]);
        check("bytes=2-5", 10, &[(2, 4)]);
        check("Bytes=2-", 10, &[(2, 8)]);
        check("bytes=-3", 10, &[(7, 3)]);
        check("bytes=-30", 10, &[(0, 10)]);
        check("bytes=2-99999999999999999999999", 10, &[(2, 8)]);
        check("bytes=9-9", 10, &[(9, 1)]);
    }

    #[test]
    fn lo_que_no_esta_en_el_archivo_no_se_puede_mandar() {
        check("bytes=10-", 10, &[]);
        check("bytes=-0", 10, &[]);
        check("bytes=0-", 0, &[]);
        check("bytes=-5", 0, &[]);
        check("bytes=99999999999999999999999-", 10, &[]);
        check("bytes=10-,20-30", 10, &[]);
    }

    #[test]
    fn varios_tramos_van_en_el_orden_pedido() {
        check("bytes=5-6, 0-1,-1", 10, &[(5, 2), (0, 2), (9, 1)]);
        check("bytes=,5-6,,\t0-1,", 10, &[(5, 2), (0, 2)]);
        check("bytes=5-6,10-", 10, &[(5, 2)]);
    }

    #[test]
    fn lo_mal_escrito_y_lo_abusivo_recibe_el_archivo_entero() {
        let many = format!("bytes={}", "0-0,".repeat(MAX_RANGES + 1));
        let wrong = [
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes=-",
            "bytes=a-b",
            "bytes=5-2",
            "bytes=1-2-3",
            "bytes=+1-2",
            "bytes = 0-1",
            "bytes=0 - 1",
            "líneas=0-1",
            "bytes=0-,0-",
            &many,
        ];
        for field in wrong {
            assert_eq!(select(field, 10), Selection::Whole, "{field:?}");
        }
    }
}
