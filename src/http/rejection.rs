//! Por qué se rechaza una petición antes de llegar a la aplicación, y con qué estado.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;

/// El motivo de un rechazo. Todos cierran la conexión: tras un mensaje mal formado no se sabe
/// dónde empieza el siguiente (RFC 9112 §9.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rejection {
    /// RFC 9112 §3.
    RequestLine,
    /// RFC 9112 §2.2: una línea termina en CRLF, y CR o LF sueltos no valen.
    LineEnd,
    /// RFC 9112 §3.2 y RFC 3986 §2.1.
    Target,
    /// Otro servidor la resolvería (RFC 3986 §5.2.4), y así lo pide `Config::ambiguous_paths`.
    AmbiguousPath,
    /// RFC 9112 §3: más larga que `Config::max_request_line`.
    TargetTooLong,
    /// RFC 9110 §15.6.6.
    Version,
    /// RFC 9110 §9.3.6: `CONNECT` es cosa de proxies.
    Connect,
    /// RFC 9112 §5.
    Field,
    /// RFC 6585 §5: más bytes que `Config::max_head`.
    HeadTooLarge,
    /// RFC 6585 §5: más campos que `Config::max_fields`.
    TooManyFields,
    /// RFC 9112 §3.2: exactamente un `Host` en 1.1, a lo sumo uno en 1.0, y bien escrito.
    Host,
    /// RFC 9110 §5.3: un campo que solo puede aparecer una vez.
    RepeatedField,
    /// RFC 9112 §6.2.
    ContentLength,
    /// RFC 9112 §6.1.
    TransferEncoding,
    /// RFC 9112 §6.1: una codificación que no se entiende.
    UnknownTransferEncoding,
    /// RFC 9110 §15.5.12: hay cuerpo, y en este protocolo solo su longitud diría dónde termina.
    LengthRequired,
    /// RFC 9110 §10.1.1.
    Expectation,
    /// RFC 9110 §15.5.14: más bytes que `Config::max_body`.
    BodyTooLarge,
    /// RFC 9112 §7.1.
    Chunk,
    /// El cuerpo no mide lo que anunciaba `CONTENT_LENGTH` (RFC 3875 §4.1.2).
    BodyLength,
    /// RFC 9112 §8: el cliente se fue a la mitad del cuerpo.
    BodyCut,
    /// Lo que llegó no es del protocolo que se atiende.
    Record,
    /// FastCGI §5.4: el servidor web ya no quiere la respuesta.
    Aborted,
    /// RFC 9110 §15.5.9: no llegó a tiempo.
    Timeout,
}

impl Rejection {
    /// El estado con que se responde.
    pub(crate) fn status(self) -> &'static str {
        match self {
            Self::Timeout => "408 Request Timeout",
            Self::LengthRequired => "411 Length Required",
            Self::BodyTooLarge => "413 Content Too Large",
            Self::TargetTooLong => "414 URI Too Long",
            Self::Expectation => "417 Expectation Failed",
            Self::HeadTooLarge | Self::TooManyFields => "431 Request Header Fields Too Large",
            Self::UnknownTransferEncoding | Self::Connect => "501 Not Implemented",
            Self::Version => "505 HTTP Version Not Supported",
            _ => "400 Bad Request",
        }
    }

    fn kind(self) -> io::ErrorKind {
        match self {
            Self::Timeout => io::ErrorKind::TimedOut,
            Self::BodyTooLarge => io::ErrorKind::FileTooLarge,
            Self::BodyCut | Self::Aborted => io::ErrorKind::UnexpectedEof,
            _ => io::ErrorKind::InvalidData,
        }
    }
}

/// Lo que encuentra quien lee el cuerpo.
impl From<Rejection> for io::Error {
    fn from(rejection: Rejection) -> Self {
        Self::new(rejection.kind(), RequestError(rejection))
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RequestLine => "la línea de petición no tiene la forma «GET /ruta HTTP/1.1»",
            Self::LineEnd => "una línea no termina en CRLF",
            Self::Target => "la dirección pedida no está bien escrita",
            Self::AmbiguousPath => {
                "la ruta pedida tiene tramos de puntos o vacíos, que cada servidor entiende de un modo"
            }
            Self::TargetTooLong => "la línea de petición es demasiado larga",
            Self::Version => "la versión de HTTP no se atiende; usa HTTP/1.1",
            Self::Connect => "el método CONNECT es para proxies y este servidor no lo es",
            Self::Field => "un encabezado no está bien escrito",
            Self::HeadTooLarge => "los encabezados ocupan demasiado",
            Self::TooManyFields => "hay demasiados encabezados",
            Self::Host => "el encabezado Host falta, se repite o no está bien escrito",
            Self::RepeatedField => "se repite un encabezado que solo puede aparecer una vez",
            Self::ContentLength => "el encabezado Content-Length no está bien escrito",
            Self::TransferEncoding => "el encabezado Transfer-Encoding no está bien escrito",
            Self::UnknownTransferEncoding => "la codificación de Transfer-Encoding no se entiende",
            Self::LengthRequired => "el cuerpo de la petición llega sin decir cuánto mide",
            Self::Expectation => "la expectativa del encabezado Expect no se puede cumplir",
            Self::BodyTooLarge => "el cuerpo de la petición es demasiado grande",
            Self::Chunk => "un trozo del cuerpo no está bien escrito",
            Self::BodyLength => "el cuerpo de la petición no mide lo que se anunció",
            Self::BodyCut => "el cliente cortó el cuerpo de la petición",
            Self::Record => "la petición no está escrita en el protocolo que se atiende",
            Self::Aborted => "el servidor web abandonó la petición",
            Self::Timeout => "la petición no llegó completa a tiempo",
        })
    }
}

/// La petición no se puede leer, y la culpa es de quien la envió: el cuerpo está mal escrito, es
/// demasiado grande, llegó cortado o no llegó a tiempo.
///
/// Es lo que hay en el error que da [`InputStream`](crate::InputStream). Quien lo devuelve con `?`, envuelto o sin
/// envolver, responde con su estado; y quien quiere su propia página lo busca con [`find`](Self::find).
///
/// # Examples
///
/// ```
/// use pasarela::{Body, Environ, RequestError, Result, StartResponse, testing};
/// use std::io::Read;
///
/// fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
///     let mut text = String::new();
///     if let Err(error) = environ.input().read_to_string(&mut text) {
///         let Some(fault) = RequestError::find(&error) else { return Err(error.into()) };
///         start_response(fault.status(), &[("Content-Type", "text/plain; charset=utf-8")])?;
///         return Ok(Body::from(format!("No te entendí: {fault}.\n")));
///     }
///     start_response("204 No Content", &[])?;
///     Ok(Body::empty())
/// }
///
/// let cut = testing::post("/").cut_after(3).body("hola");
/// let response = cut.call(&application);
/// assert_eq!(response.status(), "400 Bad Request");
/// assert_eq!(response.text(), "No te entendí: el cliente cortó el cuerpo de la petición.\n");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RequestError(pub(crate) Rejection);

impl RequestError {
    /// El que hay en `error`, o en lo que lo causó. Para buscarlo en un [`Error`](crate::Error):
    /// `RequestError::find(error.as_ref())`.
    pub fn find(error: &(dyn StdError + 'static)) -> Option<Self> {
        let mut link = Some(error);
        while let Some(error) = link {
            if let Some(found) = error.downcast_ref::<Self>() {
                return Some(*found);
            }
            link = inside(error).or_else(|| error.source());
        }
        None
    }

    /// El estado que le corresponde: `413 Content Too Large`.
    pub fn status(self) -> &'static str {
        self.0.status()
    }

    /// De qué clase es: `UnexpectedEof` si el cliente se fue, `TimedOut` si no llegó a tiempo,
    /// `FileTooLarge` si pasa del límite, e `InvalidData` si no está bien escrita.
    pub fn kind(self) -> io::ErrorKind {
        self.0.kind()
    }
}

/// Lo que lleva dentro un error de entrada, que no es su causa: él habla en su nombre. Una caja se hace
/// pasar del mismo modo por el error que tiene.
fn inside<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e (dyn StdError + 'static)> {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return error.get_ref().map(|inner| inner as &(dyn StdError + 'static));
    }
    let boxed = error.downcast_ref::<Box<io::Error>>().map(|boxed| &**boxed);
    let shared = || error.downcast_ref::<Arc<io::Error>>().map(|shared| &**shared);
    boxed.or_else(shared).map(|error| error as &(dyn StdError + 'static))
}

impl StdError for RequestError {}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestError({} {:?})", self.status(), self.0.to_string())
    }
}
