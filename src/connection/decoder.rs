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
