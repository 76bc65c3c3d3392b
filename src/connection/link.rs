//! El enlace con un cliente: su cable, lo recibido sin entender y lo pendiente de enviar.
//!
//! No sabe en qué punto va la conversación; solo mueve bytes sin esperar nunca.

use std::fs::File;
use std::io;

use super::host::Moment;
use super::incoming::{Incoming, Received, SHORT_READ_DRAINS};
use super::outgoing::Outgoing;
use super::service::Scratch;
use super::wire::{FileSent, Wire};
use crate::gateway::Peers;
use crate::http::response::Framing;

#[derive(Debug)]
pub(super) struct Link<W> {
    pub(super) wire: W,
    pub(super) peers: Peers,
    pub(super) incoming: Incoming,
    pub(super) outgoing: Outgoing,
    /// Cuándo se movió el último byte, en cualquier sentido.
    moved: Moment,
    /// Cuántas respuestas se han producido enteras.
    answered: u64,
    /// Cuántas de ellas tomó el sistema enteras.
    delivered: u64,
    readiness: Readiness,
    /// Si cerrar es ahora un corte que el cliente nota: hay un cuerpo a medias.
    aborts: bool,
}

/// Lo último que se supo del cable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Readiness {
    pub(crate) readable: bool,
    pub(crate) writable: bool,
    /// El cliente cerró su lado: siempre queda por leer el final.
    pub(crate) read_closed: bool,
}

impl Readiness {
    /// Añade lo que dice un aviso nuevo.
    pub(crate) fn add(&mut self, news: Self) {
        self.readable |= news.readable;
        self.writable |= news.writable;
        self.read_closed |= news.read_closed;
    }
}

impl<W: Wire> Link<W> {
    pub(super) fn new(wire: W, peers: Peers, now: Moment) -> Self {
        Self {
            wire,
            peers,
            incoming: Incoming::default(),
            outgoing: Outgoing::default(),
            moved: now,
            answered: 0,
            delivered: 0,
            // Se prueba a leer al llegar: lo usual es que la petición ya esté ahí.
            readiness: Readiness { readable: true, writable: true, read_closed: false },
            aborts: false,
        }
    }

    /// Anota lo que avisó el sistema.
    pub(super) fn notice(&mut self, news: Readiness) {
        self.readiness.add(news);
    }

    pub(super) fn moved(&self) -> Moment {
        self.moved
    }

    /// Cuántas respuestas se han producido enteras.
    pub(super) fn answered(&self) -> u64 {
        self.answered
    }

    /// Cuántas de ellas tomó el sistema enteras.
    pub(super) fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Si no hay nada a medias.
    pub(super) fn is_quiet(&self) -> bool {
        self.incoming.is_empty() && self.outgoing.is_empty()
    }

    /// Si el cliente puede haber enviado algo que no se ha leído.
    pub(super) fn may_have_unread(&self) -> bool {
        self.readiness.readable || !self.incoming.is_empty()
    }

    /// Toma prestado el sitio de un hilo.
    pub(super) fn borrow_room(&mut self, scratch: &mut Scratch) {
        self.incoming.borrow_room(&mut scratch.incoming);
        self.outgoing.borrow_room(&mut scratch.outgoing);
    }

    /// Devuelve el que ya no usa.
    pub(super) fn return_room(&mut self, scratch: &mut Scratch) {
        self.incoming.return_room(&mut scratch.incoming);
        self.outgoing.return_room(&mut scratch.outgoing);
    }

    /// Envía lo pendiente y después recibe: lo que se debe va antes que esperar otra cosa.
    pub(super) fn exchange_bytes(&mut self, now: Moment) -> io::Result<Received> {
        if !self.flush(now)? {
            return Ok(Received::Nothing);
        }
        self.receive(now)
    }

    /// Recibe lo que haya.
    pub(super) fn receive(&mut self, now: Moment) -> io::Result<Received> {
        if !self.readiness.readable {
            return Ok(Received::Nothing);
        }
        let wire = &mut self.wire;
        let received = self.incoming.receive(|room| wire.receive(room))?;
        let is_drained = match received {
            Received::Nothing => true,
            Received::LastBytes => SHORT_READ_DRAINS && !self.readiness.read_closed,
            Received::Bytes | Received::End => false,
        };
        self.readiness.readable = !is_drained;
        if received.has_bytes() {
            self.moved = now;
        }
        Ok(received)
    }

    /// Envía hasta `length` bytes de `file` desde su posición, sin pasar por este programa. No debe
    /// quedar nada pendiente.
    pub(super) fn send_file(
        &mut self,
        file: &File,
        length: u64,
        now: Moment,
    ) -> io::Result<FileSent> {
        assert!(self.outgoing.is_empty(), "un archivo va detrás de lo pendiente");
        if !self.readiness.writable {
            return Ok(FileSent::Blocked);
        }
        let sent = self.wire.send_file(file, length)?;
        match sent {
            FileSent::Bytes(_) => self.moved = now,
            FileSent::Blocked => self.readiness.writable = false,
            FileSent::NotThisWay => {}
        }
        Ok(sent)
    }

    /// Envía lo pendiente; `true` si no queda nada.
    pub(super) fn flush(&mut self, now: Moment) -> io::Result<bool> {
        let before = self.outgoing.pending();
        if before > 0 && self.readiness.writable {
            let wire = &mut self.wire;
            self.readiness.writable = self.outgoing.send(|pieces| wire.send(pieces))?;
            if self.outgoing.pending() < before {
                self.moved = now;
            }
        }
        let is_done = self.outgoing.is_empty();
        if is_done {
            self.delivered = self.answered;
        }
        Ok(is_done)
    }

    /// Empieza un cuerpo: hasta que esté entero, cualquier cierre de la conexión (un plazo, la
    /// detención, un pánico, el final del proceso) tiene que verse como un corte. Con longitud o por
    /// trozos se ve solo; si no, hay que pedirlo.
    pub(super) fn begin_body(&mut self, framing: Framing) -> io::Result<()> {
        self.abort_when_closed(framing.ends_with_any_close())
    }

    /// El cuerpo está entero: cerrar vuelve a ser cerrar.
    pub(super) fn end_body(&mut self) -> io::Result<()> {
        self.answered += 1;
        self.abort_when_closed(false)
    }

    /// Deja de cortar: lo que falta de la respuesta se nota sin eso.
    pub(super) fn close_gently(&mut self) -> io::Result<()> {
        self.abort_when_closed(false)
    }

    fn abort_when_closed(&mut self, aborts: bool) -> io::Result<()> {
        if self.aborts != aborts {
            self.wire.abort_when_closed(aborts)?;
            self.aborts = aborts;
        }
        Ok(())
    }

    /// Si cerrar es ahora un corte.
    pub(super) fn aborts(&self) -> bool {
        self.aborts
    }

    /// Si lo que tomó el sistema ya salió hacia el cliente. Si no, habrá un aviso cuando salga.
    pub(super) fn has_sent_all(&mut self) -> io::Result<bool> {
        self.readiness.writable = self.wire.has_sent_all()?;
        Ok(self.readiness.writable)
    }
}
