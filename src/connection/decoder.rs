//! De los bytes de una conexión al cuerpo de una petición, vaya como vaya en su protocolo.

use crate::cgi::fastcgi::{Phase, Receiver};
use crate::http::{BodyDecoder, Rejection};

#[derive(Debug)]
pub(super) enum Decoder {
    /// Tal cual, o por trozos de HTTP.
    Plain(BodyDecoder),
    /// En registros de FastCGI.
    Records(Box<Receiver>),
}

impl Decoder {
    /// Si el cuerpo ya terminó.
    pub(super) fn is_done(&self) -> bool {
        match self {
            Self::Plain(decoder) => decoder.is_done(),
            Self::Records(receiver) => receiver.phase() == Phase::Done,
        }
    }

    /// Lo que falta de un cuerpo que va tal cual y mide lo que se sabe.
    pub(super) fn remaining(&self) -> Option<u64> {
        match self {
            Self::Plain(decoder) => decoder.remaining(),
            Self::Records(_) => None,
        }
    }

    /// Da por leídos `length` bytes de un cuerpo que va tal cual, que no pasaron por aquí.
    pub(super) fn skip(&mut self, length: u64) {
        match self {
            Self::Plain(decoder) => decoder.skip(length),
            Self::Records(_) => unreachable!("de un cuerpo en registros no se sabe lo que falta"),
        }
    }

    /// Pasa el contenido de `input` a `output`, sin que `output` crezca más de `room` bytes.
    /// Devuelve cuántos bytes de `input` consumió.
    pub(super) fn decode(
        &mut self,
        input: &[u8],
        output: &mut Vec<u8>,
        room: usize,
    ) -> Result<usize, Rejection> {
        match self {
            Self::Plain(decoder) => decoder.decode(input, output, room),
            Self::Records(receiver) => receiver.decode(input, output, room),
        }
    }

    /// Lo recibido, si el servidor web abandonó la petición.
    pub(super) fn aborted(&self) -> Option<&Receiver> {
        match self {
            Self::Records(receiver) if receiver.phase() == Phase::Aborted => Some(receiver),
            _ => None,
        }
    }

    /// Lo que hay que contestar entre tanto, y deja de deberse.
    pub(super) fn take_replies(&mut self) -> Vec<u8> {
        match self {
            Self::Plain(_) => Vec::new(),
            Self::Records(receiver) => receiver.take_replies(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cgi::fastcgi::ReceiverLimits;
    use crate::connection::stand::{ABORT, STDIN, fastcgi_head, record};
    use crate::http::RequestBody;
    use pretty_assertions::assert_eq;

    fn plain(body: RequestBody) -> Decoder {
        Decoder::Plain(BodyDecoder::new(body, 100))
    }

    /// Uno al que ya le llegaron sus variables.
    fn records() -> Decoder {
        let limits = ReceiverLimits { head: 1000, overhead: 1000, connections: 1 };
        let (mut receiver, head) = (Receiver::new(limits), fastcgi_head("POST", "/", "4"));
        assert_eq!(receiver.decode(&head, &mut Vec::new(), 0), Ok(head.len()));
        Decoder::Records(Box::new(receiver))
    }

    #[track_caller]
    fn check(mut decoder: Decoder, input: &[u8], consumed: usize) {
        let mut output = Vec::new();
        assert!(!decoder.is_done());
        assert_eq!(decoder.decode(input, &mut output, 100), Ok(consumed));
        assert_eq!((output.as_slice(), decoder.is_done()), (&b"hola"[..], true));
        assert!(decoder.aborted().is_none());
        assert_eq!(decoder.take_replies(), b"");
    }

    #[test]
    fn el_cuerpo_es_el_mismo_vaya_como_vaya() {
        check(plain(RequestBody::Length(4)), b"hola, y otra", 4);
        check(plain(RequestBody::Chunked), b"4\r\nhola\r\n0\r\n\r\n y otra", 14);
        let content = [record(STDIN, b"hola"), record(STDIN, b"")].concat();
        check(records(), &content, content.len());
    }

    #[test]
    fn lo_que_falta_solo_se_sabe_si_va_tal_cual() {
        let mut sized = plain(RequestBody::Length(10));
        assert_eq!(sized.remaining(), Some(10));
        sized.skip(4);
        assert_eq!((sized.remaining(), sized.is_done()), (Some(6), false));
        assert_eq!(plain(RequestBody::Chunked).remaining(), None);
        assert_eq!(records().remaining(), None);
    }

    #[test]
    fn el_servidor_web_puede_abandonar_a_medias() {
        let (mut decoder, mut output) = (records(), Vec::new());
        let input = [record(STDIN, b"ho"), record(ABORT, b"")].concat();
        assert_eq!(decoder.decode(&input, &mut output, 100), Ok(input.len()));
        assert_eq!((decoder.aborted().is_some(), decoder.is_done()), (true, false));
    }
}
