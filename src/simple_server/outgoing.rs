//! Los bytes de respuestas que todavía no ha tomado el sistema: pocos, porque no se pide otro trozo
//! a la aplicación mientras haya muchos.

use std::io::{self, IoSlice, Write};

use crate::body::Chunk;
use crate::http::response::{self, Framing};

/// Desde este tamaño un trozo no se copia: se envía desde donde está.
const LARGE_CHUNK: usize = 16 * 1024;

/// Con esto pendiente se envía antes de producir más.
const HIGH_WATER: usize = 64 * 1024;

/// Hasta aquí se conserva el búfer de una respuesta a otra.
const KEPT_CAPACITY: usize = 64 * 1024;

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

    /// Si tiene sitio reservado, o algo pendiente: un trozo grande no ocupa sitio.
    pub(super) fn has_room_of_its_own(&self) -> bool {
        self.before.capacity() > 0 || !self.is_empty()
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

    /// Envía lo que se pueda; `true` si ya no queda nada.
    pub(super) fn send(&mut self, mut sink: impl Write) -> io::Result<bool> {
        while !self.is_empty() {
            match self.send_once(&mut sink) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(length) => self.sent += length,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.clear();
        Ok(true)
    }

    fn send_once(&self, sink: &mut impl Write) -> io::Result<usize> {
        let Some(large) = &self.large else { return sink.write(&self.before[self.sent..]) };
        let mut skip = self.sent;
        let parts = [self.before.as_slice(), large.as_bytes(), self.after.as_slice()].map(|part| {
            let skipped = skip.min(part.len());
            skip -= skipped;
            IoSlice::new(&part[skipped..])
        });
        sink.write_vectored(&parts)
    }

    /// Cuántos bytes faltan por enviar.
    pub(super) fn pending(&self) -> usize {
        let large = self.large.as_ref().map_or(0, Chunk::len);
        self.before.len() + large + self.after.len() - self.sent
    }

    fn clear(&mut self) {
        self.before.clear();
        self.before.shrink_to(KEPT_CAPACITY);
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

    impl Write for Sipper {
        fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
            self.thirsty = !self.thirsty;
            if self.thirsty {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            let length = buf.len().min(self.step);
            self.taken.extend_from_slice(&buf[..length]);
            Ok(length)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lo_pendiente_nunca_se_cambia_por_lo_de_otro() {
        let mut outgoing = Outgoing::default();
        assert!(!outgoing.has_room_of_its_own());
        outgoing.push_chunk(Framing::UntilClose, Chunk::from("x".repeat(LARGE_CHUNK)));
        assert!(outgoing.has_room_of_its_own());
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
            while !outgoing.send(&mut sipper).expect("envía") {}
            let expected = format!("cabeza 4\r\nhola\r\n4000\r\n{large}\r\n3\r\nfin\r\n");
            assert_eq!(String::from_utf8_lossy(&sipper.taken), expected);
            assert!(outgoing.is_empty() && !outgoing.is_full());
        }
    }
}
