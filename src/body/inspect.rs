//! Un cuerpo que alguien mira pasar.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::chunk::Chunk;
use crate::guarded::{Guarded, Panic};

/// Lo que le pasa a un cuerpo que alguien mira con [`Body::inspect`](super::Body::inspect).
#[derive(Debug)]
#[non_exhaustive]
pub enum BodyEvent<'a> {
    /// Se le va a pedir otro trozo.
    Asked,
    /// Dio este.
    Chunk(&'a Chunk),
    /// El servidor mandó tantos bytes de su archivo, sin leerlos.
    FileSent(u64),
    /// Dio un error: la conexión se corta.
    Failed(&'a io::Error),
    /// Entró en pánico: la conexión se corta.
    Panicked,
    /// Se acabó.
    Ended,
}

impl BodyEvent<'_> {
    /// Cuántos bytes dio.
    pub fn length(&self) -> u64 {
        match self {
            Self::Chunk(chunk) => chunk.len() as u64,
            Self::FileSent(length) => *length,
            _ => 0,
        }
    }
}

/// A quién se le cuenta.
type Observer = Guarded<Box<dyn FnMut(BodyEvent<'_>) + Send>>;

/// Un cuerpo y quien lo mira. El cuerpo va primero: se suelta antes.
pub(super) struct Inspected<B> {
    pub(super) body: B,
    observer: Observer,
}

impl<B> Inspected<B> {
    pub(super) fn new(body: B, observer: impl FnMut(BodyEvent<'_>) + Send + 'static) -> Self {
        Self { body, observer: Guarded::new(Box::new(observer)) }
    }

    /// Cuenta lo que pasó.
    pub(super) fn tell(&mut self, event: BodyEvent<'_>) {
        (self.observer)(event);
    }

    /// Suelta el cuerpo con `release`, y después a quien lo mira.
    pub(super) fn release(self, release: fn(B) -> Result<(), Panic>) -> Result<(), Panic> {
        release(self.body).and(self.observer.release())
    }
}

impl<B: Iterator<Item = io::Result<Chunk>>> Iterator for Inspected<B> {
    type Item = io::Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        self.tell(BodyEvent::Asked);
        let next = catch_unwind(AssertUnwindSafe(|| self.body.next())).unwrap_or_else(|panic| {
            self.tell(BodyEvent::Panicked);
            resume_unwind(panic)
        });
        self.tell(match &next {
            Some(Ok(chunk)) => BodyEvent::Chunk(chunk),
            Some(Err(error)) => BodyEvent::Failed(error),
            None => BodyEvent::Ended,
        });
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::Body;
    use crate::guarded::catch;
    use pretty_assertions::assert_eq;
    use std::sync::mpsc::{Receiver, channel};

    /// El cuerpo mirado, y lo que se le vio.
    fn inspect(body: Body) -> (Body, Receiver<String>) {
        let (sender, seen) = channel();
        let body = body.inspect(move |event| {
            // Quien ya no mira no se entera.
            let _ = sender.send(format!("{event:?}"));
        });
        (body, seen)
    }

    #[test]
    fn se_ve_cada_trozo_el_error_y_el_final() {
        let failure = Err(io::ErrorKind::NotFound.into());
        let (mut body, seen) = inspect(Body::stream([Ok(Chunk::from("abc")), failure]));
        assert_eq!((body.content_length(), body.is_lazy()), (None, true));
        assert_eq!(body.by_ref().count(), 2);
        drop(body);
        let seen: Vec<_> = seen.iter().collect();
        let expected =
            ["Asked", "Chunk(Chunk(\"abc\"))", "Asked", "Failed(Kind(NotFound))", "Asked", "Ended"];
        assert_eq!(seen, expected);
    }

    #[test]
    fn se_ve_un_panico_y_sigue_su_camino() {
        let (mut body, seen) =
            inspect(Body::stream((0..1).map(|_| -> io::Result<Chunk> { panic!("adrede") })));
        assert!(catch(|| body.next()).is_err_and(|panic| panic.to_string() == "adrede"));
        drop(body);
        assert_eq!(seen.iter().collect::<Vec<_>>(), ["Asked", "Panicked"]);
    }

    #[test]
    fn un_cuerpo_en_memoria_sigue_en_memoria() {
        let (body, _) = inspect(Body::from("abc"));
        assert_eq!((body.content_length(), body.is_lazy()), (Some(3), false));
        assert!(body.as_file().is_none());
    }
}
