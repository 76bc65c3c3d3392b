//! Los bytes de respuestas que todavía no ha tomado el sistema: pocos, porque no se pide otro trozo
//! a la aplicación mientras haya muchos.

use std::io::{self, IoSlice};

use super::room::Spare;
use crate::body::Chunk;
use crate::http::response::{self, Framing};

/// Desde este tamaño un trozo no se copia: se envía desde donde está.
const LARGE_CHUNK: usize = 16 * 1024;

/// Con esto pendiente se envía antes de producir más.
const HIGH_WATER: usize = 64 * 1024;

/// Bytes copiados, un trozo grande sin copiar, y bytes copiados detrás de él.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    before: Vec<u8>,
    large: Option<Chunk>,
    after: Vec<u8>,
    sent: usize,
}

impl Outgoing {
    pub(super) fn is_empty(&self) -> bool {
        self.pending() == 0
    }

    /// Si hay que enviar antes de producir más.
    pub(super) fn is_full(&self) -> bool {
        self.large.is_some() || self.pending() >= HIGH_WATER
    }

    /// Toma prestado el sitio de un hilo, si no tiene el suyo. Lo que se debe al cliente no se mueve:
    /// lo prestado está vacío, y lo que reemplaza, también.
    pub(super) fn borrow_room(&mut self, spare: &mut Spare<Vec<u8>>) {
        if self.before.capacity() == 0 {
            self.before = spare.lend();
        }
    }

    /// Devuelve el sitio, si no se debe nada.
    pub(super) fn return_room(&mut self, spare: &mut Spare<Vec<u8>>) {
        if self.is_empty() && self.before.capacity() > 0 {
            spare.take_back(std::mem::take(&mut self.before));
        }
    }

    /// Cuánta memoria tiene consigo.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.before.capacity() + self.after.capacity()
    }

    /// Donde añadir bytes al final.
    pub(super) fn tail(&mut self) -> &mut Vec<u8> {
        if self.large.is_some() { &mut self.after } else { &mut self.before }
    }

    /// Añade un trozo del cuerpo, con lo que su forma pone alrededor.
    pub(super) fn push_chunk(&mut self, framing: Framing, chunk: Chunk) {
        response::write_chunk_start(self.tail(), framing, chunk.len());
        if chunk.len() >= LARGE_CHUNK && self.large.is_none() {
            self.large = Some(chunk);
        } else {
            self.tail().extend_from_slice(chunk.as_bytes());
        }
        response::write_chunk_end(self.tail(), framing);
    }

    /// Lo mismo, de unos bytes que no son de un trozo.
    pub(super) fn push_part(&mut self, framing: Framing, part: &[u8]) {
        response::write_chunk_start(self.tail(), framing, part.len());
        self.tail().extend_from_slice(part);
        response::write_chunk_end(self.tail(), framing);
    }

    /// Envía con `sink` lo que se pueda; `true` si ya no queda nada.
    pub(super) fn send(
        &mut self,
        mut sink: impl FnMut(&[IoSlice<'_>]) -> io::Result<usize>,
    ) -> io::Result<bool> {
        while !self.is_empty() {
            match self.send_once(&mut sink) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(length) => {
                    assert!(length <= self.pending(), "no se envía más de lo que se debe");
                    self.sent += length;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.clear();
        Ok(true)
    }

    fn send_once(
        &self,
        sink: &mut impl FnMut(&[IoSlice<'_>]) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let Some(large) = &self.large else {
            return sink(&[IoSlice::new(&self.before[self.sent..])]);
        };
        let mut skip = self.sent;
        let parts = [self.before.as_slice(), large.as_bytes(), self.after.as_slice()].map(|part| {
            let skipped = skip.min(part.len());
            skip -= skipped;
            IoSlice::new(&part[skipped..])
        });
        sink(&parts)
    }

    /// Cuántos bytes faltan por enviar.
    pub(super) fn pending(&self) -> usize {
        let large = self.large.as_ref().map_or(0, Chunk::len);
        self.before.len() + large + self.after.len() - self.sent
    }

    fn clear(&mut self) {
        self.before.clear();
        self.after = Vec::new();
        self.large = None;
        self.sent = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    /// Un cliente que toma `step` bytes cada vez y deja al servidor esperando entre una y otra.
    struct Sipper {
        taken: Vec<u8>,
        step: usize,
        thirsty: bool,
    }

    impl Sipper {
        fn take(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
            self.thirsty = !self.thirsty;
            if self.thirsty {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            let offered: Vec<u8> = pieces.iter().flat_map(|piece| piece.iter()).copied().collect();
            let length = offered.len().min(self.step);
            self.taken.extend_from_slice(&offered[..length]);
            Ok(length)
        }
    }

    #[test]
    fn un_trozo_grande_se_envia_desde_donde_esta() {
        let page = std::sync::Arc::<[u8]>::from(vec![b'x'; LARGE_CHUNK]);
        let mut outgoing = Outgoing::default();
        outgoing.push_chunk(Framing::UntilClose, Chunk::from_owner(page.clone()));
        let mut places = Vec::new();
        let sent = outgoing.send(|pieces| {
            places.extend(
                pieces.iter().filter(|piece| !piece.is_empty()).map(|piece| piece.as_ptr()),
            );
            Ok(pieces.iter().map(|piece| piece.len()).sum())
        });
        assert!(sent.expect("cabe"));
        assert_eq!(places, [page.as_ptr()]);
    }

    #[test]
    fn envia_todo_en_orden_aunque_tomen_poco() {
        let large = "x".repeat(LARGE_CHUNK);
        for step in [1, 7, 1000, 1 << 20] {
            let mut outgoing = Outgoing::default();
            outgoing.tail().extend_from_slice(b"cabeza ");
            outgoing.push_chunk(Framing::Chunked, Chunk::from("hola"));
            outgoing.push_chunk(Framing::Chunked, Chunk::from(large.clone()));
            outgoing.push_chunk(Framing::Chunked, Chunk::from("fin"));
            assert!(outgoing.is_full());
            let mut sipper = Sipper { taken: Vec::new(), step, thirsty: false };
            while !outgoing.send(|pieces| sipper.take(pieces)).expect("envía") {}
            let expected = format!("cabeza 4\r\nhola\r\n4000\r\n{large}\r\n3\r\nfin\r\n");
            assert_eq!(String::from_utf8_lossy(&sipper.taken), expected);
            assert!(outgoing.is_empty() && !outgoing.is_full());
        }
    }
}
