//! `wsgi.input` y `wsgi.errors`: de dónde se lee el cuerpo de la petición y dónde se escriben los
//! avisos (PEP 3333, «Input and Error Streams»).
//!
//! Aquí no se sabe de dónde vienen los bytes: cada pasarela entrega su propio lector.

use std::fmt;
use std::io::{self, BufRead, BufReader, Cursor, Read, Write};

/// Cuánto se lee de una vez, en bytes: una subida grande llega en pocas llamadas al sistema.
const BLOCK: usize = 64 * 1024;

/// El cuerpo de la petición, para leer una sola vez.
///
/// Termina donde termina el cuerpo (`wsgi.input_terminated`): leerlo hasta el final nunca espera
/// la petición siguiente. Si el cliente lo corta, la lectura da un error, nunca un final normal
/// (RFC 9112 §8). Una aplicación que devuelve con `?` el error de un cuerpo mal escrito o demasiado
/// grande responde 400 o 413 y no 500.
///
/// # Examples
///
/// ```
/// use pasarela::Input;
/// use std::io::Read;
///
/// let mut input = Input::from(b"nombre=Ada".to_vec());
/// let mut text = String::new();
/// input.read_to_string(&mut text)?;
/// assert_eq!(text, "nombre=Ada");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Default)]
pub struct Input(Source);

#[derive(Default)]
enum Source {
    #[default]
    Empty,
    Memory(Cursor<Vec<u8>>),
    Reader(Box<dyn BufRead + Send>),
}

impl Input {
    /// Una petición sin cuerpo.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Un cuerpo que se lee de `reader`, que debe terminar donde termina el cuerpo.
    pub fn reader(reader: impl Read + Send + 'static) -> Self {
        Self::buffered(BufReader::with_capacity(BLOCK, reader))
    }

    /// Como [`reader`](Self::reader), para un lector que ya tiene su búfer.
    pub fn buffered(reader: impl BufRead + Send + 'static) -> Self {
        Self(Source::Reader(Box::new(reader)))
    }

    /// Si con seguridad no hay nada que leer.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self.0, Source::Empty)
    }
}

impl From<Vec<u8>> for Input {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Source::Memory(Cursor::new(bytes)))
    }
}

impl Read for Input {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Source::Empty => Ok(0),
            Source::Memory(bytes) => bytes.read(buf),
            Source::Reader(reader) => reader.read(buf),
        }
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match &mut self.0 {
            Source::Empty => Ok(&[]),
            Source::Memory(bytes) => bytes.fill_buf(),
            Source::Reader(reader) => reader.fill_buf(),
        }
    }

    fn consume(&mut self, amount: usize) {
        match &mut self.0 {
            Source::Empty => {}
            Source::Memory(bytes) => bytes.consume(amount),
            Source::Reader(reader) => reader.consume(amount),
        }
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Source::Empty => "Input(vacío)",
            Source::Memory(_) => "Input(en memoria)",
            Source::Reader(_) => "Input(lector)",
        })
    }
}

/// A dónde va lo que la aplicación quiere que lea quien administra el servidor.
///
/// Sin otra indicación es la salida de errores del proceso.
#[derive(Default)]
pub struct Errors(Option<Box<dyn Write + Send>>);

impl Errors {
    /// Lo que se escriba va a `writer`.
    pub fn writer(writer: impl Write + Send + 'static) -> Self {
        Self(Some(Box::new(writer)))
    }
}

impl Write for Errors {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Some(writer) => writer.write(buf),
            None => io::stderr().write(buf),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Some(writer) => writer.flush(),
            None => io::stderr().flush(),
        }
    }
}

impl fmt::Debug for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Some(_) => "Errors(escritor)",
            None => "Errors(salida de errores)",
        })
    }
}
