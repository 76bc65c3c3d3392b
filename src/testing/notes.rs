//! Lo que una prueba oye en `wsgi.errors`.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Lo escrito en `wsgi.errors`.
#[derive(Debug, Clone, Default)]
pub(super) struct Notes(Arc<Mutex<Vec<u8>>>);

impl Notes {
    pub(super) fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        // Unos bytes a medio escribir siguen siendo unos bytes.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Notes {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.lock().write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
