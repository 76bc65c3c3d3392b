//! Un lector que se recorre por bloques, para responder con él.

use std::fmt;
use std::io::{self, Read};

use crate::body::{Body, Chunk, read_block};

/// Cuántos bytes se leen de una vez si no se dice otra cosa, los mismos que en `wsgiref`.
const BLOCK_SIZE: usize = 8192;

/// Convierte un lector en trozos (PEP 3333, «Optional Platform-Specific File Handling»).
///
/// El lector se cierra cuando se suelta. Para un archivo es mejor [`Body::file`], que además
/// declara su longitud; este sirve para cualquier lector y deja elegir el tamaño del bloque.
///
/// # Examples
///
/// ```
/// use pasarela::{Body, util::FileWrapper};
/// use std::io::Cursor;
///
/// let mut blocks = FileWrapper::with_block_size(Cursor::new("abc"), 2);
/// assert_eq!(blocks.next().transpose()?, Some("ab".into()));
/// assert_eq!(blocks.next().transpose()?, Some("c".into()));
/// assert!(blocks.next().is_none());
///
/// let body = Body::from(FileWrapper::new(Cursor::new("abc")));
/// assert_eq!(body.content_length(), None);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct FileWrapper<R> {
    reader: R,
    block_size: usize,
}

impl<R: Read> FileWrapper<R> {
    /// Lee por bloques de 8192 bytes.
    pub fn new(reader: R) -> Self {
        Self::with_block_size(reader, BLOCK_SIZE)
    }

    /// Lee por bloques de `block_size` bytes como mucho, y de uno como poco.
    pub fn with_block_size(reader: R, block_size: usize) -> Self {
        Self { reader, block_size: block_size.max(1) }
    }
}

impl<R: Read> Iterator for FileWrapper<R> {
    type Item = io::Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        read_block(&mut self.reader, self.block_size)
    }
}

impl<R: Read + Send + 'static> From<FileWrapper<R>> for Body {
    fn from(blocks: FileWrapper<R>) -> Self {
        Self::stream(blocks)
    }
}

impl<R> fmt::Debug for FileWrapper<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileWrapper(bloques de {} bytes)", self.block_size)
    }
}
