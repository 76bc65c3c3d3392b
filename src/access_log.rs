//! El registro de accesos: una línea por petición, en el formato que leen las herramientas de
//! siempre.
//!
//! Es un intermediario: ve lo que pasa entre el servidor y la aplicación que envuelve. Lo que el
//! servidor rechaza sin llamar a la aplicación, por estar mal escrito, no pasa por aquí; va al
//! registro de `log`, en el nivel `debug`.

mod format;
mod line;

use std::error::Error as StdError;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

pub use self::format::LogFormat;
use self::line::{Line, Requested};
use crate::application::{Application, StartResponse};
use crate::body::{Body, BodyEvent};
use crate::environ::Environ;
use crate::error::Result;
use crate::gateway::{self, ErrorPage, Writer};
use crate::guarded::{Guarded, catch};
use crate::outlet::Outlet;

/// Envuelve una aplicación para que cada petición deje una línea en `to`, en el formato
/// [`Combined`](LogFormat::Combined).
///
/// La línea se escribe cuando el cuerpo se suelta: al terminar, al fallar o cuando el cliente se
/// va. Cuenta los bytes que se dieron al servidor, que no son más que los que llegaron si el
/// cliente se fue antes. El estado y los bytes son los que ve el cliente: si la aplicación falla antes de
/// dar el primer byte, los de la página 500, o los de la que corresponda si lo que falló fue leer la
/// petición.
///
/// Cada línea se escribe de una vez, en el hilo que atiende la petición. Si `to` se detiene, como una
/// tubería que nadie lee, con él se detiene ese hilo; los demás dejan sus líneas en una cola de 1 MiB y
/// siguen. De las que no caben se lleva la cuenta, que queda en el registro en cuanto avanza:
/// `# se perdieron 12 líneas: …`. Con un [`BufWriter`](std::io::BufWriter) se escribe menos veces, y las últimas líneas
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
    let to: Box<dyn Write + Send> = Box::new(to);
    let to = Arc::new(Outlet::new(Guarded::new(to), lost));
    AccessLog { application, format: LogFormat::Combined, to }
}

/// Una aplicación con su registro de accesos. La construye [`access_log`].
#[must_use = "un registro que nadie sirve no anota nada"]
pub struct AccessLog<A> {
    application: A,
    format: LogFormat,
    to: Output,
}

type Output = Arc<Outlet<Guarded<Box<dyn Write + Send>>>>;

/// La línea que dice cuántas faltan. Las herramientas de siempre pasan por alto las que empiezan así.
fn lost(lines: u64) -> String {
    format!("# se perdieron {lines} líneas: quien las lee se detuvo\n")
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
    pub fn format(mut self, format: LogFormat) -> Self {
        self.format = format;
        self
    }
}

impl<A: Application> Application for AccessLog<A> {
    fn call(&self, environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
        let mut record = Record::begin(environ, self.format, &self.to);
        let mut declared = None;
        let writer = environ.extension::<Writer>().cloned();
        let answer = self.application.call(environ, &mut |status, headers| {
            let answer = start_response(status, headers);
            if answer.is_ok() {
                declared = Some((code_of(status), length_in(headers)));
            }
            answer
        });
        record.line.user = environ.get("REMOTE_USER").map(str::to_owned);
        record.sent_early = writer.and_then(|writer| writer.sent());
        record.line.bytes = record.sent_early.unwrap_or(0);
        if let (Err(error), None) = (&answer, record.sent_early) {
            record.fail_with(error.as_ref());
        } else if let Some((code, _)) = &declared {
            (record.line.code, record.page) = (code.clone(), None);
        }
        let body = answer?;
        if let Some((_, length)) = declared {
            // De un cuerpo en memoria la cabeza sale sin mirarlo.
            record.owes_bytes =
                body.is_lazy() && length.or_else(|| body.content_length()) > Some(0);
        }
        Ok(body.inspect(move |event| record.note(event)))
    }
}

/// Las tres cifras de un estado que `start_response` aceptó.
fn code_of(status: &str) -> String {
    status.chars().take(3).collect()
}

/// El `Content-Length` que declaró la aplicación.
fn length_in(headers: &[(&str, &str)]) -> Option<u64> {
    let found = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    found?.1.parse().ok()
}

/// Una petición que se está atendiendo. Al soltarse escribe su línea, también si es porque la
/// aplicación entró en pánico.
struct Record {
    line: Line,
    is_head: bool,
    /// Cuántos bytes salieron durante la llamada, si la respuesta empezó en ella.
    sent_early: Option<u64>,
    /// Lo que recibe el cliente si no hay respuesta que enviarle.
    page: Option<ErrorPage>,
    /// Si un cuerpo sin bytes sería un fallo.
    owes_bytes: bool,
    start: Instant,
    to: Output,
}

impl Record {
    fn begin(environ: &Environ, format: LogFormat, to: &Output) -> Self {
        let line = Line {
            requested: Requested::of(environ, format),
            time: SystemTime::now(),
            user: None,
            code: String::new(),
            bytes: 0,
        };
        Self {
            line,
            is_head: environ.method() == "HEAD",
            sent_early: None,
            // Hasta que la aplicación responda.
            page: Some(gateway::internal_error()),
            owes_bytes: false,
            start: Instant::now(),
            to: to.clone(),
        }
    }

    /// Al cuerpo le pasó algo.
    fn note(&mut self, event: BodyEvent<'_>) {
        // Con el primer byte sale la cabeza: desde ahí, el cliente ya tiene un estado.
        let is_head_sent = self.sent_early.is_some() || self.line.bytes > 0;
        match event {
            BodyEvent::Chunk(_) | BodyEvent::FileSent(_) => self.line.bytes += event.length(),
            _ if is_head_sent => {}
            BodyEvent::Failed(error) => self.fail_with(error),
            BodyEvent::Panicked => self.page = Some(gateway::internal_error()),
            BodyEvent::Ended if self.owes_bytes => self.page = Some(gateway::internal_error()),
            BodyEvent::Asked | BodyEvent::Ended => {}
        }
    }

    /// El cliente recibe lo que la pasarela responde a ese error.
    fn fail_with(&mut self, error: &(dyn StdError + 'static)) {
        self.page = Some(gateway::page_for(error));
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        if let Some(page) = &self.page {
            self.line.code = code_of(page.status());
            self.line.bytes = if self.is_head { 0 } else { page.html().len() as u64 };
        }
        let text = self.line.write(self.start.elapsed());
        let written = catch(|| self.to.write(text.as_bytes()))
            .unwrap_or_else(|panic| Err(io::Error::other(panic.to_string())));
        if let Err(error) = written {
            // El registro de `log` también es código ajeno.
            let _ = catch(|| log::warn!("no se pudo escribir en el registro de accesos: {error}"));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::Chunk;
    use crate::http::Rejection;
    use crate::testing;
    use pretty_assertions::assert_eq;
    use std::fmt;
    use std::io::{self, Read};

    /// Un error de quien escribió la aplicación, con su causa.
    #[derive(Debug)]
    struct Wrapped(Box<dyn StdError + Send + Sync>);

    impl fmt::Display for Wrapped {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("no se pudo leer el formulario")
        }
    }

    impl StdError for Wrapped {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            Some(&*self.0)
        }
    }

    /// Las maneras de devolver un error de lectura.
    const WAYS: [fn(io::Error) -> crate::Error; 6] = [
        |error| error.into(),
        |error| Wrapped(error.into()).into(),
        |error| Wrapped(Wrapped(error.into()).into()).into(),
        |error| io::Error::other(Wrapped(io::Error::other(error).into())).into(),
        |error| Box::new(error).into(),
        |error| Wrapped(Arc::new(error).into()).into(),
    ];

    const REJECTIONS: [(Rejection, u16); 6] = [
        (Rejection::BodyTooLarge, 413),
        (Rejection::Chunk, 400),
        (Rejection::BodyLength, 400),
        (Rejection::BodyCut, 400),
        (Rejection::Aborted, 400),
        (Rejection::Timeout, 408),
    ];

    /// El código que recibe el cliente, y lo que se escribe en `wsgi.errors`. Comprueba que lo anotado
    /// sean ese código y los bytes que recibe.
    #[track_caller]
    fn see(request: testing::Request, application: impl Application) -> (u16, String) {
        let (mut reader, writer) = io::pipe().expect("hay tuberías");
        let application = access_log(application, writer).format(LogFormat::Common);
        let response = request.call(&application);
        drop(application);
        let mut line = String::new();
        reader.read_to_string(&mut line).expect("se lee");
        let noted = line.split("HTTP/1.1\" ").nth(1).expect("tiene estado").rsplit_once(' ');
        let received = match response.bytes().len() {
            0 => format!("{} -", response.code()),
            bytes => format!("{} {bytes}", response.code()),
        };
        assert_eq!(noted.map(|(noted, _)| noted), Some(received.as_str()));
        (response.code(), response.errors())
    }

    #[test]
    fn lo_que_causa_el_cliente_lleva_su_estado_y_no_se_anota_como_un_fallo() {
        for (rejection, code) in REJECTIONS {
            for way in WAYS {
                let failure = move || io::Error::from(rejection);
                let returns = move |_: &mut Environ, _: StartResponse<'_>| -> Result<Body> {
                    Err(way(failure()))
                };
                let produces = move |_: &mut Environ, start_response: StartResponse<'_>| {
                    start_response("200 OK", &[])?;
                    let failure = io::Error::other(Wrapped(failure().into()));
                    Ok(Body::stream([Ok(Chunk::from("")), Err(failure)]))
                };
                let expected = (code, String::new());
                for method in ["GET", "POST"] {
                    let request = || testing::Request::new(method, "/");
                    assert_eq!(see(request(), returns), expected, "{method} {rejection:?}");
                    assert_eq!(see(request(), produces), expected, "{method} {rejection:?}");
                }
                assert_eq!(see(testing::head("/"), returns), expected, "HEAD {rejection:?}");
            }
        }
    }

    #[test]
    fn lo_que_falla_antes_de_la_cabeza_es_lo_que_ve_el_cliente() {
        let bodies: [fn() -> Body; 3] = [
            || Body::stream((0..1).map(|_| -> io::Result<Chunk> { panic!("adrede") })),
            || Body::stream([Err::<Chunk, _>(io::Error::other("adrede"))]),
            || Body::stream([] as [io::Result<Chunk>; 0]),
        ];
        for body in bodies {
            let application = move |_: &mut Environ, start_response: StartResponse<'_>| {
                start_response("200 OK", &[("Content-Length", "3")])?;
                Ok(body())
            };
            assert_eq!(see(testing::get("/"), application).0, 500);
            assert_eq!(see(testing::head("/"), application).0, 200);
        }
    }
}
