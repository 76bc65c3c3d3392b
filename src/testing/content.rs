//! El cuerpo de una petición de prueba: lo que se anuncia y lo que llega.

use std::io::{self, Cursor, Read};

use crate::http::Rejection;
use crate::input::InputStream;

/// Lo que hay que enviar, y cuándo se va el cliente.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    pub(super) bytes: Vec<u8>,
    pub(super) cut: Option<usize>,
}

/// Dónde se dice que termina el cuerpo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// Donde terminan sus bytes.
    Whole,
    /// A los tantos bytes.
    Length(usize),
    /// Va por trozos.
    Chunked,
}

impl Content {
    /// Los bytes que llegan.
    fn arriving(&self, framing: Framing) -> &[u8] {
        let announced = self.announced(framing).min(self.cut.unwrap_or(usize::MAX));
        &self.bytes[..announced.min(self.bytes.len())]
    }

    fn announced(&self, framing: Framing) -> usize {
        match framing {
            Framing::Length(length) => length,
            Framing::Whole | Framing::Chunked => self.bytes.len(),
        }
    }

    /// Si el cliente se va antes de enviarlo entero.
    pub(super) fn is_cut(&self, framing: Framing) -> bool {
        self.arriving(framing).len() < self.announced(framing)
    }

    /// Los bytes que llegan, como viajan.
    pub(super) fn on_the_wire(&self, framing: Framing) -> Vec<u8> {
        let arriving = self.arriving(framing);
        let size = format!("{:x}\r\n", self.bytes.len());
        match framing {
            Framing::Whole | Framing::Length(_) => arriving.to_owned(),
            Framing::Chunked if self.bytes.is_empty() => b"0\r\n\r\n".to_vec(),
            Framing::Chunked if self.is_cut(framing) => [size.as_bytes(), arriving].concat(),
            Framing::Chunked => [size.as_bytes(), arriving, b"\r\n0\r\n\r\n"].concat(),
        }
    }

    /// Los bytes que llegan, como los lee la aplicación.
    pub(super) fn input(&self, framing: Framing) -> InputStream {
        let arriving = self.arriving(framing).to_owned();
        match self.is_cut(framing) {
            true => InputStream::reader(Cursor::new(arriving).chain(Cut)),
            false if arriving.is_empty() => InputStream::empty(),
            false => InputStream::from(arriving),
        }
    }
}

/// Un cliente que se fue.
struct Cut;

impl Read for Cut {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(Rejection::BodyCut.into())
    }
}
