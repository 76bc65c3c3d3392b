//! En qué punto está la conversación con un cliente, qué se sabe en cada uno, y cuál es el siguiente
//! paso.

use super::decoder::Decoder;
use super::envelope::Envelope;
use super::sending::Asked;
use super::threads::Class;
use super::upload::{Permission, Upload};
use crate::body::Chunk;
use crate::cgi::fastcgi::Receiver;
use crate::environ::Environ;
use crate::gateway::ResponseBody;
use crate::http::Persistence;
use crate::http::head::Patience;
use crate::http::response::Delivery;

/// En qué punto está la conversación con un cliente.
#[derive(Debug)]
pub(super) enum Stage {
    /// Espera o recibe una cabeza.
    Reading(Reading),
    /// Recibe un cuerpo.
    Body(Box<PendingRequest>),
    /// Espera a un hilo que pueda detenerse en la aplicación.
    Calling(Box<Call>),
    /// Envía una respuesta.
    Responding(Box<Response>),
    /// Envía lo último.
    Closing(Farewell),
    /// Ya respondió; escucha por cortesía.
    Lingering { heard: usize },
}

impl Default for Stage {
    fn default() -> Self {
        Self::Reading(Reading::default())
    }
}

/// Qué se sabe de una cabeza que llega.
#[derive(Debug)]
pub(super) enum Reading {
    /// Se entenderá cuando esté entera.
    Head(Patience),
    /// Se entiende a medida que llega.
    Records(Box<Receiver>),
}

impl Default for Reading {
    fn default() -> Self {
        Self::Head(Patience::default())
    }
}

/// El resultado de un paso. Un error de E/S significa que el cliente se fue.
#[derive(Debug)]
pub(super) enum Step {
    Go(Stage),
    /// No puede seguir hasta que el sistema avise.
    Park(Stage),
    /// Puede seguir, pero les toca a otras conexiones.
    Yield(Stage),
    /// Puede seguir, pero en un hilo que pueda detenerse.
    HandOff(Stage),
    Close(CloseReason),
}

/// Por qué se cierra una conexión.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CloseReason {
    /// La última respuesta salió entera.
    Finished,
    /// El cliente cerró, o la red falló.
    ClientGone,
    /// Venció su plazo.
    Deadline,
    /// La aplicación no completó el cuerpo: se corta para que se note.
    BodyIncomplete,
    /// El servidor se detiene y no había petición a medias.
    Stopping,
    /// No hacía nada y no cabían más: dejó su sitio.
    MadeRoom,
}

/// Si hay que seguir escuchando al cliente después de la última respuesta.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Farewell {
    Brief,
    Lingering,
}

/// Lo que la petición pide de la respuesta.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub(super) class: Class,
    pub(super) persistence: Persistence,
    pub(super) envelope: Envelope,
}

/// Una petición cuyo cuerpo está llegando.
#[derive(Debug)]
pub(super) struct PendingRequest {
    pub(super) environ: Environ,
    pub(super) terms: Terms,
    pub(super) decoder: Decoder,
    pub(super) content: Vec<u8>,
    pub(super) arrival: Arrival,
}

impl PendingRequest {
    /// Lo que hay que saber para rechazarla.
    pub(super) fn asked(&self) -> Asked {
        let method = if self.environ.method() == "HEAD" { "HEAD" } else { "GET" };
        Asked { method, envelope: self.terms.envelope }
    }
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
pub(super) struct Call {
    pub(super) environ: Environ,
    pub(super) terms: Terms,
    pub(super) upload: Option<Upload>,
}

/// Una respuesta que se está enviando.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) body: ResponseBody,
    /// Lo que falta de un trozo que se escribe por partes.
    pub(super) rest: Option<Rest>,
    pub(super) envelope: Envelope,
    pub(super) delivery: Delivery,
    pub(super) farewell: Farewell,
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
