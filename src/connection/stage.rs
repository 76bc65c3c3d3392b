//! En qué punto está la conversación con un cliente, y qué puede seguir a cada uno.

use std::io;

use super::decoder::Decoder;
use super::envelope::Envelope;
use super::host::Class;
use super::stage_kind::StageKind;
use super::upload::{Permission, Upload};
use super::wire::Wire;
use crate::body::Chunk;
use crate::cgi::fastcgi::Receiver;
use crate::environ::Environ;
use crate::gateway::{BodyLength, ResponseBody};
use crate::http::Patience;
use crate::http::Persistence;
use crate::http::response::{Delivery, Framing};

/// En qué punto está la conversación con un cliente, y lo que se sabe en cada uno. `S` es de dónde
/// lee la aplicación un cuerpo grande.
#[derive(Debug)]
pub(super) enum Stage<S> {
    /// Espera una petición.
    Idle,
    /// Recibe una cabeza.
    Head(Reading),
    /// Recibe un cuerpo.
    Body(Box<PendingRequest>),
    /// Espera a un hilo que pueda detenerse en la aplicación.
    Calling(Box<Call<S>>),
    /// Envía una respuesta.
    Responding(Box<Response>),
    /// Envía lo último.
    Closing(CloseReason),
    /// Espera a que salga lo anterior para cortar.
    Cutting(CloseReason),
    /// Ya respondió; escucha por cortesía.
    Lingering { heard: usize, reason: CloseReason },
    /// No hay más que hacer: se cierra.
    Closed(CloseReason),
}

impl<S> Stage<S> {
    pub(super) fn kind(&self) -> StageKind {
        match self {
            Self::Idle => StageKind::Idle,
            Self::Head(_) => StageKind::Head,
            Self::Body(_) => StageKind::Body,
            Self::Calling(_) => StageKind::Calling,
            Self::Responding(_) => StageKind::Responding,
            Self::Closing(_) => StageKind::Closing,
            Self::Cutting(_) => StageKind::Cutting,
            Self::Lingering { .. } => StageKind::Lingering,
            Self::Closed(_) => StageKind::Closed,
        }
    }

    /// El mismo paso u otro, y seguir.
    pub(super) fn go(self) -> Step<S> {
        Step { stage: self, then: Next::Go }
    }

    pub(super) fn park(self) -> Step<S> {
        Step { stage: self, then: Next::Park }
    }

    pub(super) fn give_way(self) -> Step<S> {
        Step { stage: self, then: Next::Yield }
    }

    pub(super) fn hand_off(self) -> Step<S> {
        Step { stage: self, then: Next::HandOff }
    }
}

/// El resultado de un paso: dónde queda la conexión, y qué se hace con ella.
#[derive(Debug)]
pub(super) struct Step<S> {
    pub(super) stage: Stage<S>,
    pub(super) then: Next,
}

/// Lo que da un paso. Un error de E/S significa que el cliente se fue.
pub(super) type Stepped<W> = io::Result<Step<<W as Wire>::Source>>;

/// Qué se hace con una conexión después de un paso.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Puede seguir.
    Go,
    /// No puede seguir hasta que el sistema avise.
    Park,
    /// Puede seguir, pero les toca a otras conexiones.
    Yield,
    /// Puede seguir, pero en un hilo que pueda detenerse.
    HandOff,
}

/// Por qué se cierra una conexión.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CloseReason {
    /// El cliente pidió que esta respuesta fuera la última, o habla HTTP/1.0 y no pidió seguir.
    ClientAsked,
    /// El protocolo lleva una petición por conexión, o el cierre marca el final de la respuesta.
    OneResponse,
    /// La petición se rechazó: no se sabe dónde empezaría la siguiente.
    Rejected,
    /// La aplicación no leyó todo el cuerpo, y lo que falta no puede parecer otra petición.
    BodyUnread,
    /// El cliente cerró, o la red falló.
    ClientGone,
    /// Venció su plazo.
    Deadline,
    /// La aplicación no completó el cuerpo: se corta para que se note.
    BodyIncomplete,
    /// Algo de la aplicación entró en pánico donde no debía.
    Panic,
    /// El servidor se detiene.
    Stopping,
    /// No hacía nada y no cabían más: dejó su sitio.
    MadeRoom,
}

impl CloseReason {
    /// Si quizá el cliente siga enviando: cerrar con bytes sin leer manda un corte que puede comerse
    /// la respuesta (RFC 9112 §9.6).
    pub(super) fn leaves_bytes_unread(self) -> bool {
        matches!(self, Self::Rejected | Self::BodyUnread | Self::BodyIncomplete | Self::Panic)
    }

    /// Si es como terminan las cosas cuando todo va bien.
    pub(crate) fn is_usual(self) -> bool {
        matches!(self, Self::ClientAsked | Self::OneResponse)
    }
}

/// Qué se sabe de una cabeza que llega.
#[derive(Debug)]
pub(super) enum Reading {
    /// Se entenderá cuando esté entera.
    Whole(Patience),
    /// Se entiende a medida que llega.
    Records(Box<Receiver>),
}

/// Lo que la petición pide de la respuesta.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub(super) class: Class,
    pub(super) persistence: Persistence,
    pub(super) envelope: Envelope,
    pub(super) is_head: bool,
    /// Por qué se cerraría al responder, si no se sigue.
    pub(super) reason: CloseReason,
}

impl Terms {
    /// Que esta respuesta sea la última, por `reason`.
    pub(super) fn close(&mut self, reason: CloseReason) {
        self.persistence = Persistence::Close;
        self.reason = reason;
    }

    /// Cómo se envía una respuesta cuyo cuerpo mide eso, y por qué se cierra después, si se cierra.
    pub(super) fn deliver(mut self, length: BodyLength) -> (Delivery, CloseReason) {
        let framing = self.envelope.frame(length);
        if framing == Framing::UntilClose && self.persistence != Persistence::Close {
            self.close(CloseReason::OneResponse);
        }
        (Delivery { framing, persistence: self.persistence }, self.reason)
    }
}

/// Una petición cuyo cuerpo está llegando.
#[derive(Debug)]
pub(super) struct PendingRequest {
    pub(super) environ: Box<Environ>,
    pub(super) terms: Terms,
    pub(super) decoder: Decoder,
    pub(super) content: Vec<u8>,
    pub(super) arrival: Arrival,
}

/// Quién lee el cuerpo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    /// El bucle: es pequeño.
    Gathered,
    /// La aplicación, con sus lecturas.
    Streamed(Permission),
}

/// Una petición lista para la aplicación.
#[derive(Debug)]
pub(super) struct Call<S> {
    pub(super) environ: Box<Environ>,
    pub(super) terms: Terms,
    pub(super) upload: Option<Upload<S>>,
}

/// Una respuesta que se está enviando.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) body: ResponseBody,
    /// Lo que falta de un trozo que se escribe por partes.
    pub(super) rest: Option<Rest>,
    pub(super) envelope: Envelope,
    pub(super) delivery: Delivery,
    /// Por qué se cierra después, si se cierra.
    pub(super) reason: CloseReason,
    pub(super) class: Class,
}

/// Lo que falta de un trozo.
#[derive(Debug)]
pub(super) struct Rest {
    chunk: Chunk,
    written: usize,
}

impl Rest {
    pub(super) fn of(chunk: Chunk) -> Self {
        Self { chunk, written: 0 }
    }

    /// La siguiente parte, de `max` bytes como mucho.
    pub(super) fn next_part(&mut self, max: usize) -> &[u8] {
        let rest = &self.chunk.as_bytes()[self.written..];
        let part = &rest[..rest.len().min(max)];
        self.written += part.len();
        part
    }

    pub(super) fn is_empty(&self) -> bool {
        self.written == self.chunk.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn de_cada_motivo_se_sabe_si_es_usual_y_si_deja_bytes_por_leer() {
        use CloseReason::*;
        let reasons = [
            (ClientAsked, true, false),
            (OneResponse, true, false),
            (Rejected, false, true),
            (BodyUnread, false, true),
            (ClientGone, false, false),
            (Deadline, false, false),
            (BodyIncomplete, false, true),
            (Panic, false, true),
            (Stopping, false, false),
        ];
        for (reason, is_usual, leaves_unread) in reasons {
            let seen = (reason.is_usual(), reason.leaves_bytes_unread());
            assert_eq!(seen, (is_usual, leaves_unread), "{reason:?}");
        }
    }

    #[test]
    fn un_trozo_se_da_por_partes_hasta_que_se_acaba() {
        let mut rest = Rest::of(Chunk::from("hola, gente"));
        let mut parts = Vec::new();
        while !rest.is_empty() {
            parts.push(rest.next_part(4).to_vec());
        }
        assert_eq!(parts, [&b"hola"[..], b", ge", b"nte"]);
        assert_eq!(rest.next_part(4), b"");
    }
}
