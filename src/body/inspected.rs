//! Un cuerpo que alguien mira pasar.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::chunk::Chunk;

/// Lo que le pasa a un cuerpo.
#[derive(Debug)]
pub(crate) enum Event<'a> {
    /// Se le va a pedir otro trozo.
    Asked,
    /// Dio esos bytes, en un trozo o sin leerlos.
    Gave(u64),
    /// Dio un error.
    Failed(&'a io::Error),
    /// Entró en pánico.
    Panicked,
    /// Se acabó.
    Ended,
}

/// A quién se le cuenta.
type Observer = Box<dyn FnMut(Event<'_>) + Send>;

/// Un cuerpo y quien lo mira. El cuerpo va primero: se suelta antes.
pub(super) struct Inspected<B> {
    pub(super) body: B,
    observer: Observer,
}

impl<B> Inspected<B> {
    pub(super) fn new(body: B, observer: impl FnMut(Event<'_>) + Send + 'static) -> Self {
        Self { body, observer: Box::new(observer) }
    }

    /// Cuenta lo que pasó.
    pub(super) fn tell(&mut self, event: Event<'_>) {
        (self.observer)(event);
    }
}

impl<B: Iterator<Item = io::Result<Chunk>>> Iterator for Inspected<B> {
    type Item = io::Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        self.tell(Event::Asked);
        let next = catch_unwind(AssertUnwindSafe(|| self.body.next())).unwrap_or_else(|panic| {
            self.tell(Event::Panicked);
            resume_unwind(panic)
        });
        self.tell(match &next {
            Some(Ok(chunk)) => Event::Gave(chunk.len() as u64),
            Some(Err(error)) => Event::Failed(error),
            None => Event::Ended,
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
        let body = body.inspected(move |event| {
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
        let expected = ["Asked", "Gave(3)", "Asked", "Failed(Kind(NotFound))", "Asked", "Ended"];
        assert_eq!(seen, expected);
    }

    #[test]
    fn se_ve_un_panico_y_sigue_su_camino() {
        let (mut body, seen) = inspect(Body::stream((0..1).map(|_| panic!("adrede"))));
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
