//! Un cuerpo que se produce sobre la marcha y cuya longitud alguien promete.

use std::io;

use super::chunk::Chunk;

/// Un cuerpo y los bytes que le faltan. Si se acaba antes da un error, y la pasarela lo nota; si se
/// pasa, ella lo recorta.
pub(super) struct Measured<B> {
    body: B,
    left: u64,
}

impl<B> Measured<B> {
    pub(super) fn new(body: B, length: u64) -> Self {
        Self { body, left: length }
    }

    pub(super) fn left(&self) -> u64 {
        self.left
    }

    pub(super) fn into_inner(self) -> B {
        self.body
    }
}

impl<B: Iterator<Item = io::Result<Chunk>>> Iterator for Measured<B> {
    type Item = io::Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.body.next();
        match &next {
            Some(Ok(chunk)) => self.left = self.left.saturating_sub(chunk.len() as u64),
            Some(Err(_)) => {}
            None if self.left == 0 => {}
            None => {
                let missing = std::mem::take(&mut self.left);
                let text = format!("se acabó {missing} bytes antes de lo que se dijo");
                return Some(Err(io::Error::new(io::ErrorKind::UnexpectedEof, text)));
            }
        }
        next
    }
}
