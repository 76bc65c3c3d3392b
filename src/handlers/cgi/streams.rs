//! La entrada y la salida de errores de un programa CGI.

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use crate::http::Rejection;

/// Un cuerpo que mide lo que se anunció: ni se lee más, ni se toma por entero uno cortado.
#[derive(Debug)]
pub(super) struct Content<R> {
    input: R,
    left: u64,
}

impl<R> Content<R> {
    pub(super) fn new(input: R, length: u64) -> Self {
        Self { input, left: length }
    }
}

impl<R: Read> Read for Content<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let length = buf.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if length == 0 {
            return Ok(0);
        }
        let received = self.input.read(&mut buf[..length])?;
        if received == 0 {
            return Err(Rejection::BodyCut.into());
        }
        self.left -= received as u64;
        Ok(received)
    }
}

/// La salida de errores, que usan a la vez la aplicación y quien envía su respuesta.
pub(super) struct Shared(Arc<Mutex<dyn Write + Send>>);

impl Shared {
    pub(super) fn new(errors: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(errors)))
    }
}

impl Clone for Shared {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl Write for Shared {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}
