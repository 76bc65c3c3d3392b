//! Los bytes recibidos de una conexión y todavía no entendidos.

use std::io::{self, Read};

/// Cuánto se pide al sistema de una vez, en bytes: muchas peticiones en fila caben aquí.
const READ_SIZE: usize = 16 * 1024;

/// Si una lectura que no llena el búfer demuestra que no queda nada por leer. Es así donde la
/// disponibilidad se avisa por flancos desde el núcleo; en Windows el aviso se rearma al leer hasta
/// el final.
pub(super) const SHORT_READ_DRAINS: bool = cfg!(unix);

/// Un búfer que se lee por delante y se llena por detrás. Vacío no ocupa memoria si se le quita
/// el sitio con [`take`](std::mem::take).
#[derive(Debug, Default)]
pub(super) struct Incoming {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

/// Qué pasó al leer de un socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Received {
    /// Llegaron bytes, y puede haber más.
    Bytes,
    /// Llegaron bytes, y por ahora no hay más.
    LastBytes,
    /// No hay nada por ahora.
    Nothing,
    /// El cliente no enviará más.
    End,
}

impl Incoming {
    pub(super) fn pending(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    pub(super) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Si tiene sitio reservado.
    pub(super) fn has_room_of_its_own(&self) -> bool {
        !self.bytes.is_empty()
    }

    pub(super) fn consume(&mut self, amount: usize) {
        self.start += amount;
        if self.start >= self.end {
            self.clear();
        }
    }

    /// Olvida lo pendiente.
    pub(super) fn clear(&mut self) {
        self.start = 0;
        self.end = 0;
    }

    /// Lee una vez de `source`. Solo crece cuando lo pendiente no deja sitio: quien llama limita
    /// cuánto puede quedar pendiente.
    pub(super) fn receive(&mut self, mut source: impl Read) -> io::Result<Received> {
        self.make_room();
        let room = &mut self.bytes[self.end..];
        loop {
            return match source.read(room) {
                Ok(0) => Ok(Received::End),
                Ok(length) => {
                    self.end += length;
                    let drained = SHORT_READ_DRAINS && length < room.len();
                    Ok(if drained { Received::LastBytes } else { Received::Bytes })
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Received::Nothing),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => Err(error),
            };
        }
    }

    fn make_room(&mut self) {
        if self.end < self.bytes.len() {
            return;
        }
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        } else {
            self.bytes.resize(self.bytes.len() + READ_SIZE, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn crece_solo_si_no_se_consume() {
        let mut incoming = Incoming::default();
        let source = vec![b'x'; READ_SIZE * 3];
        let mut source = source.as_slice();
        assert_eq!(incoming.receive(&mut source).expect("lee"), Received::Bytes);
        incoming.consume(READ_SIZE - 1);
        assert_eq!(incoming.receive(&mut source).expect("lee"), Received::Bytes);
        assert_eq!((incoming.pending().len(), incoming.bytes.len()), (READ_SIZE, READ_SIZE));
        assert_eq!(incoming.receive(&mut source).expect("lee"), Received::Bytes);
        assert_eq!(incoming.bytes.len(), READ_SIZE * 2);
    }

    #[test]
    fn distingue_el_final() {
        let mut incoming = Incoming::default();
        assert_eq!(incoming.receive(&b""[..]).expect("lee"), Received::End);
    }
}
