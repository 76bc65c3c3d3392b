//! Ejercicio del capítulo 1: di uno.

pub fn answer() -> u8 {
    todo!()
}
