//! Las reglas, una a una, con quién las debe y de dónde salen.

/// Quién debe cumplir una regla.
///
/// # Examples
///
/// ```
/// use pasarela::validate::{Rule, Side};
///
/// assert_eq!(Rule::BodyClosed.side(), Side::Server);
/// assert_eq!(Side::Server.name(), "el servidor");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Side {
    /// El servidor, o quien llame a la aplicación.
    Server,
    /// La aplicación, o quien haga de ella.
    Application,
}

impl Side {
    /// `el servidor` o `la aplicación`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Server => "el servidor",
            Self::Application => "la aplicación",
        }
    }
}

/// Una regla del contrato. Su enunciado está en [`text`](Self::text).
///
/// # Examples
///
/// ```
/// use pasarela::validate::{Rule, Side};
///
/// let rule = Rule::StartResponseOnce;
///
/// assert_eq!(rule.side(), Side::Application);
/// assert_eq!(rule.section(), "PEP 3333, «The start_response() Callable»");
/// assert_eq!(rule.text(), "`start_response` se llama una sola vez");
/// assert!(Rule::ALL.contains(&rule));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// El método de la petición.
    RequestMethod,
    /// La forma de `SCRIPT_NAME`.
    ScriptName,
    /// `SCRIPT_NAME` no es la raíz.
    ScriptNameNotRoot,
    /// La forma de `PATH_INFO`.
    PathInfo,
    /// Alguna de las dos partes de la ruta.
    PathPresent,
    /// El nombre del servidor.
    ServerName,
    /// El puerto del servidor.
    ServerPort,
    /// La versión del protocolo.
    ServerProtocol,
    /// La longitud del cuerpo de la petición.
    ContentLengthVariable,
    /// El tipo y la longitud, sin gemelas.
    NoTwins,
    /// Los nombres de los encabezados de la petición.
    HeaderVariables,
    /// La versión de la interfaz.
    WsgiVersion,
    /// El esquema de la dirección.
    UrlScheme,
    /// Cómo se llama a la aplicación.
    ProcessModel,
    /// El cuerpo de la petición, entero.
    InputComplete,
    /// El cuerpo de la petición, y nada más.
    InputBounded,
    /// El cuerpo de la respuesta no se pide después de su final.
    BodyNotReadPastEnd,
    /// Con `HEAD`, el cuerpo no se pide.
    HeadNotRead,
    /// El cuerpo de la respuesta se suelta.
    BodyClosed,
    /// `start_response` se llama.
    StartResponseCalled,
    /// `start_response` se llama una vez.
    StartResponseOnce,
    /// Un rechazo de `start_response` se atiende.
    RefusalHonored,
    /// La forma del estado.
    StatusForm,
    /// El estado es definitivo.
    StatusFinal,
    /// El nombre de un encabezado.
    HeaderName,
    /// El valor de un encabezado.
    HeaderValue,
    /// Los encabezados de salto.
    HopByHop,
    /// El encabezado `Status`.
    NoStatusHeader,
    /// La forma de `Content-Length`.
    ContentLengthForm,
    /// `Content-Length` sin cuerpo.
    ContentLengthAbsent,
    /// `Content-Type` con cuerpo.
    ContentTypePresent,
    /// `Content-Type` sin cuerpo.
    ContentTypeAbsent,
    /// Los estados que no llevan cuerpo.
    NoBodyStatus,
    /// La longitud del cuerpo.
    BodyLength,
    /// El cuerpo de la petición no se pide después de su final.
    InputNotReadPastEnd,
}
