//! El registro de accesos: una línea por petición, en el formato que leen las herramientas de
//! siempre.
//!
//! Es un intermediario: ve lo que pasa entre el servidor y la aplicación que envuelve. Lo que el
//! servidor rechaza sin llamar a la aplicación, por estar mal escrito, no pasa por aquí; va al
//! registro de `log`, en el nivel `debug`.

mod line;

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime};

use self::line::{Line, Requested};
use crate::application::{Application, StartResponse};
use crate::body::Body;
use crate::environ::Environ;
use crate::error::Result;

/// Envuelve una aplicación para que cada petición deje una línea en `to`, en el formato
/// [`Combined`](LogFormat::Combined).
///
/// La línea se escribe cuando el cuerpo se suelta: al terminar, al fallar o cuando el cliente se
/// va. Cuenta los bytes que se dieron al servidor, que no son más que los que llegaron si el
/// cliente se fue antes. Una aplicación que falla antes de dar el primer byte es un 500.
///
/// Cada línea se escribe de una vez, en el hilo que atiende la petición: un `to` lento retrasa a
/// todas. Con un [`BufWriter`](std::io::BufWriter) se escribe menos veces, y las últimas líneas
/// esperan en memoria. Si no se puede escribir, la línea se pierde y el registro de `log` lo dice.
///
/// # Examples
///
/// ```
/// use pasarela::{access_log::access_log, simple_server::demo_app, testing};
/// use std::fs::{self, File};
///
/// let path = std::env::temp_dir().join(format!("accesos-{}.log", std::process::id()));
/// let application = access_log(demo_app, File::create(&path)?);
/// testing::get("/saludo?a=1").header("User-Agent", "curl/8").call(&application);
///
/// let line = fs::read_to_string(&path)?;
/// assert!(line.starts_with("127.0.0.1 - - ["));
/// assert!(line.contains(r#""GET /saludo?a=1 HTTP/1.1" 200 "#));
/// # fs::remove_file(path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn access_log<A, W>(application: A, to: W) -> AccessLog<A>
where
    A: Application,
    W: Write + Send + 'static,
{
    let to: Output = Arc::new(Mutex::new(Box::new(to)));
    AccessLog { application, format: LogFormat::Combined, to }
}

/// Una aplicación con su registro de accesos. La construye [`access_log`].
pub struct AccessLog<A> {
    application: A,
    format: LogFormat,
    to: Output,
}

type Output = Arc<Mutex<Box<dyn Write + Send>>>;

/// Qué lleva cada línea. Las fechas van en UTC. Lo que falta es `-`; lo que no es ASCII visible,
/// las comillas y la barra invertida van como `\xHH`, para que nadie escriba líneas de otro.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogFormat {
    /// El `Common Log Format`, y al final cuánto tardó en segundos:
    ///
    /// ```text
    /// 127.0.0.1 - ada [24/Nov/2026:08:40:00 +0000] "GET /a?b HTTP/1.1" 200 1043 0.000215
    /// ```
    Common,
    /// Como `Common`, con los encabezados `Referer` y `User-Agent` antes de la duración:
    ///
    /// ```text
    /// 127.0.0.1 - - [24/Nov/2026:08:40:00 +0000] "GET / HTTP/1.1" 200 1043 "-" "curl/8" 0.000215
    /// ```
    Combined,
}

impl<A> AccessLog<A> {
    /// Cambia lo que lleva cada línea.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::access_log::{LogFormat, access_log};
    /// use pasarela::{simple_server::demo_app, testing};
    /// use std::io::{self, Read};
    ///
    /// let (mut reader, writer) = io::pipe()?;
    /// let application = access_log(demo_app, writer).format(LogFormat::Common);
    /// testing::get("/").header("User-Agent", "curl/8").call(&application);
    /// drop(application); // Cierra la tubería.
    ///
    /// let mut line = String::new();
    /// reader.read_to_string(&mut line)?;
    /// assert!(line.contains(r#""GET / HTTP/1.1" 200 "#));
    /// assert!(!line.contains("curl"));
    /// # Ok::<(), io::Error>(())
    /// ```
    #[must_use]
    pub fn format(mut self, format: LogFormat) -> Self {
        self.format = format;
        self
    }
}

impl<A: Application> Application for AccessLog<A> {
    fn call(&self, environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
        let mut record = Record::begin(environ, self.format, &self.to);
        let mut declared = None;
        let answer = self.application.call(environ, &mut |status, headers| {
            let answer = start_response(status, headers);
            if answer.is_ok() {
                declared = Some(code_of(status));
            }
            answer
        });
        record.line.user = environ.get("REMOTE_USER").map(str::to_owned);
        let body = answer?;
        if let Some(code) = declared {
            record.line.code = code;
        }
        Ok(body.metered(move |progress| record.note(progress.ok())))
    }
}

/// Las tres cifras de un estado que `start_response` aceptó.
fn code_of(status: &str) -> String {
    status.chars().take(3).collect()
}

/// Una petición que se está atendiendo. Al soltarse escribe su línea, también si es porque la
/// aplicación entró en pánico.
struct Record {
    line: Line,
    start: Instant,
    to: Output,
}

impl Record {
    fn begin(environ: &Environ, format: LogFormat, to: &Output) -> Self {
        let line = Line {
            requested: Requested::of(environ, format),
            time: SystemTime::now(),
            user: None,
            // Hasta que la aplicación responda, lo que el cliente recibiría.
            code: "500".to_owned(),
            bytes: 0,
        };
        Self { line, start: Instant::now(), to: to.clone() }
    }

    /// El cuerpo dio `bytes`, o falló.
    fn note(&mut self, bytes: Option<u64>) {
        match bytes {
            Some(bytes) => self.line.bytes += bytes,
            // Aún no se había enviado la cabeza: el cliente recibe un 500.
            None if self.line.bytes == 0 => self.line.code = "500".to_owned(),
            None => {}
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let text = self.line.write(self.start.elapsed());
        // Quien entró en pánico escribiendo no dejó la línea a medias a otro.
        let mut to = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = to.write_all(text.as_bytes()) {
            log::warn!("no se pudo escribir en el registro de accesos: {error}");
        }
    }
}

impl<A: std::fmt::Debug> std::fmt::Debug for AccessLog<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("AccessLog");
        shown.field("application", &self.application).field("format", &self.format);
        shown.finish_non_exhaustive()
    }
}
