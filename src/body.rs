//! El cuerpo de una respuesta: un iterable de trozos de bytes (PEP 3333, «The Application Side»).
//!
//! No sabe de HTTP ni de sockets. El servidor le pide un trozo cada vez y lo suelta al terminar:
//! el `close()` de Python es aquí `Drop`.

mod chunk;
mod block;
mod file;
mod inspect;
mod measured;

use std::fs::File;
use std::io::{self, Read};
use std::{fmt, vec};

pub(crate) use self::block::{BLOCK, read_block};
pub use self::chunk::Chunk;
use self::file::FilePart;
#[cfg(feature = "static-files")]
pub(crate) use self::file::known_length;
pub use self::inspect::BodyEvent;
use self::inspect::Inspected;
use self::measured::Measured;
use crate::guarded::{Guarded, Panic};

/// El cuerpo de una respuesta.
///
/// Se construye con [`Body::from`] a partir de un trozo o de una lista de trozos (`&'static str`,
/// `&'static [u8]`, `String`, `Vec<u8>`, o lo demás que se convierte en un [`Chunk`]), o con [`Body::stream`], [`Body::reader`],
/// [`Body::file`] y [`Body::file_range`]. Es un iterador: un intermediario puede recorrerlo y transformarlo.
///
/// # Examples
///
/// ```
/// use pasarela::Body;
///
/// let body = Body::from(["Hola ", "gente"]);
/// assert_eq!(body.content_length(), Some(10));
///
/// let mut text: Vec<u8> = Vec::new();
/// for chunk in body {
///     text.extend(chunk?.as_bytes());
/// }
/// assert_eq!(text, b"Hola gente");
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use = "un cuerpo que no se devuelve no se envía"]
pub struct Body(Source);

/// El iterador que hay detrás de [`Body::stream`].
type Stream = Box<dyn Iterator<Item = io::Result<Chunk>> + Send>;

enum Source {
    Empty,
    One(Chunk),
    List(vec::IntoIter<Chunk>),
    Stream(Guarded<Stream>),
    Inspected(Box<Inspected<Body>>),
    Measured(Box<Measured<Body>>),
    Reader(Guarded<Box<dyn Read + Send>>),
    File(FilePart),
}

impl Body {
    /// Un cuerpo sin bytes: el de un estado 204 o 304 (RFC 9110 §6.4.1).
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::Body;
    ///
    /// let mut body = Body::empty();
    /// assert_eq!(body.content_length(), Some(0));
    /// assert!(body.next().is_none());
    /// ```
    pub fn empty() -> Self {
        Self(Source::Empty)
    }

    /// Un cuerpo que se produce sobre la marcha: cada trozo se envía antes de pedir el siguiente
    /// (PEP 3333, «Buffering and Streaming»).
    ///
    /// Cada pieza es un resultado, con lo que se convierte en un [`Chunk`]: una cadena, unos bytes o el
    /// propio trozo. Así sirve tal cual un iterador de `io::Result<String>`, como el de las líneas de un
    /// archivo. A cambio, de una lista vacía o solo de errores hay que decir el tipo:
    /// `Body::stream([] as [io::Result<Chunk>; 0])`.
    ///
    /// Un `Err` corta la conexión, para que nadie tome medio cuerpo por uno entero.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::Body;
    ///
    /// let countdown = (1..=3).rev().map(|n| Ok(format!("{n}\n")));
    /// let body = Body::stream(countdown);
    /// assert_eq!(body.content_length(), None);
    /// ```
    pub fn stream<I, T>(chunks: I) -> Self
    where
        I: IntoIterator<Item = io::Result<T>>,
        I::IntoIter: Send + 'static,
        T: Into<Chunk>,
    {
        let chunks = chunks.into_iter().map(|chunk| chunk.map(Into::into));
        Self(Source::Stream(Guarded::new(Box::new(chunks))))
    }

    /// Un cuerpo que se lee de `reader` por bloques de 64 KiB como mucho, hasta que se acaba.
    ///
    /// Un error al leer es como el `Err` de [`stream`](Self::stream).
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::Body;
    /// use std::io::{Cursor, Read};
    ///
    /// let letter = Cursor::new("Querida Ada:\n").chain(Cursor::new("te escribo…"));
    /// let mut body = Body::reader(letter);
    ///
    /// assert_eq!(body.content_length(), None);
    /// let first = body.next().transpose()?;
    /// assert_eq!(first, Some("Querida Ada:\n".into()));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn reader(reader: impl Read + Send + 'static) -> Self {
        Self(Source::Reader(Guarded::new(Box::new(reader))))
    }

    /// El contenido de un archivo desde su posición actual: el `wsgi.file_wrapper` de PEP 3333
    /// («Optional Platform-Specific File Handling»).
    ///
    /// Si es un archivo corriente, el cuerpo termina donde terminaba al llamar aquí, aunque después
    /// crezca. Un servidor puede mandarlo sin pasar por la memoria del programa (`sendfile`).
    ///
    /// Lo demás se lee hasta que se acaba, y no se sabe antes cuánto mide: una tubería, un dispositivo,
    /// o lo que el sistema escribe al leerlo (`/proc/version`). Una carpeta es un error al leerla.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::Body;
    /// use std::fs::File;
    ///
    /// let file = File::open("Cargo.toml")?;
    /// let length = file.metadata()?.len();
    /// assert_eq!(Body::file(file).content_length(), Some(length));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn file(mut file: File) -> Self {
        match file::remaining_in(&mut file) {
            Ok(Some(length)) => Self::file_range(file, length),
            // Si no se pudo ni preguntar, el error se verá al leer.
            Ok(None) | Err(_) => Self::reader(file),
        }
    }

    /// Los `length` bytes de un archivo que siguen a su posición actual, para mandar un tramo.
    ///
    /// Si el archivo se acorta mientras se envía, el cuerpo queda corto y la conexión se corta.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::Body;
    /// use std::fs::File;
    /// use std::io::{Seek, SeekFrom};
    ///
    /// let mut file = File::open("src/lib.rs")?;
    /// file.seek(SeekFrom::Start(4))?;
    /// let mut body = Body::file_range(file, 4);
    ///
    /// assert_eq!(body.content_length(), Some(4));
    /// assert_eq!(body.next().transpose()?, Some("WSGI".into()));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn file_range(file: File, length: u64) -> Self {
        Self(Source::File(FilePart::new(file, length)))
    }

    /// El mismo cuerpo, que dice a `observer` lo que le pasa: así un intermediario cuenta, mide o anota
    /// sin cambiar nada. Sigue midiendo lo mismo, y un archivo sigue siéndolo.
    ///
    /// `observer` se suelta con el cuerpo, detrás de él. Si no vio [`Ended`](BodyEvent::Ended), no salió
    /// entero por su cuenta: el servidor no pidió el resto, porque la longitud declarada ya estaba completa,
    /// porque la respuesta no lleva cuerpo o porque el cliente se fue.
    ///
    /// No es [`Iterator::inspect`], que daría un iterador y no un `Body`.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{Application, Body, BodyEvent, Environ, Result, StartResponse, testing};
    /// use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    ///
    /// static SENT: AtomicU64 = AtomicU64::new(0);
    ///
    /// /// Lleva la cuenta de los bytes enviados.
    /// fn counted(application: impl Application) -> impl Application {
    ///     move |environ: &mut Environ, start_response: StartResponse| -> Result<Body> {
    ///         let body = application.call(environ, start_response)?;
    ///         Ok(body.inspect(|event: BodyEvent| {
    ///             SENT.fetch_add(event.length(), Relaxed);
    ///         }))
    ///     }
    /// }
    ///
    /// # use pasarela::simple_server::demo_app;
    /// let response = testing::get("/").call(&counted(demo_app));
    /// assert_eq!(SENT.load(Relaxed), response.bytes().len() as u64);
    /// ```
    pub fn inspect(self, observer: impl FnMut(BodyEvent<'_>) + Send + 'static) -> Self {
        Self(Source::Inspected(Box::new(Inspected::new(self, observer))))
    }

    /// El mismo cuerpo, del que se sabe que mide `length` bytes: sale con su `Content-Length`, y no por
    /// trozos.
    ///
    /// Si se acaba antes, da un error y la conexión se corta; si se pasa, lo que sobra no se envía y queda
    /// anotado.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::Body;
    ///
    /// let countdown = (1..=3).rev().map(|n| Ok(format!("{n}\n")));
    /// let body = Body::stream(countdown).with_length(6);
    /// assert_eq!(body.content_length(), Some(6));
    /// ```
    pub fn with_length(self, length: u64) -> Self {
        match self.content_length() == Some(length) {
            true => self,
            false => Self(Source::Measured(Box::new(Measured::new(self, length)))),
        }
    }

    /// Cuántos bytes quedan por producir, si se sabe sin producirlos: de aquí sale el
    /// `Content-Length` que la aplicación no puso (PEP 3333, «Handling the Content-Length Header»).
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::Body;
    ///
    /// let mut body = Body::from(["Hola ", "gente"]);
    /// body.next();
    /// assert_eq!(body.content_length(), Some(5));
    /// ```
    pub fn content_length(&self) -> Option<u64> {
        match &self.0 {
            Source::Empty => Some(0),
            Source::One(chunk) => Some(chunk.len() as u64),
            Source::List(chunks) => Some(chunks.as_slice().iter().map(|c| c.len() as u64).sum()),
            Source::Stream(_) | Source::Reader(_) => None,
            Source::Inspected(inspected) => inspected.body.content_length(),
            Source::Measured(measured) => Some(measured.left()),
            Source::File(part) => Some(part.left()),
        }
    }

    /// Si producir el siguiente trozo puede tardar.
    pub(crate) fn is_lazy(&self) -> bool {
        match &self.0 {
            Source::Empty | Source::One(_) | Source::List(_) => false,
            Source::Stream(_) | Source::Reader(_) | Source::File(_) | Source::Measured(_) => true,
            Source::Inspected(inspected) => inspected.body.is_lazy(),
        }
    }

    /// Si al producir o al soltar se ejecuta código de alguien, aunque no suela tardar.
    pub(crate) fn runs_code(&self) -> bool {
        !matches!(self.0, Source::Empty | Source::One(_) | Source::List(_))
    }

    /// Su trozo, si es uno solo que ya está en memoria.
    pub(crate) fn only_chunk(self) -> Result<Chunk, Self> {
        match self.0 {
            Source::One(chunk) => Ok(chunk),
            other => Err(Self(other)),
        }
    }

    /// Lo suelta, para quien quiera anotar el pánico de la aplicación con su petición.
    pub(crate) fn release(self) -> Result<(), Panic> {
        match self.0 {
            Source::Stream(chunks) => chunks.release(),
            Source::Reader(reader) => reader.release(),
            Source::Inspected(inspected) => inspected.release(Self::release),
            Source::Measured(measured) => measured.into_inner().release(),
            Source::Empty | Source::One(_) | Source::List(_) | Source::File(_) => Ok(()),
        }
    }

    /// El archivo del que sale este cuerpo, en la posición que sigue, y cuántos bytes le quedan.
    /// Así un servidor los manda sin leerlos (`sendfile`).
    pub(crate) fn as_file(&self) -> Option<(&File, u64)> {
        match &self.0 {
            Source::Inspected(inspected) => inspected.body.as_file(),
            Source::File(part) => Some((part.file(), part.left())),
            _ => None,
        }
    }

    /// Da por enviados `count` bytes del archivo, que ya avanzó su posición otro tanto.
    pub(crate) fn advance_file(&mut self, count: u64) {
        match &mut self.0 {
            Source::Inspected(inspected) => {
                inspected.body.advance_file(count);
                inspected.tell(BodyEvent::FileSent(count));
            }
            Source::File(part) => part.advance(count),
            _ => {}
        }
    }
}

impl Iterator for Body {
    type Item = io::Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Source::Empty => None,
            Source::One(_) => match std::mem::replace(&mut self.0, Source::Empty) {
                Source::One(chunk) => Some(Ok(chunk)),
                _ => None,
            },
            Source::List(chunks) => chunks.next().map(Ok),
            Source::Stream(chunks) => chunks.next(),
            Source::Inspected(inspected) => inspected.next(),
            Source::Measured(measured) => measured.next(),
            Source::Reader(reader) => read_block(&mut **reader, BLOCK),
            Source::File(part) => part.next(),
        }
    }
}

impl<T: Into<Chunk>> From<T> for Body {
    fn from(chunk: T) -> Self {
        Self(Source::One(chunk.into()))
    }
}

impl<T: Into<Chunk>, const N: usize> From<[T; N]> for Body {
    fn from(chunks: [T; N]) -> Self {
        chunks.into_iter().collect()
    }
}

impl<T: Into<Chunk>> From<Vec<T>> for Body {
    fn from(chunks: Vec<T>) -> Self {
        chunks.into_iter().collect()
    }
}

impl<T: Into<Chunk>> FromIterator<T> for Body {
    fn from_iter<I: IntoIterator<Item = T>>(chunks: I) -> Self {
        let mut chunks = chunks.into_iter().map(Into::into);
        match (chunks.next(), chunks.next()) {
            (None, _) => Self::empty(),
            (Some(only), None) => Self(Source::One(only)),
            (Some(first), Some(second)) => {
                let list: Vec<Chunk> = [first, second].into_iter().chain(chunks).collect();
                Self(Source::List(list.into_iter()))
            }
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.content_length() {
            Some(length) => write!(f, "Body({length} bytes)"),
            None => f.write_str("Body(longitud desconocida)"),
        }
    }
}

#[cfg(test)]
mod tests;
