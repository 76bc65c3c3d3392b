//! El enlace con un cliente: su cable, lo recibido sin entender y lo pendiente de enviar.
//!
//! No sabe en qué punto va la conversación; solo mueve bytes sin esperar nunca.

use std::fs::File;
use std::io;
use std::sync::Weak;

use super::host::{Class, Host, Moment};
use super::incoming::{Incoming, Received};
use super::outgoing::Outgoing;
use super::service::Scratch;
use super::upload::Reader;
use super::wire::{FileSent, Wire};
use crate::environ::{Client, Presence};
use crate::gateway::Peers;
use crate::http::response::Framing;
use crate::input::Carbon;

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
    cuts: Cuts,
    /// Quien quizá siga leyendo un cuerpo que no llegó entero.
    pub(super) reader: Option<Reader>,
    /// Por dónde mirar si el cliente se fue, mientras no lo tiene una petición: así no se pide cada vez.
    presence: Option<Weak<dyn Presence>>,
    /// Lo que se anota de una petición, si el servidor web también lo quiere.
    pub(super) carbon: Carbon,
}

/// Si cerrar es un corte que el cliente nota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cuts {
    Never,
    /// Todavía sí: está escrito el final de un cuerpo, y no lo ha tomado el sistema.
    UntilSent,
    /// Hay un cuerpo a medias.
    Always,
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
            cuts: Cuts::Never,
            reader: None,
            presence: None,
            carbon: Carbon::default(),
        }
    }

    /// Anota lo que avisó el sistema.
    pub(super) fn notice(&mut self, news: Readiness) {
        self.readiness.add(news);
    }

    /// Quien espera la respuesta a una petición, que también se va si lo siguiente que manda es
    /// `farewell`.
    pub(super) fn lend_client(&mut self, farewell: Option<[u8; 4]>) -> Client {
        Client::new(self.presence.take().or_else(|| self.wire.presence()), farewell)
    }

    /// Lo recupera.
    pub(super) fn take_back_client(&mut self, client: Client) {
        self.presence = client.into_presence();
    }

    /// Ejecuta código de la aplicación. Si pudo durar, el cliente pudo enviar algo entre tanto: antes de
    /// cerrar habrá que mirarlo.
    pub(super) fn during<H: Host, T>(
        &mut self,
        host: &mut H,
        class: Class,
        call: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let result = host.during(class, || call(self));
        self.readiness.readable |= host.took_long();
        result
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
            Received::LastBytes => W::SHORT_READ_DRAINS && !self.readiness.read_closed,
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
            if self.cuts == Cuts::UntilSent {
                self.set_cuts(Cuts::Never)?;
            }
        }
        Ok(is_done)
    }

    /// Empieza un cuerpo: hasta que esté entero y lo haya tomado el sistema, cualquier cierre de la
    /// conexión (un plazo, la detención, un pánico, el final del proceso) tiene que verse como un
    /// corte. Con longitud o por trozos se ve solo; si no, hay que pedirlo.
    pub(super) fn begin_body(&mut self, framing: Framing) -> io::Result<()> {
        match framing.ends_with_any_close() {
            true => self.set_cuts(Cuts::Always),
            // Lo que se debe de otro anterior, se sigue debiendo.
            false => Ok(()),
        }
    }

    /// El cuerpo está entero: cerrar volverá a ser cerrar.
    pub(super) fn end_body(&mut self) {
        self.answered += 1;
        self.close_gently();
    }

    /// Deja de cortar en cuanto el sistema tome lo pendiente: ahí se nota lo que falta.
    pub(super) fn close_gently(&mut self) {
        if self.cuts == Cuts::Always {
            self.cuts = Cuts::UntilSent;
        }
    }

    fn set_cuts(&mut self, cuts: Cuts) -> io::Result<()> {
        let (before, after) = (self.cuts != Cuts::Never, cuts != Cuts::Never);
        if before != after {
            self.wire.abort_when_closed(after)?;
        }
        self.cuts = cuts;
        Ok(())
    }

    /// Si hay un cuerpo a medias que solo se nota con un corte.
    pub(super) fn must_cut(&self) -> bool {
        self.cuts == Cuts::Always
    }

    /// Si lo que tomó el sistema ya salió hacia el cliente. Si no, habrá un aviso cuando salga.
    pub(super) fn has_sent_all(&mut self) -> io::Result<bool> {
        self.readiness.writable = self.wire.has_sent_all()?;
        Ok(self.readiness.writable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::memory::{Client, Ending, Event, MemoryWire, System};
    use pretty_assertions::assert_eq;
    use std::time::Duration;

    const NOW: Moment = Duration::ZERO;
    const LATER: Moment = Duration::from_secs(1);

    /// Un enlace por el que caben tantos bytes en camino.
    fn link(capacity: usize) -> (Link<MemoryWire>, Client) {
        let (wire, client) = MemoryWire::new([], System { capacity, sends_files: false });
        (Link::new(wire, Peers::new("localhost", 80, None), NOW), client)
    }

    #[test]
    fn recibe_mientras_puede_haber_algo() {
        let (mut link, client) = link(10);
        link.notice(client.does(Event::Send(b"hola".to_vec())));
        assert_eq!(link.receive(LATER).expect("lee"), Received::LastBytes);
        assert_eq!((link.incoming.pending(), link.moved()), (&b"hola"[..], LATER));
        assert_eq!(link.receive(NOW).expect("lee"), Received::Nothing);
        assert!(link.may_have_unread(), "falta entenderlo");
    }

    #[test]
    fn quien_cierra_su_lado_tiene_siempre_un_final_por_leer() {
        let (mut link, client) = link(10);
        link.notice(client.does(Event::Send(b"hola".to_vec())));
        link.notice(client.does(Event::Finish));
        assert_eq!(link.receive(NOW).expect("lee"), Received::LastBytes);
        assert_eq!(link.receive(NOW).expect("lee"), Received::End);
    }

    #[test]
    fn lo_que_se_debe_va_antes_que_recibir() {
        let (mut link, client) = link(3);
        link.outgoing.tail().extend_from_slice(b"debido");
        link.notice(client.does(Event::Send(b"hola".to_vec())));
        assert_eq!(link.exchange_bytes(LATER).expect("envía"), Received::Nothing);
        assert_eq!((link.incoming.is_empty(), link.moved()), (true, LATER));
        link.notice(client.does(Event::Take(3)));
        assert_eq!(link.exchange_bytes(LATER).expect("envía"), Received::LastBytes);
    }

    #[test]
    fn sin_sitio_en_camino_no_se_insiste() {
        let (mut link, client) = link(3);
        link.outgoing.tail().extend_from_slice(b"debido");
        assert_eq!(link.flush(NOW).ok(), Some(false));
        client.does(Event::Take(3));
        assert_eq!(link.flush(NOW).ok(), Some(false), "nadie ha avisado");
        link.notice(Readiness { writable: true, ..Readiness::default() });
        assert_eq!(link.flush(NOW).ok(), Some(true));
    }

    #[test]
    fn se_corta_desde_que_empieza_un_cuerpo_hasta_que_el_sistema_lo_toma() {
        for (framing, ending) in [
            (Framing::UntilClose, Ending::Aborted),
            (Framing::Enveloped, Ending::Aborted),
            (Framing::Chunked, Ending::Finished),
            (Framing::Declared, Ending::Finished),
            (Framing::Length(3), Ending::Finished),
            (Framing::None, Ending::Finished),
        ] {
            let (mut started, client) = link(10);
            started.begin_body(framing).expect("se puede");
            drop(started);
            assert_eq!(client.seen().1, ending, "{framing:?} a medias");

            let (mut pending, client) = link(2);
            pending.begin_body(framing).expect("se puede");
            pending.outgoing.tail().extend_from_slice(b"fin");
            pending.end_body();
            assert_eq!((pending.flush(NOW).ok(), pending.must_cut()), (Some(false), false));
            drop(pending);
            assert_eq!(client.seen().1, ending, "{framing:?} sin enviar");

            let (mut sent, client) = link(10);
            sent.begin_body(framing).expect("se puede");
            sent.end_body();
            assert_eq!((sent.flush(NOW).ok(), sent.delivered()), (Some(true), 1));
            drop(sent);
            assert_eq!(client.seen().1, Ending::Finished, "{framing:?} entero");
        }
    }

    #[test]
    fn la_respuesta_siguiente_no_perdona_lo_que_falta_de_la_anterior() {
        let (mut link, client) = link(2);
        link.begin_body(Framing::Enveloped).expect("se puede");
        link.outgoing.tail().extend_from_slice(b"primera");
        link.end_body();
        link.begin_body(Framing::Declared).expect("se puede");
        drop(link);
        assert_eq!(client.seen().1, Ending::Aborted);
    }
}
