//! De las variables de entorno del proceso a las de la petición.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::{error, fmt, io};

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

/// Por qué un programa CGI no dio su respuesta entera. Se distinguen con [`kind`](Self::kind).
///
/// # Examples
///
/// ```
/// use pasarela::handlers::cgi::{self, CgiErrorKind};
/// use pasarela::{Body, Environ, Result, StartResponse};
/// use std::io;
///
/// fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
///     start_response("204 No Content", &[])?;
///     Ok(Body::empty())
/// }
///
/// let run = cgi::run_with(application, [], io::empty(), io::sink(), io::stderr());
/// assert_eq!(run.map_err(|error| error.kind()), Err(CgiErrorKind::NotCgi));
/// ```
#[derive(Debug)]
pub struct CgiError {
    kind: CgiErrorKind,
    reason: Option<io::Error>,
}

/// De qué clase es un [`CgiError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CgiErrorKind {
    /// Falta `REQUEST_METHOD`: no lo ejecutó un servidor web.
    NotCgi,
    /// El cuerpo de la respuesta falló, o midió menos que su `Content-Length`. El motivo ya quedó en
    /// la salida de errores.
    BodyIncomplete,
    /// El servidor web no tomó la respuesta: la del sistema es la causa
    /// ([`source`](std::error::Error::source)).
    Output,
}

impl CgiError {
    pub(super) const NOT_CGI: Self = Self { kind: CgiErrorKind::NotCgi, reason: None };
    pub(super) const BODY_INCOMPLETE: Self =
        Self { kind: CgiErrorKind::BodyIncomplete, reason: None };

    pub(super) fn output(error: io::Error) -> Self {
        Self { kind: CgiErrorKind::Output, reason: Some(error) }
    }

    /// De qué clase es.
    pub fn kind(&self) -> CgiErrorKind {
        self.kind
    }
}

impl error::Error for CgiError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(self.reason.as_ref()?)
    }
}

impl fmt::Display for CgiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            CgiErrorKind::NotCgi => {
                "esto es un programa CGI y lo ejecuta un servidor web; para probarlo en la terminal, \
                 define antes REQUEST_METHOD=GET"
            }
            CgiErrorKind::BodyIncomplete => "el cuerpo de la respuesta quedó incompleto",
            CgiErrorKind::Output => "el servidor web no tomó la respuesta",
        })
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
        return Err(CgiError::NOT_CGI);
    }
    let variables: Vec<_> = environment
        .iter()
        .filter(|(name, _)| name.to_str().is_some_and(is_meta_variable))
        .map(|(name, value)| (bytes(name), bytes(value)))
        .collect();
    let pairs = variables.iter().map(|(name, value)| Ok((&**name, &**value)));
    let filled = variables::fill(environ, pairs, Process::RunOnce, SERVER_NAME, usize::MAX);
    let software = environ.get("SERVER_SOFTWARE").unwrap_or_default();
    if filled.is_ok() && software.starts_with("Microsoft-IIS/") {
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
