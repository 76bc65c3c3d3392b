//! Contenidos propios de cada respuesta: de cualquier byte que llegue se sabe si es el que tocaba y,
//! si no, de quién era.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// El contenido de un turno de un cliente: una función de los dos y de la posición.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content {
    pub owner: u16,
    pub turn: u16,
}

/// Cuánto mide cada palabra, en bytes. Una palabra dice, revuelto, de quién es y dónde va.
const WORD: usize = 8;

impl Content {
    pub fn new(owner: u16, turn: u16) -> Self {
        Self { owner, turn }
    }

    /// Uno que no se ha usado en este proceso.
    pub fn fresh() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1 << 16);
        let number = NEXT.fetch_add(1, Relaxed);
        Self::new((number >> 16) as u16, number as u16)
    }

    /// Los `length` bytes que van desde la posición `from`.
    pub fn bytes(self, from: usize, length: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(length + 2 * WORD);
        for block in from / WORD..(from + length).div_ceil(WORD) {
            bytes.extend_from_slice(&scramble(self.label(block)).to_le_bytes());
        }
        bytes.drain(..from % WORD);
        bytes.truncate(length);
        bytes
    }

    /// Si `found` es lo que va desde la posición `from`; si no, qué hay y de quién es.
    pub fn check(self, from: usize, found: &[u8]) -> Result<(), String> {
        let expected = self.bytes(from, found.len());
        let Some(at) = expected.iter().zip(found).position(|(one, other)| one != other) else {
            return Ok(());
        };
        Err(format!("en el byte {} de {self} hay {}", from + at, describe(&found[at..])))
    }

    fn label(self, block: usize) -> u64 {
        u64::from(self.owner) << 48 | u64::from(self.turn) << 32 | block as u64
    }
}

impl std::fmt::Display for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "lo del cliente {} en su turno {}", self.owner, self.turn)
    }
}

/// De quién son unos bytes y en qué posición iban, o cuáles son si no se sabe.
pub fn describe(bytes: &[u8]) -> String {
    match (0..WORD).find_map(|skipped| whose(bytes, skipped)) {
        Some((content, position)) => format!("{content}, desde su byte {position}"),
        None => {
            let start = &bytes[..bytes.len().min(60)];
            format!("bytes que no son de nadie: {:?}", String::from_utf8_lossy(start))
        }
    }
}

/// De quiénes son los contenidos de los que hay algún tramo.
pub fn owners(bytes: &[u8]) -> BTreeSet<u16> {
    let found = bytes.chunks(8 * WORD).filter_map(|part| {
        let (content, _) = (0..WORD).find_map(|skipped| whose(part, skipped))?;
        Some(content.owner)
    });
    found.collect()
}

/// Dos palabras seguidas de un mismo contenido, después de `skipped` bytes.
fn whose(bytes: &[u8], skipped: usize) -> Option<(Content, usize)> {
    let label = |at: usize| {
        let word = bytes.get(at..at + WORD)?.try_into().ok()?;
        Some(unscramble(u64::from_le_bytes(word)))
    };
    let (first, second) = (label(skipped)?, label(skipped + WORD)?);
    if second != first.wrapping_add(1) {
        return None;
    }
    let content = Content::new((first >> 48) as u16, (first >> 32) as u16);
    let position = (first as u32 as usize * WORD).saturating_sub(skipped);
    Some((content, position))
}

const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

/// El inverso de `FACTOR`: cada vuelta de Newton acierta el doble de bits.
const INVERSE: u64 = {
    let mut inverse = FACTOR;
    let mut round = 0;
    while round < 5 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(FACTOR.wrapping_mul(inverse)));
        round += 1;
    }
    inverse
};

/// Revuelve los bits para que todos los bytes dependan de todo, y se puede deshacer.
fn scramble(label: u64) -> u64 {
    let once = label.wrapping_mul(FACTOR);
    let twice = (once ^ once >> 32).wrapping_mul(FACTOR);
    twice ^ twice >> 32
}

fn unscramble(word: u64) -> u64 {
    let twice = (word ^ word >> 32).wrapping_mul(INVERSE);
    (twice ^ twice >> 32).wrapping_mul(INVERSE)
}
