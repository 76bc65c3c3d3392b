//! El `write()` de PEP 3333 («The write() Callable»): empezar a responder durante la llamada.
//!
//! De la respuesta se tira, y a una aplicación de Rust no le hace falta otra cosa. Esto es una puerta para la
//! pasarela de otro lenguaje, cuyas aplicaciones pueden escribir antes de haber devuelto nada. Aquí está lo
//! que vale en todos los protocolos: qué cabeza sale, cuántos bytes caben detrás y cuándo no sale ninguno.
//! Cómo salen y a quién se espera lo sabe el [`Sink`], que es de la conexión.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::body::BodyLength;
use super::head::ResponseHead;
use super::header_text::HeaderText;
use crate::application::StartResponseError;

/// Con qué se empieza a responder durante la llamada, antes de devolver el cuerpo: el `write()` de PEP 3333
/// («The write() Callable»), para la pasarela de otro lenguaje.
///
/// El servidor la deja entre las extensiones de [`Environ`](crate::Environ), si se le pide con
/// [`Config::write_callable`](crate::Config::write_callable). Se clona para llevársela a otro hilo; cuando la
/// llamada vuelve ya no sirve.
///
/// Lo que se escribe sale antes de que [`write`](Self::write) vuelva. A un cliente que no lo toma se le espera,
/// en el hilo que escribe: hasta que pase [`Config::write_timeout`](crate::Config::write_timeout) y en ese
/// rato haya tomado menos de 1 KiB por segundo. Detenidos así puede haber tantos hilos como en la aplicación:
/// hasta `max_threads`, y de una clase de peticiones, siete de cada ocho.
///
/// Después la respuesta sigue con lo que dé el cuerpo que se devuelva. Si la llamada falla cuando ya salió
/// algo, se corta. Quien escribe llama también a `start_response` antes de volver: así los intermediarios
/// saben qué se respondió, pero lo que cambien de la cabeza ya no llega.
///
/// # Examples
///
/// ```
/// use pasarela::{Body, Environ, Result, StartResponse, Writer};
///
/// fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
///     let (status, headers) = ("200 OK", [("Content-Type", "text/plain")]);
///     if let Some(writer) = environ.extension::<Writer>() {
///         writer.start(status, &headers)?;
///         writer.write(b"Esto llega ya. ")?;
///     }
///     start_response(status, &headers)?;
///     Ok(Body::from("Y esto, al volver."))
/// }
/// # assert_eq!(pasarela::testing::get("/").call(&application).text(), "Y esto, al volver.");
/// ```
#[derive(Clone)]
pub struct Writer(Arc<Mutex<Writing<dyn Sink>>>);

/// Por donde sale lo que se escribe. Aquí se espera al cliente.
pub(crate) trait Sink: Send {
    /// Empieza una respuesta con esa cabeza; su cuerpo mide eso.
    fn begin(&mut self, head: &ResponseHead, length: BodyLength) -> io::Result<()>;

    /// Envía una parte del cuerpo, detrás de lo que se deba. Vuelve cuando el sistema lo tomó todo.
    fn send(&mut self, part: &[u8]) -> io::Result<()>;
}

/// El otro lado de un [`Writer`], que conserva quien lo presta.
#[derive(Debug)]
pub(crate) struct Lent<S>(Arc<Mutex<Writing<S>>>);

#[derive(Debug)]
struct Writing<S: ?Sized> {
    head: ResponseHead,
    is_head: bool,
    state: State,
    sink: S,
}

#[derive(Debug)]
enum State {
    /// No ha salido nada.
    Before,
    Begun(Written),
    /// El cliente se fue, o no tomaba nada.
    Broken(Written),
    /// La llamada volvió.
    Over,
}

/// Qué salió de una respuesta que empezó durante la llamada.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    /// Si lleva cuerpo.
    pub(super) has_content: bool,
    /// Cuántos bytes caben todavía, si se anunció la longitud.
    pub(super) left: Option<u64>,
    /// Cuántos salieron.
    sent: u64,
    /// Si hay quien la reciba.
    pub(super) is_broken: bool,
}

impl Writer {
    /// Declara el estado y los encabezados, como `start_response`, y los comprueba igual. Salen con el primer
    /// byte: hasta entonces se puede volver a llamar, y vale lo último.
    ///
    /// # Errors
    ///
    /// Si no se pueden enviar; [`CalledTwice`](StartResponseError::CalledTwice), si ya salieron otros.
    pub fn start(&self, status: &str, headers: &[(&str, &str)]) -> Result<(), StartResponseError> {
        let mut writing = lock(&self.0);
        let State::Before = writing.state else { return Err(StartResponseError::CalledTwice) };
        writing.head.clear();
        writing.head.start(status, headers)
    }

    /// Envía un trozo del cuerpo, y delante del primero la cabeza. Vuelve cuando el sistema lo tomó; un trozo
    /// vacío no envía nada, y a `HEAD`, a 204 o a 304 se les envía solo la cabeza.
    ///
    /// Si otro hilo está escribiendo lo de esta respuesta, espera a que termine.
    ///
    /// # Errors
    ///
    /// Si el cliente se fue o no lo toma; desde entonces, siempre. `InvalidInput`, si excede el `Content-Length`
    /// que se declaró (lo que cabía sale), o si nadie llamó a [`start`](Self::start).
    pub fn write(&self, data: &[u8]) -> io::Result<()> {
        if data.is_empty() { Ok(()) } else { lock(&self.0).write(data) }
    }

    /// Cuántos bytes del cuerpo salieron hasta ahora, si empezó.
    pub(crate) fn sent(&self) -> Option<u64> {
        lock(&self.0).written().map(|written| written.sent)
    }
}

impl<S: Sink + 'static> Lent<S> {
    /// `text` es qué bytes son los caracteres de los encabezados.
    pub(crate) fn new(sink: S, text: HeaderText, is_head: bool) -> Self {
        let mut head = ResponseHead::default();
        head.set_text(text);
        Self(Arc::new(Mutex::new(Writing { head, is_head, state: State::Before, sink })))
    }

    pub(crate) fn writer(&self) -> Writer {
        Writer(self.0.clone())
    }

    /// La llamada volvió: no se escribe más. Lo que salió, si empezó. A un hilo que todavía escribe se le espera
    /// como se espera al cliente.
    pub(super) fn end(&self) -> Option<Written> {
        let mut writing = lock(&self.0);
        let written = writing.written();
        writing.state = State::Over;
        written
    }

    /// Mira por dónde salía.
    pub(crate) fn with_sink<T>(&self, look: impl FnOnce(&mut S) -> T) -> T {
        look(&mut lock(&self.0).sink)
    }
}

impl Written {
    /// Si el cliente tiene ya la respuesta entera.
    pub(super) fn is_whole(self) -> bool {
        !self.has_content || self.left == Some(0)
    }

    /// Cuántos de `length` bytes caben.
    fn fit(&self, length: usize) -> usize {
        let left = self.left.map_or(length, |left| usize::try_from(left).unwrap_or(usize::MAX));
        if self.has_content { length.min(left) } else { 0 }
    }

    fn count(&mut self, sent: usize) {
        self.sent += sent as u64;
        self.left = self.left.map(|left| left.saturating_sub(sent as u64));
    }
}

impl<S: Sink + ?Sized> Writing<S> {
    fn written(&self) -> Option<Written> {
        match self.state {
            State::Begun(written) | State::Broken(written) => Some(written),
            State::Before | State::Over => None,
        }
    }

    fn write(&mut self, data: &[u8]) -> io::Result<()> {
        let mut written = self.begin()?;
        let fitting = written.fit(data.len());
        self.state = State::Broken(Written { is_broken: true, ..written });
        self.sink.send(&data[..fitting])?;
        written.count(fitting);
        self.state = State::Begun(written);
        match data.len() - fitting {
            excess if excess > 0 && written.has_content => Err(refused(format!(
                "lo que se da a write() excede en {excess} bytes el Content-Length declarado"
            ))),
            _ => Ok(()),
        }
    }

    /// Empieza la respuesta, si no había empezado.
    fn begin(&mut self) -> io::Result<Written> {
        match self.state {
            State::Begun(written) => return Ok(written),
            State::Before => {}
            State::Broken(_) => return Err(io::ErrorKind::BrokenPipe.into()),
            State::Over => return Err(refused("la llamada que escribía ya volvió".to_owned())),
        }
        if !self.head.is_started() {
            return Err(refused("antes de escribir hay que declarar un estado".to_owned()));
        }
        let length = BodyLength::written(&self.head, self.is_head);
        let has_content = !self.is_head && !self.head.forbids_body();
        let written = Written { has_content, left: length.limit(), sent: 0, is_broken: false };
        self.state = State::Broken(Written { is_broken: true, ..written });
        self.sink.begin(&self.head, length)?;
        Ok(written)
    }
}

fn refused(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

/// Un pánico con el cerrojo en la mano deja dicho que no se puede seguir.
fn lock<S: ?Sized>(writing: &Mutex<Writing<S>>) -> MutexGuard<'_, Writing<S>> {
    writing.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}
