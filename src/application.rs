//! El contrato: qué es una aplicación y qué es `start_response` (PEP 3333, «Specification
//! Overview»).
//!
//! Aquí no hay servidores ni HTTP: solo la forma que ambos lados prometen respetar.

use std::fmt;
use std::sync::Arc;

use crate::body::Body;
use crate::environ::Environ;
use crate::error::Result;

/// Una aplicación: recibe una petición en `environ` y responde con `start_response` y un cuerpo.
///
/// Sirven las funciones, las closures y los tipos propios. Se llama desde varios hilos a la vez,
/// por eso pide `Send + Sync`; lo que cambie entre peticiones va en un `Mutex` o en un atómico.
///
/// # Examples
///
/// ```
/// use pasarela::{Application, Body, Environ, Result, StartResponse};
///
/// struct Greeter {
///     greeting: String,
/// }
///
/// impl Application for Greeter {
///     fn call(&self, _environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
///         start_response("200 OK", &[("Content-type", "text/plain; charset=utf-8")])?;
///         Ok(Body::from(self.greeting.clone()))
///     }
/// }
/// ```
pub trait Application: Send + Sync + 'static {
    /// Atiende una petición.
    ///
    /// # Errors
    ///
    /// Cualquier error: el servidor lo anota con el método y la ruta, y responde 500 si todavía no
    /// ha enviado nada (PEP 3333, «Error Handling»).
    fn call(&self, environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body>;
}

impl<F> Application for F
where
    F: Fn(&mut Environ, StartResponse<'_>) -> Result<Body> + Send + Sync + 'static,
{
    fn call(&self, environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
        self(environ, start_response)
    }
}

/// La misma closure, que ya sabe de qué tipo son sus argumentos: así se escribe sin decirlos.
///
/// # Examples
///
/// ```
/// use pasarela::{Body, application, testing};
///
/// let greet = application(|environ, start_response| {
///     start_response("200 OK", &[("Content-type", "text/plain; charset=utf-8")])?;
///     Ok(Body::from(format!("Hola desde {}", environ.path_info())))
/// });
/// assert_eq!(testing::get("/aquí").call(&greet).text(), "Hola desde /aquí");
/// ```
pub fn application<F>(call: F) -> F
where
    F: Fn(&mut Environ, StartResponse<'_>) -> Result<Body> + Send + Sync + 'static,
{
    call
}

/// Para elegir una aplicación al arrancar, o guardar varias distintas en una lista.
impl Application for Box<dyn Application> {
    fn call(&self, environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
        (**self).call(environ, start_response)
    }
}

/// Para servir la misma aplicación en dos sitios, o mirar después lo que hizo.
impl<A: Application + ?Sized> Application for Arc<A> {
    fn call(&self, environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
        (**self).call(environ, start_response)
    }
}

/// La *callback* con que la aplicación declara el estado y los encabezados de su respuesta
/// (PEP 3333, «The start_response() Callable»).
///
/// Se llama una vez, antes de devolver el cuerpo. Nada se envía hasta entonces: si la aplicación
/// falla después de llamarla, el cliente recibe un 500 limpio. Lo que no se puede enviar lo rechaza
/// con un [`StartResponseError`].
///
/// Un intermediario llama a la aplicación con la suya, que ve el estado y los encabezados y puede
/// cambiarlos.
///
/// # Examples
///
/// ```
/// use pasarela::{Body, Environ, Result, StartResponse, testing};
///
/// fn application(_: &mut Environ, start_response: StartResponse) -> Result<Body> {
///     start_response("303 See Other", &[("Location", "/saludo")])?;
///     Ok(Body::empty())
/// }
///
/// fn middleware(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
///     application(environ, &mut |status, headers| {
///         start_response(status, &[headers, &[("Cache-Control", "no-store")]].concat())
///     })
/// }
///
/// let response = testing::get("/").call(&middleware);
/// assert_eq!(response.header("Location"), Some("/saludo"));
/// assert_eq!(response.header("Cache-Control"), Some("no-store"));
/// ```
pub type StartResponse<'a> =
    &'a mut dyn FnMut(&str, &[(&str, &str)]) -> Result<(), StartResponseError>;

/// Por qué `start_response` rechaza lo que le dan.
///
/// # Examples
///
/// ```
/// use pasarela::{Body, Environ, Result, StartResponse, StartResponseError, testing};
///
/// fn application(_: &mut Environ, start_response: StartResponse) -> Result<Body> {
///     let refused = StartResponseError::InvalidStatus { status: "200".to_owned() };
///     assert_eq!(start_response("200", &[]), Err(refused));
///
///     start_response("200 OK", &[])?;
///     assert_eq!(start_response("200 OK", &[]), Err(StartResponseError::CalledTwice));
///     Ok(Body::empty())
/// }
///
/// assert_eq!(testing::get("/").call(&application).status(), "200 OK");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartResponseError {
    /// El estado no tiene la forma `200 OK`: tres cifras de 100 a 599, un espacio y una frase
    /// (RFC 9110 §15; PEP 3333).
    InvalidStatus {
        /// El estado, como llegó.
        status: String,
    },
    /// Un estado 1xx no puede ser el definitivo: el cliente esperaría otro (RFC 9110 §15.2).
    InformationalStatus {
        /// El estado, como llegó.
        status: String,
    },
    /// El nombre de un encabezado no es un `token` (RFC 9110 §5.1).
    InvalidHeaderName {
        /// El nombre, como llegó.
        name: String,
    },
    /// El valor tiene un carácter de control, que partiría la respuesta (RFC 9110 §5.5).
    InvalidHeaderValue {
        /// El nombre del encabezado.
        name: String,
        /// El valor, como llegó.
        value: String,
    },
    /// El valor tiene un carácter que no es de `latin-1`, y el servidor los envía así
    /// ([`HeaderText::Latin1`](crate::HeaderText::Latin1)).
    NotLatin1 {
        /// El nombre del encabezado.
        name: String,
        /// El valor, como llegó.
        value: String,
    },
    /// Los encabezados de salto pertenecen al servidor (PEP 3333, «Other HTTP Features»).
    HopByHopHeader {
        /// El nombre del encabezado.
        name: String,
    },
    /// `Content-Length` debe aparecer una vez y ser un número decimal (RFC 9110 §8.6).
    InvalidContentLength {
        /// El valor, como llegó.
        value: String,
    },
    /// `start_response` ya se había llamado para esta petición.
    CalledTwice,
}

impl std::error::Error for StartResponseError {}

impl fmt::Display for StartResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidStatus { status } => write!(
                f,
                "start_response: el estado {status:?} no es válido; \
                 escribe tres cifras de 200 a 599, un espacio y una frase, como \"200 OK\""
            ),
            Self::InformationalStatus { status } => write!(
                f,
                "start_response: el estado {status:?} es provisional y el cliente esperaría otro; \
                 usa uno de 200 a 599"
            ),
            Self::InvalidHeaderName { name } => write!(
                f,
                "start_response: el nombre de encabezado {name:?} no es válido; \
                 usa letras, cifras y guiones, sin espacios ni dos puntos"
            ),
            Self::InvalidHeaderValue { name, value } => write!(
                f,
                "start_response: el valor {value:?} del encabezado {name:?} tiene un carácter de \
                 control; quita los saltos de línea y demás controles"
            ),
            Self::NotLatin1 { name, value } => write!(
                f,
                "start_response: el valor {value:?} del encabezado {name:?} tiene caracteres de más \
                 de un byte, y este servidor envía uno por carácter; codifícalo antes"
            ),
            Self::HopByHopHeader { name } => write!(
                f,
                "start_response: el encabezado {name:?} lo administra el servidor; quítalo"
            ),
            Self::InvalidContentLength { value } => write!(
                f,
                "start_response: el Content-Length {value:?} no es válido; escribe una sola vez el \
                 número de bytes del cuerpo, o quítalo y el servidor lo calcula"
            ),
            Self::CalledTwice => {
                write!(f, "start_response ya se llamó en esta petición; llámala una sola vez")
            }
        }
    }
}
