//! Por qué se rechaza una petición antes de llegar a la aplicación, y con qué estado.

use std::fmt;

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
}

impl std::error::Error for Rejection {}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RequestLine => "la línea de petición no tiene la forma «GET /ruta HTTP/1.1»",
            Self::LineEnd => "una línea no termina en CRLF",
            Self::Target => "la dirección pedida no está bien escrita",
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
