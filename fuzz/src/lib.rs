//! Lo que comparten los programas: una entrada que también dice cómo se parte.

/// Cuántos cortes caben en una entrada.
const MAX_CUTS: u8 = 16;

/// Unos bytes y los sitios por donde se parten.
///
/// En la entrada van delante un byte de opciones, la cantidad de cortes y lo que mide cada pieza;
/// la última pieza es todo lo demás.
#[derive(Debug)]
pub struct Split<'a> {
    /// Para lo que cada programa quiera.
    pub options: u8,
    /// Todos los bytes, sin partir.
    pub bytes: &'a [u8],
    lengths: &'a [u8],
}

impl<'a> Split<'a> {
    /// `None` si la entrada es demasiado corta.
    pub fn new(input: &'a [u8]) -> Option<Self> {
        let [options, cuts, rest @ ..] = input else { return None };
        let (lengths, bytes) = rest.split_at_checked((cuts % (MAX_CUTS + 1)).into())?;
        Some(Self { options: *options, bytes, lengths })
    }

    /// Las piezas, ninguna vacía.
    pub fn pieces(&self) -> Vec<&'a [u8]> {
        let mut rest = self.bytes;
        let mut pieces = Vec::new();
        for &length in self.lengths {
            let (piece, next) = rest.split_at(piece_length(length).min(rest.len()));
            pieces.push(piece);
            rest = next;
        }
        pieces.push(rest);
        pieces.retain(|piece| !piece.is_empty());
        pieces
    }
}

/// De 1 a 128 bytes, de uno en uno; de ahí a 8 KiB, a saltos.
fn piece_length(byte: u8) -> usize {
    match usize::from(byte) {
        small @ 0..128 => small + 1,
        large => (large - 126) * 64,
    }
}
