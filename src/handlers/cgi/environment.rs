//! De las variables de entorno del proceso a las de la petición.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::{fmt, io};

use crate::cgi::variables::{self, Process};
use crate::environ::Environ;
use crate::http::{Rejection, RequestBody};

/// Las variables de una petición que no se reconocen por su principio (RFC 3875 §4.1, Apache, IIS).
const META_VARIABLES: [&str; 11] = [
    "AUTH_TYPE",
    "CONTENT_LENGTH",
    "CONTENT_TYPE",
    "DOCUMENT_ROOT",
    "DOCUMENT_URI",
    "GATEWAY_INTERFACE",
    "HTTPS",
    "PATH_INFO",
    "PATH_TRANSLATED",
    "QUERY_STRING",
    "UNIQUE_ID",
];

/// Los principios de las demás.
const META_PREFIXES: [&str; 8] =
    ["HTTP_", "REQUEST_", "REMOTE_", "SCRIPT_", "SERVER_", "SSL_", "REDIRECT_", "CONTEXT_"];

/// El servidor, si nadie lo dice.
const SERVER_NAME: &str = "localhost";

/// Por qué un programa CGI no dio su respuesta entera.
///
/// # Examples
///
/// ```
/// use pasarela::handlers::cgi::{self, CgiError};
/// use pasarela::simple_server::demo_app;
/// use std::io;
///
/// let run = cgi::run_with(demo_app, [], io::empty(), io::sink(), io::stderr());
/// assert_eq!(run, Err(CgiError::NotCgi));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CgiError {
    /// Falta `REQUEST_METHOD`: no lo ejecutó un servidor web.
    NotCgi,
    /// El cuerpo de la respuesta falló, o midió menos que su `Content-Length`. El motivo ya quedó en
    /// la salida de errores.
    BodyIncomplete,
    /// El servidor web no tomó la respuesta.
    Output {
        /// La respuesta del sistema.
        reason: String,
    },
}

impl CgiError {
    pub(super) fn output(error: io::Error) -> Self {
        Self::Output { reason: error.to_string() }
    }
}

impl std::error::Error for CgiError {}

impl fmt::Display for CgiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCgi => f.write_str(
                "esto es un programa CGI y lo ejecuta un servidor web; para probarlo en la terminal, \
                 define antes REQUEST_METHOD=GET",
            ),
            Self::BodyIncomplete => f.write_str("el cuerpo de la respuesta quedó incompleto"),
            Self::Output { reason } => {
                write!(f, "el servidor web no tomó la respuesta: {reason}")
            }
        }
    }
}

/// Llena `environ` con las variables de la petición que hay en `environment`, y dice cómo termina su
/// cuerpo.
///
/// # Errors
///
/// Si no hay petición. Si la hay y no se puede atender, el motivo del rechazo.
pub(super) fn fill(
    environ: &mut Environ,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Result<RequestBody, Rejection>, CgiError> {
    let environment: Vec<_> = environment.into_iter().collect();
    if !environment.iter().any(|(name, _)| name == "REQUEST_METHOD") {
        return Err(CgiError::NotCgi);
    }
    let variables: Vec<_> = environment
        .iter()
        .filter(|(name, _)| name.to_str().is_some_and(is_meta_variable))
        .map(|(name, value)| (bytes(name), bytes(value)))
        .collect();
    let pairs = variables.iter().map(|(name, value)| Ok((&**name, &**value)));
    let filled = variables::fill(environ, pairs, Process::RunOnce, SERVER_NAME, usize::MAX);
    if filled.is_err() {
        // Lo que haga falta para responder que no.
        environ.insert("REQUEST_METHOD", if environ.method() == "HEAD" { "HEAD" } else { "GET" });
    } else if environ.get("SERVER_SOFTWARE").is_some_and(|name| name.starts_with("Microsoft-IIS/"))
    {
        cut_repeated_script(environ);
    }
    Ok(filled)
}

fn is_meta_variable(name: &str) -> bool {
    META_VARIABLES.contains(&name) || META_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// IIS repite `SCRIPT_NAME` al principio de `PATH_INFO`, salvo que se le diga que no.
fn cut_repeated_script(environ: &mut Environ) {
    let path = environ.get_bytes("PATH_INFO").unwrap_or_default();
    let Some(rest) = path.strip_prefix(environ.get_bytes("SCRIPT_NAME").unwrap_or_default()) else {
        return;
    };
    if rest.is_empty() || rest.starts_with(b"/") {
        let rest = rest.to_vec();
        environ.insert_bytes("PATH_INFO", &rest);
    }
}

#[cfg(unix)]
fn bytes(text: &OsStr) -> Cow<'_, [u8]> {
    Cow::Borrowed(std::os::unix::ffi::OsStrExt::as_bytes(text))
}

/// Donde las variables son UTF-16: lo que no es texto se muestra con `�`.
#[cfg(not(unix))]
fn bytes(text: &OsStr) -> Cow<'_, [u8]> {
    Cow::Owned(text.to_string_lossy().into_owned().into_bytes())
}
