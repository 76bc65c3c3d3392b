//! Ejercicio del capítulo 2: di dos.

pub fn answer() -> u8 {
    todo!()
}
