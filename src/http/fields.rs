//! Los campos de una cabeza (RFC 9112 §5).
//!
//! Se leen una vez, y de cada uno queda anotado dónde están su nombre y su valor.

use super::names::Known;
use super::{Rejection, is_token, scan};

/// Dónde están las partes de cada campo de una petición: sitio que se usa otra vez con la siguiente.
#[derive(Debug, Default)]
pub(crate) struct FieldTable(Vec<Place>);

#[derive(Debug, Clone, Copy)]
struct Place {
    name: (usize, usize),
    value: (usize, usize),
    known: Option<Known>,
}

/// De cuántos campos se conserva el sitio de una petición a otra: más que los de un navegador.
const KEPT_FIELDS: usize = 128;

/// Los campos de una petición, en su orden.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'b> {
    places: &'b [Place],
    head: &'b [u8],
}

/// Un campo: su nombre y su valor, sin el espacio que lo rodea.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'b> {
    pub(crate) name: &'b [u8],
    pub(crate) known: Option<Known>,
    pub(crate) value: &'b [u8],
    /// Dónde empieza y termina el valor en la cabeza.
    pub(crate) span: (usize, usize),
}

impl<'b> Fields<'b> {
    pub(crate) fn iter(self) -> impl Iterator<Item = Field<'b>> {
        self.places.iter().map(move |&Place { name, value, known }| Field {
            name: &self.head[name.0..name.1],
            known,
            value: &self.head[value.0..value.1],
            span: value,
        })
    }
}

impl FieldTable {
    /// Lee los campos que empiezan en `start`; devuelve dónde termina su línea vacía, o `None` si
    /// todavía no ha llegado.
    pub(super) fn read(
        &mut self,
        head: &[u8],
        start: usize,
        max_fields: usize,
    ) -> Result<Option<usize>, Rejection> {
        self.0.clear();
        let mut at = start;
        while !head[at..].starts_with(b"\r\n") {
            let is_full = self.0.len() == max_fields;
            let Some((place, next)) = Place::read(head, at) else {
                return refuse(&head[at..], is_full);
            };
            if is_full {
                return Err(Rejection::TooManyFields);
            }
            self.0.push(place);
            at = next;
        }
        Ok(Some(at + CRLF))
    }

    /// Olvida los campos, y devuelve la memoria que pidió de más una sola petición.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
        self.0.shrink_to(KEPT_FIELDS);
    }

    /// Los que se leyeron de `head`.
    pub(super) fn fields<'b>(&'b self, head: &'b [u8]) -> Fields<'b> {
        Fields { places: &self.0, head }
    }
}

/// Lo que mide el final de una línea.
const CRLF: usize = 2;

impl Place {
    /// El campo que empieza en `start` y dónde empieza la línea siguiente, si está entero y bien
    /// escrito: `token ":" valor`, sin espacio delante de los dos puntos (§5.1).
    fn read(head: &[u8], start: usize) -> Option<(Self, usize)> {
        let line = &head[start..];
        let name_end = scan::position(line, b':')?;
        let name = &line[..name_end];
        let known = Known::find(name);
        if known.is_none() && !is_token(name) {
            return None;
        }
        let rest = &line[name_end + 1..];
        // El primer control de un valor tiene que ser el de su final.
        let (value, ending) = rest.split_at(scan::control_position(rest)?);
        if !ending.starts_with(b"\r\n") {
            return None;
        }
        let end = start + name_end + 1 + value.len();
        // El espacio que rodea al valor no es suyo (§5).
        let value = value.trim_ascii_start();
        let from = end - value.len();
        let to = from + value.trim_ascii_end().len();
        let place = Self { name: (start, start + name_end), value: (from, to), known };
        Some((place, end + CRLF))
    }
}

/// Por qué la línea con que empieza `rest` no es otro campo: le falta el final, o está mal escrita.
///
/// Un LF suelto se rechaza: RFC 9112 §2.2 permite aceptarlo, y por ahí se cuela el contrabando de
/// peticiones. También las continuaciones de línea (§5.2).
fn refuse(rest: &[u8], is_full: bool) -> Result<Option<usize>, Rejection> {
    match scan::position(rest, b'\n') {
        None => Ok(None),
        Some(end) if !rest[..end].ends_with(b"\r") => Err(Rejection::LineEnd),
        Some(_) if is_full => Err(Rejection::TooManyFields),
        Some(_) => Err(Rejection::Field),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    type Pairs<'b> = Vec<(&'b [u8], &'b [u8])>;

    /// Los campos, y cuántos bytes siguen a su línea vacía.
    fn read<'b>(
        lines: &'b [u8],
        table: &'b mut FieldTable,
    ) -> Result<Option<(Pairs<'b>, usize)>, Rejection> {
        let Some(length) = table.read(lines, 0, 10)? else { return Ok(None) };
        let fields = table.fields(lines);
        let pairs = fields.iter().map(|field| (field.name, field.value)).collect();
        Ok(Some((pairs, lines.len() - length)))
    }

    #[test]
    fn los_valores_se_recortan_y_conservan_su_orden() {
        let lines = b"B: \t uno\tdos \t\r\nA:\r\nb:\xFF:\r\n\r\nresto";
        let expected: [(&[u8], &[u8]); 3] = [(b"B", b"uno\tdos"), (b"A", b""), (b"b", b"\xFF:")];
        let table = &mut FieldTable::default();
        assert_eq!(read(lines, table), Ok(Some((expected.to_vec(), "resto".len()))));
        for cut in 0..lines.len() - "resto".len() {
            assert_eq!(read(&lines[..cut], table), Ok(None), "cortados en {cut}");
        }
    }

    #[test]
    fn vacia_devuelve_lo_que_pidio_de_mas() {
        for (ending, expected) in [("\r\n", Ok(true)), ("", Ok(false)), ("a", Ok(false))] {
            let lines = "a:\r\n".repeat(10_000) + ending;
            let mut table = FieldTable::default();
            let read = table.read(lines.as_bytes(), 0, usize::MAX).map(|end| end.is_some());
            assert_eq!(read, expected);
            table.clear();
            assert!(table.0.capacity() <= KEPT_FIELDS, "{}", table.0.capacity());
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
            assert_eq!(
                read(lines.as_bytes(), &mut FieldTable::default()),
                Err(Rejection::Field),
                "{field:?}"
            );
        }
    }
}
