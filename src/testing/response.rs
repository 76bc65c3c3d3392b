//! Lo que respondió la aplicación.

use super::exchange::{Exchange, Started};
use super::notes::Notes;
use crate::application::Application;
use crate::body::Chunk;
use crate::headers::Headers;

/// Cuánto se acepta de una respuesta si no se dice otra cosa, en bytes: más de lo que una prueba mira, y
/// poco para tenerlo en memoria.
pub(super) const MAX_RESPONSE: usize = 16 * 1024 * 1024;

/// Lo que cuenta como poco un trozo, en bytes: lo que ocupa con lo que lo rodea, y lo que tarda.
const MIN_CHUNK: usize = 256;

/// Una respuesta, entera o hasta donde va.
///
/// # Examples
///
/// ```
/// use pasarela::{Body, Chunk, Environ, Result, StartResponse, testing};
/// use std::io;
///
/// /// Falla a medio cuerpo.
/// fn application(_: &mut Environ, start_response: StartResponse) -> Result<Body> {
///     start_response("200 OK", &[("Content-Type", "text/plain")])?;
///     let chunks = [Ok(Chunk::from("Había una vez")), Err(io::Error::other("se acabó la tinta"))];
///     Ok(Body::stream(chunks))
/// }
///
/// let response = testing::get("/").call(&application);
/// assert_eq!((response.status(), response.code()), ("200 OK", 200));
/// assert_eq!(response.headers().get("content-type"), response.header("Content-Type"));
/// assert_eq!(response.chunks(), [Chunk::from("Había una vez")]);
/// assert_eq!(response.bytes(), response.text().as_bytes());
/// assert!(!response.is_complete());
/// assert!(response.errors().contains("se acabó la tinta"));
/// ```
#[derive(Debug)]
pub struct Response {
    status: String,
    code: u16,
    headers: Headers,
    chunks: Vec<Chunk>,
    progress: Progress,
    notes: Notes,
    received: Vec<u8>,
}

/// Cuánto se ha visto del cuerpo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Pending,
    Complete,
    /// La aplicación falló a medio cuerpo: un servidor cortaría la conexión.
    Cut,
}

impl Response {
    /// El estado: `200 OK`.
    pub fn status(&self) -> &str {
        &self.status
    }

    /// Las tres cifras del estado.
    pub fn code(&self) -> u16 {
        self.code
    }

    /// Los encabezados que puso la aplicación.
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// El primer valor de un encabezado, sin distinguir mayúsculas.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// Los trozos del cuerpo, sin los vacíos.
    pub fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// Los bytes del cuerpo.
    pub fn bytes(&self) -> Vec<u8> {
        self.chunks.iter().flat_map(|chunk| chunk.as_bytes()).copied().collect()
    }

    /// El cuerpo como texto; lo que no sea UTF-8 se ve como `�`.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }

    /// Los bytes que recibe el cliente por la red: la cabeza con lo que el servidor añade, y el cuerpo
    /// con lo que su forma pone alrededor. La fecha es siempre la misma.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{simple_server::demo_app, testing};
    ///
    /// let response = testing::head("/").call(&demo_app);
    /// let received = String::from_utf8_lossy(response.received());
    /// assert!(received.starts_with("HTTP/1.1 200 OK\r\nDate: Tue, 24 Nov 2026 08:40:00 GMT\r\n"));
    /// ```
    pub fn received(&self) -> &[u8] {
        &self.received
    }

    /// Si el cuerpo llegó a su final. Si no, un servidor cortaría la conexión para que se note.
    pub fn is_complete(&self) -> bool {
        self.progress == Progress::Complete
    }

    /// Lo que se escribió en `wsgi.errors`, con el motivo de un fallo si lo hubo.
    ///
    /// Si el programa instaló un registro (`log`), los fallos van a él, como en el servidor.
    pub fn errors(&self) -> String {
        String::from_utf8_lossy(&self.notes.lock()).into_owned()
    }
}

/// Una respuesta de la que se tira trozo a trozo. Soltarla antes del final es lo que ve la
/// aplicación cuando el cliente se va.
///
/// # Examples
///
/// ```
/// use pasarela::{Body, Chunk, Environ, Result, StartResponse, testing};
///
/// fn countdown(_: &mut Environ, start_response: StartResponse) -> Result<Body> {
///     start_response("200 OK", &[("Content-Type", "text/plain")])?;
///     Ok(Body::stream((1..=3).rev().map(|n| Ok(Chunk::from(n.to_string())))))
/// }
///
/// let mut stream = testing::get("/").stream(&countdown);
///
/// assert_eq!(stream.response().code(), 200);
/// assert_eq!(stream.next(), Some(Chunk::from("3")));
/// assert_eq!(stream.finish().text(), "321");
/// ```
#[derive(Debug)]
#[must_use = "el cuerpo no se produce hasta que se pide"]
pub struct ResponseStream {
    response: Response,
    exchange: Exchange,
    /// Cuánto se acepta todavía.
    room: usize,
}

impl ResponseStream {
    pub(super) fn start(
        application: &dyn Application,
        mut exchange: Exchange,
        notes: Notes,
        max: usize,
    ) -> Self {
        let Started { status, code, headers } = exchange.start(application);
        let (chunks, progress, received) = (Vec::new(), Progress::Pending, Vec::new());
        let response = Response { status, code, headers, chunks, progress, notes, received };
        Self { response, exchange, room: max }
    }

    /// La respuesta hasta donde va.
    pub fn response(&self) -> &Response {
        &self.response
    }

    /// Recibe lo que falta.
    ///
    /// # Panics
    ///
    /// Si el cuerpo pasa de [`Request::max_response`](super::Request::max_response).
    #[track_caller]
    pub fn finish(mut self) -> Response {
        while self.advance() {}
        self.response
    }

    /// Recibe un trozo más, si lo hay.
    #[track_caller]
    fn advance(&mut self) -> bool {
        if self.response.progress != Progress::Pending {
            return false;
        }
        match self.exchange.next_chunk() {
            Some(chunk) => self.keep(chunk),
            None if self.exchange.is_complete() => self.response.progress = Progress::Complete,
            None => self.response.progress = Progress::Cut,
        }
        self.response.received.extend(self.exchange.received());
        self.response.progress == Progress::Pending
    }

    #[track_caller]
    fn keep(&mut self, chunk: Chunk) {
        let Some(room) = self.room.checked_sub(chunk.len().max(MIN_CHUNK)) else {
            let received: usize = self.response.chunks.iter().map(Chunk::len).sum();
            panic!(
                "el cuerpo no termina: ya van {received} bytes; si de verdad es tan largo, dilo con \
                 `Request::max_response`"
            );
        };
        self.room = room;
        self.response.chunks.push(chunk);
    }
}

impl Iterator for ResponseStream {
    type Item = Chunk;

    #[track_caller]
    fn next(&mut self) -> Option<Chunk> {
        if self.advance() { self.response.chunks.last().cloned() } else { None }
    }
}
