//! Un cuerpo que cuenta lo que va dando.

use std::io;

use super::{Body, Chunk};
use crate::guarded::Panic;

/// A quién se le cuenta: los bytes de cada trozo, o el error que lo cortó.
type Meter = Box<dyn FnMut(Result<u64, &io::Error>) + Send>;

/// Un cuerpo y quien lleva su cuenta. El cuerpo va primero: se suelta antes.
pub(super) struct Metered {
    pub(super) body: Body,
    meter: Meter,
}

impl Metered {
    pub(super) fn new(
        body: Body,
        meter: impl FnMut(Result<u64, &io::Error>) + Send + 'static,
    ) -> Self {
        Self { body, meter: Box::new(meter) }
    }

    pub(super) fn next(&mut self) -> Option<io::Result<Chunk>> {
        let next = self.body.next()?;
        (self.meter)(next.as_ref().map(|chunk| chunk.len() as u64));
        Some(next)
    }

    pub(super) fn release(self) -> Result<(), Panic> {
        self.body.release()
    }

    pub(super) fn advance_file(&mut self, count: u64) {
        self.body.advance_file(count);
        (self.meter)(Ok(count));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::sync::mpsc;

    #[test]
    fn se_cuenta_cada_trozo_y_el_error() {
        let (sender, receiver) = mpsc::channel();
        let body = Body::stream([Ok(Chunk::from("abc")), Err(io::Error::other("se acabó"))]);
        let body = body.metered(move |progress| {
            sender.send(progress.map_err(ToString::to_string)).expect("alguien escucha");
        });
        assert_eq!((body.content_length(), body.is_lazy()), (None, true));
        assert_eq!(body.count(), 2);
        let seen: Vec<_> = receiver.iter().collect();
        assert_eq!(seen, [Ok(3), Err("se acabó".to_owned())]);
    }

    #[test]
    fn un_cuerpo_en_memoria_sigue_en_memoria() {
        let body = Body::from("abc").metered(|_| {});
        assert_eq!((body.content_length(), body.is_lazy()), (Some(3), false));
        assert!(body.as_file().is_none());
    }
}
