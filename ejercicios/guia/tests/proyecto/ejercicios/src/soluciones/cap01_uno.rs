//! Solución del capítulo 1.

pub fn answer() -> u8 {
    1
}
