//! Lo que va en cada cuerpo: cada byte depende de quién es y de dónde está, para que uno ajeno se
//! reconozca.

use super::random::mix;

/// De quién es un cuerpo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Request,
    Response,
}

/// El cuerpo de `length` bytes que va en ese mensaje de esa conversación.
pub(super) fn content(side: Side, conversation: usize, number: usize, length: usize) -> Vec<u8> {
    let owner = mix((conversation as u64) << 17 | (number as u64) << 1 | side as u64);
    let byte = |at: usize| (owner >> (at % 8 * 8)) as u8 ^ at as u8 ^ ((at >> 8) as u8);
    (0..length).map(byte).collect()
}

/// El cuerpo de una petición que parece otra petición, y otra: si alguna llega a la aplicación, se
/// perdió la cuenta de dónde terminaba el cuerpo.
pub(super) fn disguised(conversation: usize, number: usize, length: usize) -> Vec<u8> {
    let request = format!(
        "GET /robada/{conversation}/{number} HTTP/1.1\r\nHost: x\r\nX-Marca: robada\r\n\r\n"
    );
    request.bytes().cycle().take(length).collect()
}

/// Cómo se llama esa petición de esa conversación.
pub(super) fn mark(conversation: usize, number: usize) -> String {
    format!("{conversation}-{number}")
}
