//! Solución del capítulo 2.

pub fn answer() -> u8 {
    2
}
