//! En qué punto está la conversación con un cliente, y cuál es el siguiente paso.

use super::calling::Call;
use super::pace::Slot;
use super::receiving::PendingRequest;
use super::sending::Response;
use crate::http::head::Patience;
use crate::http::{Persistence, Version};

/// En qué punto está la conversación con un cliente.
#[derive(Debug)]
pub(super) enum Stage {
    /// Espera o recibe una cabeza.
    Reading(Patience),
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
        Self::Reading(Patience::default())
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
    pub(super) slot: Slot,
    pub(super) version: Version,
    pub(super) persistence: Persistence,
}
