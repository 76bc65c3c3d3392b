//! `wsgi.input` y `wsgi.errors`: de dónde se lee el cuerpo de la petición y dónde se escriben los
//! avisos (PEP 3333, «Input and Error Streams»).
//!
//! Aquí no se sabe de dónde vienen los bytes: cada pasarela entrega su propio lector.

mod carbon;

use std::fmt;
use std::io::{self, BufRead, BufReader, Cursor, Read, Write};

use crate::guarded::Guarded;
use crate::outlet::STDERR;

pub(crate) use self::carbon::Carbon;

/// Cuánto se lee de una vez, en bytes: una subida grande llega en pocas llamadas al sistema.
const BLOCK: usize = 64 * 1024;

/// El cuerpo de la petición, para leer una sola vez.
///
/// Termina donde termina el cuerpo (`wsgi.input_terminated`): leerlo hasta el final nunca espera
/// la petición siguiente. Si el cliente lo corta, la lectura da un error, nunca un final normal
/// (RFC 9112 §8). Una aplicación que devuelve el error de un cuerpo cortado, mal escrito o demasiado
/// grande responde 400 o 413 y no 500, también si lo envuelve en otro que lo dé por causa
/// ([`source`](std::error::Error::source)).
///
/// # Examples
///
/// ```
/// use pasarela::InputStream;
/// use std::io::Read;
///
/// let mut input = InputStream::from(b"nombre=Ada".to_vec());
/// let mut text = String::new();
/// input.read_to_string(&mut text)?;
/// assert_eq!(text, "nombre=Ada");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Default)]
pub struct InputStream(Source);

#[derive(Default)]
enum Source {
    #[default]
    Empty,
    Memory(Cursor<Vec<u8>>),
    Reader(Guarded<Box<dyn BufRead + Send>>),
}

impl InputStream {
    /// Una petición sin cuerpo.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::InputStream;
    /// use std::io::Read;
    ///
    /// let mut text = String::new();
    /// assert_eq!(InputStream::empty().read_to_string(&mut text)?, 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn empty() -> Self {
        Self::default()
    }

    /// Un cuerpo que se lee de `reader`, que debe terminar donde termina el cuerpo.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::InputStream;
    /// use std::io::{self, Read};
    ///
    /// let mut input = InputStream::reader(io::repeat(b'a').take(3));
    /// let mut text = String::new();
    /// input.read_to_string(&mut text)?;
    /// assert_eq!(text, "aaa");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn reader(reader: impl Read + Send + 'static) -> Self {
        Self::buffered(BufReader::with_capacity(BLOCK, reader))
    }

    /// Como [`reader`](Self::reader), para un lector que ya tiene su búfer.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::InputStream;
    /// use std::io::{self, BufRead, Cursor};
    ///
    /// let input = InputStream::buffered(Cursor::new("uno\ndos\n"));
    /// let lines = input.lines().collect::<io::Result<Vec<_>>>()?;
    /// assert_eq!(lines, ["uno", "dos"]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn buffered(reader: impl BufRead + Send + 'static) -> Self {
        Self(Source::Reader(Guarded::new(Box::new(reader))))
    }

    /// Si con seguridad no hay nada que leer.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self.0, Source::Empty)
    }
}

impl From<Vec<u8>> for InputStream {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Source::Memory(Cursor::new(bytes)))
    }
}

impl Read for InputStream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Source::Empty => Ok(0),
            Source::Memory(bytes) => bytes.read(buf),
            Source::Reader(reader) => reader.read(buf),
        }
    }
}

impl BufRead for InputStream {
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

impl fmt::Debug for InputStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Source::Empty => "InputStream(vacío)",
            Source::Memory(_) => "InputStream(en memoria)",
            Source::Reader(_) => "InputStream(lector)",
        })
    }
}

/// A dónde va lo que la aplicación quiere que lea quien administra el servidor (PEP 3333, «Input
/// and Error Streams»).
///
/// Sin otra indicación es la salida de errores del proceso. Si nadie la lee y se llena, se detiene un
/// hilo y no todos: lo que escriban los demás espera hasta que avance, y lo que no quepa se cuenta. Por
/// FastCGI va además al registro de errores del servidor web: los primeros 8 KiB de cada petición, con el
/// motivo si la aplicación falla.
///
/// # Examples
///
/// ```
/// use pasarela::{Body, Environ, Result, StartResponse, testing};
/// use std::io::Write;
///
/// fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
///     writeln!(environ.errors(), "queda poco espacio en el disco")?;
///     start_response("204 No Content", &[])?;
///     Ok(Body::empty())
/// }
///
/// let response = testing::get("/").call(&application);
/// assert_eq!(response.errors(), "queda poco espacio en el disco\n");
/// ```
#[derive(Default)]
pub struct ErrorStream {
    /// Sin nadie, la salida de errores del proceso.
    writer: Option<Guarded<Box<dyn Write + Send>>>,
    carbon: Option<Carbon>,
}

impl ErrorStream {
    /// Si lo que se escriba va adonde siempre, y a ningún sitio más.
    pub(crate) fn is_default(&self) -> bool {
        self.writer.is_none() && self.carbon.is_none()
    }

    /// Que de lo que se escriba quede una copia.
    pub(crate) fn set_carbon(&mut self, carbon: Carbon) {
        self.carbon = Some(carbon);
    }

    /// Deja en la copia algo que ya se escribió en otra parte.
    pub(crate) fn copy(&self, bytes: &[u8]) {
        if let Some(carbon) = &self.carbon {
            carbon.copy(bytes);
        }
    }

    /// Otra salida que solo llega al registro del servidor web, si de lo que se escribe aquí va una copia allí:
    /// para lo que ya se anota en otra parte. Sirve también cuando `environ` ya no está; lo que se escriba
    /// después de la respuesta se pierde.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::ErrorStream;
    ///
    /// // Por HTTP, quien pregunta no tiene dónde anotar nada.
    /// assert!(ErrorStream::default().copy_only().is_none());
    /// ```
    pub fn copy_only(&self) -> Option<Self> {
        let carbon = self.carbon.clone()?;
        Some(Self { carbon: Some(carbon), ..Self::writer(io::sink()) })
    }

    /// Lo que se escriba va a `writer`.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::ErrorStream;
    /// use std::io::{self, Read, Write};
    ///
    /// let (mut reader, writer) = io::pipe()?;
    /// let mut errors = ErrorStream::writer(writer);
    /// errors.write_all("un aviso".as_bytes())?;
    /// drop(errors);
    ///
    /// let mut text = String::new();
    /// reader.read_to_string(&mut text)?;
    /// assert_eq!(text, "un aviso");
    /// # Ok::<(), io::Error>(())
    /// ```
    pub fn writer(writer: impl Write + Send + 'static) -> Self {
        Self { writer: Some(Guarded::new(Box::new(writer))), carbon: None }
    }
}

impl Write for ErrorStream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let written = match &mut self.writer {
            Some(writer) => writer.write(buf)?,
            None => STDERR.write(buf).map(|()| buf.len())?,
        };
        self.copy(&buf[..written.min(buf.len())]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.writer {
            Some(writer) => writer.flush(),
            // Lo que no está escrito lo escribirá otro.
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ErrorStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.writer {
            Some(_) => "ErrorStream(escritor)",
            None => "ErrorStream(salida de errores)",
        })
    }
}
