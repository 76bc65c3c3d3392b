//! Una copia de lo que se anota de una petición, para quien también la quiere.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Cuánto se copia de una petición, en bytes: los avisos de una aplicación que falla, y no los de una que
/// escribe sin parar.
const MAX_COPY: usize = 8 * 1024;

/// Donde queda la copia. Los clones son la misma.
#[derive(Debug, Clone, Default)]
pub(crate) struct Carbon(Arc<Mutex<Page>>);

#[derive(Debug, Default)]
struct Page {
    text: Vec<u8>,
    /// Cuánto se ha copiado, también lo que ya no está.
    copied: usize,
    is_full: bool,
}

impl Carbon {
    /// Una copia en blanco; si nadie más tiene esta, la misma.
    pub(crate) fn renew(&mut self) -> Self {
        match Arc::get_mut(&mut self.0) {
            Some(page) => *page = Mutex::default(),
            None => *self = Self::default(),
        }
        self.clone()
    }

    /// Copia lo que quepa.
    pub(super) fn copy(&self, bytes: &[u8]) {
        let mut page = self.page();
        let fits = bytes.len().min(MAX_COPY - page.copied);
        page.text.extend_from_slice(&bytes[..fits]);
        page.copied += fits;
        if fits < bytes.len() && !page.is_full {
            page.is_full = true;
            page.text.extend_from_slice("…\n".as_bytes());
        }
    }

    /// Lo copiado desde la última vez.
    pub(crate) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.page().text)
    }

    fn page(&self) -> MutexGuard<'_, Page> {
        // Nadie entra en pánico con la página en la mano.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn se_copia_hasta_un_limite_y_se_dice_que_falta() {
        let carbon = Carbon::default();
        carbon.copy(b"uno\n");
        assert_eq!(carbon.take(), b"uno\n");
        carbon.copy(&[b'x'; MAX_COPY]);
        carbon.copy(b"mas");
        let expected = [&vec![b'x'; MAX_COPY - 4][..], "…\n".as_bytes()].concat();
        assert_eq!((carbon.take(), carbon.take()), (expected, Vec::new()));
    }

    #[test]
    fn lo_que_alguien_se_queda_no_llega_a_la_siguiente() {
        let mut carbon = Carbon::default();
        let kept = carbon.renew();
        kept.copy(b"de la primera");
        let second = carbon.renew();
        kept.copy(b"tarde");
        assert_eq!((second.take(), carbon.take()), (Vec::new(), Vec::new()));
        second.copy(b"de la segunda");
        assert_eq!(carbon.take(), b"de la segunda");
        drop(second);
        carbon.copy(b"olvidado");
        assert_eq!(carbon.renew().take(), b"");
    }
}
