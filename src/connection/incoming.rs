//! Los bytes recibidos de una conexión y todavía no entendidos.

use std::io;

use super::room::{KEPT, Reuse, Spare};

/// Cuánto se pide al sistema de una vez, en bytes: muchas peticiones en fila caben aquí.
const READ_SIZE: usize = 16 * 1024;

/// Un búfer que se lee por delante y se llena por detrás. Vacío no ocupa memoria: su sitio lo presta
/// el hilo que lo llena.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    room: Room,
    start: usize,
    end: usize,
}

/// Dónde caben bytes recibidos. Lo que hay en él no es de nadie: solo [`Incoming`] sabe qué parte
/// acaba de llegar.
#[derive(Default)]
pub(super) struct Room(Vec<u8>);

impl Reuse for Room {
    /// No se borra byte a byte, que costaría tanto como atender la petición: quien lo toma prestado
    /// empieza por el principio, y solo ve lo que recibe él.
    fn wipe(&mut self) {
        if self.0.len() > KEPT {
            self.0 = Vec::new();
        }
    }
}

impl std::fmt::Debug for Room {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Room({} bytes)", self.0.len())
    }
}

/// Qué pasó al leer de un socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Received {
    /// Llegaron bytes, y puede haber más.
    Bytes,
    /// Llegaron bytes, y cabían más.
    LastBytes,
    /// No hay nada por ahora.
    Nothing,
    /// El cliente no enviará más.
    End,
}

impl Received {
    pub(super) fn has_bytes(self) -> bool {
        matches!(self, Self::Bytes | Self::LastBytes)
    }
}

impl Incoming {
    pub(super) fn pending(&self) -> &[u8] {
        &self.room.0[self.start..self.end]
    }

    pub(super) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Toma prestado el sitio de un hilo, si no tiene el suyo.
    pub(super) fn borrow_room(&mut self, spare: &mut Spare<Room>) {
        if self.room.0.is_empty() {
            self.room = spare.lend();
        }
    }

    /// Devuelve el sitio, si no guarda nada en él.
    pub(super) fn return_room(&mut self, spare: &mut Spare<Room>) {
        if self.is_empty() && !self.room.0.is_empty() {
            self.clear();
            spare.take_back(std::mem::take(&mut self.room));
        }
    }

    /// Cuánta memoria tiene consigo.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.room.0.len()
    }

    /// Da por entendidos los primeros `amount` bytes.
    pub(super) fn consume(&mut self, amount: usize) {
        assert!(amount <= self.end - self.start, "solo se entiende lo que ha llegado");
        self.start += amount;
        if self.start == self.end {
            self.clear();
        }
    }

    /// Olvida lo pendiente.
    pub(super) fn clear(&mut self) {
        self.start = 0;
        self.end = 0;
    }

    /// Recibe una vez con `source`. Solo crece cuando lo pendiente no deja sitio: quien llama limita
    /// cuánto puede quedar pendiente.
    pub(super) fn receive(
        &mut self,
        mut source: impl FnMut(&mut [u8]) -> io::Result<usize>,
    ) -> io::Result<Received> {
        self.make_room();
        let room = &mut self.room.0[self.end..];
        loop {
            return match source(room) {
                Ok(0) => Ok(Received::End),
                Ok(length) => {
                    let is_short = length < room.len();
                    self.end += length;
                    Ok(if is_short { Received::LastBytes } else { Received::Bytes })
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Received::Nothing),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => Err(error),
            };
        }
    }

    fn make_room(&mut self) {
        let bytes = &mut self.room.0;
        if self.end < bytes.len() {
            return;
        }
        if self.start > 0 {
            bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        } else {
            bytes.resize(bytes.len() + READ_SIZE, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::io::Read;

    #[test]
    fn crece_solo_si_no_se_consume() {
        let mut incoming = Incoming::default();
        let source = vec![b'x'; READ_SIZE * 3];
        let mut source = source.as_slice();
        let mut source = |room: &mut [u8]| source.read(room);
        assert_eq!(incoming.receive(&mut source).expect("lee"), Received::Bytes);
        incoming.consume(READ_SIZE - 1);
        assert_eq!(incoming.receive(&mut source).expect("lee"), Received::Bytes);
        assert_eq!((incoming.pending().len(), incoming.room.0.len()), (READ_SIZE, READ_SIZE));
        assert_eq!(incoming.receive(&mut source).expect("lee"), Received::Bytes);
        assert_eq!(incoming.room.0.len(), READ_SIZE * 2);
    }

    #[test]
    fn el_sitio_prestado_no_ensena_nada_de_quien_lo_tuvo() {
        let (mut spare, mut first) = (Spare::default(), Incoming::default());
        first.receive(|room| (&b"clave=secreta"[..]).read(room)).expect("lee");
        first.return_room(&mut spare);
        assert_eq!(first.pending(), b"clave=secreta", "con algo dentro no se presta a nadie");
        first.consume(13);
        first.return_room(&mut spare);

        let mut second = Incoming::default();
        second.borrow_room(&mut spare);
        assert_eq!(second.pending(), b"");
        second.receive(|room| (&b"a"[..]).read(room)).expect("lee");
        assert_eq!(second.pending(), b"a");
    }

    #[test]
    #[should_panic(expected = "solo se entiende lo que ha llegado")]
    fn no_se_entiende_mas_de_lo_que_hay() {
        let mut incoming = Incoming::default();
        incoming.receive(|room| (&b"abc"[..]).read(room)).expect("lee");
        incoming.consume(4);
    }

    #[test]
    fn distingue_el_final() {
        let mut incoming = Incoming::default();
        assert_eq!(incoming.receive(|_| Ok(0)).expect("lee"), Received::End);
    }
}
