//! La aplicación como programa CGI: la petición llega en las variables de entorno y en la entrada
//! estándar, y la respuesta sale por la salida estándar (RFC 3875).
//!
//! El servidor web ejecuta el programa una vez por petición. No hay sockets ni hilos, y por eso
//! tampoco plazos ni límites: los pone el servidor.
//!
//! # Examples
//!
//! Un programa CGI entero:
//!
//! ```no_run
//! use pasarela::{Body, Environ, Result, StartResponse, handlers::cgi};
//!
//! fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
//!     start_response("200 OK", &[("Content-type", "text/plain; charset=utf-8")])?;
//!     Ok(Body::from("Hola desde CGI"))
//! }
//!
//! fn main() -> Result<()> {
//!     cgi::run(application)?;
//!     Ok(())
//! }
//! ```

mod environment;
mod streams;

use std::ffi::OsString;
use std::io::{self, Read, Write};

use self::streams::{Content, Shared};
use crate::application::Application;
use crate::cgi::head::{self, StatusLine};
use crate::environ::Environ;
use crate::gateway::{self, BodyLength, ResponseBody, ResponseHead};
use crate::http::RequestBody;
use crate::input::{ErrorStream, InputStream};

pub use self::environment::{CgiError, CgiErrorKind};

/// Atiende la petición con que se ejecutó este programa, y vuelve.
///
/// `wsgi.run_once` es verdadero. De las variables de entorno entran en `environ` solo las de la
/// petición (RFC 3875 §4.1 y las que añaden los servidores web); las demás son del proceso, y las
/// lee quien quiera con `std::env::var`. El cuerpo se lee hasta `CONTENT_LENGTH`; sin esa variable no
/// lo hay, salvo que `HTTP_TRANSFER_ENCODING` diga que llegó por trozos: entonces se lee hasta que
/// termine la entrada. Cada trozo producido sobre la marcha sale antes de
/// pedir el siguiente.
///
/// Si la aplicación falla, la respuesta es una página 500 y el motivo queda en la salida de errores,
/// que el servidor web guarda en su registro.
///
/// # Errors
///
/// [`CgiErrorKind::NotCgi`] si nadie lo ejecutó como programa CGI; [`CgiErrorKind::BodyIncomplete`] y
/// [`CgiErrorKind::Output`] si la respuesta no salió entera. Un `main` que los devuelve termina con un
/// código distinto de 0 y con el motivo en la salida de errores. Apache no mira el código: quien pide
/// nota que falta algo solo si la aplicación declaró `Content-Length`.
pub fn run(application: impl Application) -> Result<(), CgiError> {
    run_with(application, std::env::vars_os(), io::stdin(), io::stdout().lock(), io::stderr())
}

/// Como [`run`], con otras variables, entrada y salidas: para una prueba, o para un servidor propio
/// que ejecute así sus aplicaciones.
///
/// # Errors
///
/// Los mismos que [`run`].
///
/// # Examples
///
/// ```
/// use pasarela::{Body, Environ, Result, StartResponse, handlers::cgi};
/// use std::io;
///
/// fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
///     start_response("200 OK", &[("Content-type", "text/plain")])?;
///     Ok(Body::from(format!("Hola, {}", environ.query_string())))
/// }
///
/// let variables = [("REQUEST_METHOD", "GET"), ("QUERY_STRING", "Ada")];
/// let variables = variables.map(|(name, value)| (name.into(), value.into()));
/// let mut output = Vec::new();
/// cgi::run_with(application, variables, io::empty(), &mut output, io::stderr())?;
///
/// let expected = "Status: 200 OK\r\nContent-type: text/plain\r\nContent-Length: 9\r\n\r\nHola, Ada";
/// assert_eq!(String::from_utf8(output)?, expected);
/// # Ok::<(), pasarela::Error>(())
/// ```
pub fn run_with(
    application: impl Application,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
    input: impl Read + Send + 'static,
    output: impl Write,
    errors: impl Write + Send + 'static,
) -> Result<(), CgiError> {
    let errors = Shared::new(errors);
    let mut environ = Environ::new();
    let filled = environment::fill(&mut environ, environment)?;
    environ.set_errors(ErrorStream::writer(errors.clone()));
    let (mut head, is_head) = (ResponseHead::default(), environ.method() == "HEAD");
    let mut body = match filled {
        Ok(body) => {
            environ.set_input(content(body, input));
            gateway::run(&application, &mut environ, &mut head, is_head)
        }
        Err(rejection) => {
            let page = gateway::rejected(rejection);
            gateway::run(&page, &mut environ, &mut head, is_head)
        }
    };
    gateway::warn_if_large(&head, &environ);
    body.set_errors(ErrorStream::writer(errors));
    // Suelta lo que la aplicación dejó en él, también la entrada.
    drop(environ);
    send(output, &head, body)
}

/// El cuerpo de la petición. Sin longitud no lo hay (RFC 3875 §4.2), y la entrada puede no terminar
/// nunca; salvo que el cliente lo mandara por trozos: entonces termina donde termine ella, que así los
/// entrega Apache.
fn content(body: RequestBody, input: impl Read + Send + 'static) -> InputStream {
    match body {
        RequestBody::None => InputStream::empty(),
        RequestBody::Length(length) => InputStream::reader(Content::new(input, length)),
        RequestBody::Chunked => InputStream::reader(input),
    }
}

fn send(
    mut output: impl Write,
    head: &ResponseHead,
    mut body: ResponseBody,
) -> Result<(), CgiError> {
    let length = match body.length() {
        BodyLength::Known(length) => Some(length),
        BodyLength::Forbidden | BodyLength::Declared(_) | BodyLength::Unknown => None,
    };
    let mut block = Vec::new();
    head::write(&mut block, StatusLine::Field, &head.status_bytes(), head.fields(), length);
    let is_lazy = body.is_lazy();
    loop {
        let next = body.next_chunk();
        if let Ok(Some(chunk)) = &next {
            block.extend_from_slice(chunk.as_bytes());
        }
        output.write_all(&block).map_err(CgiError::output)?;
        block.clear();
        match next {
            Ok(Some(_)) if is_lazy => output.flush().map_err(CgiError::output)?,
            Ok(Some(_)) => {}
            Ok(None) => return output.flush().map_err(CgiError::output),
            Err(()) => {
                output.flush().map_err(CgiError::output)?;
                return Err(CgiError::BODY_INCOMPLETE);
            }
        }
    }
}

#[cfg(test)]
mod tests;
