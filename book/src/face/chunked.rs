//! Un cuerpo por trozos en una transcripción: qué líneas son el marco que pone el servidor, y cuáles, lo que envía la
//! aplicación (RFC 9112 §7.1).

/// Qué es una línea del cuerpo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Del marco: el tamaño de un trozo, o el final de uno. Termina en retorno de carro y salto.
    Frame,
    /// De un trozo, con su salto de línea.
    Data,
    /// La última de un trozo que no termina en salto de línea: detrás va el final del trozo.
    LastData,
}

impl Part {
    /// Cuántos bytes añade a los que se ven.
    pub(super) fn ending(self) -> usize {
        match self {
            Self::Frame | Self::LastData => 2,
            Self::Data => 1,
        }
    }
}

/// Qué es cada línea; nada, si no están bien puestos los trozos.
pub(super) fn parts(body: &[&str]) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    loop {
        let size = body.get(parts.len())?.split(';').next()?;
        let size = usize::from_str_radix(size, 16).ok()?;
        parts.push(Part::Frame);
        if size == 0 {
            parts.resize(body.len(), Part::Frame);
            return Some(parts);
        }
        chunk(body, size, &mut parts)?;
    }
}

/// Las líneas de un trozo, y la que lo termina.
fn chunk(body: &[&str], size: usize, parts: &mut Vec<Part>) -> Option<()> {
    let mut left = size;
    while left > 0 {
        let length = body.get(parts.len())?.len();
        if length == left {
            parts.push(Part::LastData);
            return Some(());
        }
        left = left.checked_sub(length + 1)?;
        parts.push(Part::Data);
    }
    if !body.get(parts.len())?.is_empty() {
        return None;
    }
    parts.push(Part::Frame);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    use Part::{Data, Frame, LastData};

    #[test]
    fn el_marco_se_distingue_de_lo_que_lleva() {
        assert_eq!(parts(&["3", "ab", "", "0", ""]), Some(vec![Frame, Data, Frame, Frame, Frame]));
        assert_eq!(parts(&["2", "ab", "0", ""]), Some(vec![Frame, LastData, Frame, Frame]));
        assert_eq!(
            parts(&["4", "a", "é", "0", ""]),
            Some(vec![Frame, Data, LastData, Frame, Frame])
        );
    }

    #[test]
    fn lo_que_no_esta_en_trozos_no_se_adivina() {
        assert_eq!(parts(&["hola"]), None);
        assert_eq!(parts(&["3", "ab"]), None);
        assert_eq!(parts(&["2", "abc", "0", ""]), None);
    }
}
