//! Si quien pidió sigue esperando la respuesta.

use std::fmt;
use std::io;
use std::sync::Weak;

use super::Environ;

/// El extremo de una conexión por el que llegó la petición.
pub(crate) trait Presence: Send + Sync {
    /// Mira lo que llegó y nadie ha leído, sin esperar y sin llevárselo; 0 si no llegará más.
    fn glance(&self, room: &mut [u8]) -> io::Result<usize>;
}

/// Quien espera la respuesta: un trabajo largo pregunta de vez en cuando si sigue ahí, y si no, lo deja.
///
/// Se clona para llevárselo a un hilo o a un cuerpo. Preguntar es una llamada al sistema; no preguntar no
/// cuesta nada. Un cuerpo que se envía no lo necesita: cuando el cliente se va, se suelta.
///
/// Se sabe que se fue porque cerró su lado de la conexión o la cortó. De uno que cierra su lado y todavía
/// lee también se dice que se fue: los navegadores no lo hacen. Y hay casos en que parece seguir ahí:
///
/// - si detrás de esta petición mandó otra, que todavía nadie ha leído;
/// - detrás de nginx o de Apache, el cliente es ese servidor: se va cuando el navegador, si así está
///   configurado (`proxy_ignore_client_abort` y sus parientes);
/// - por FastCGI, también se va quien manda `FCGI_ABORT_REQUEST`, que en un socket de Unix no se ve;
/// - en un programa CGI no hay conexión: el servidor web lo detiene con una señal;
/// - en Windows, en la primera petición de una conexión.
///
/// # Examples
///
/// ```
/// use pasarela::{Body, Environ, Error, Result, StartResponse};
///
/// fn report(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
///     let client = environ.client();
///     let mut total = 0;
///     for day in 1..=365 {
///         if client.is_gone() {
///             return Err(Error::new("ya nadie espera el informe"));
///         }
///         total += day; // Aquí va lo que tarda.
///     }
///     start_response("200 OK", &[("Content-Type", "text/plain; charset=utf-8")])?;
///     Ok(Body::from(total.to_string()))
/// }
/// # assert_eq!(pasarela::testing::get("/").call(&report).text(), "66795");
/// ```
#[derive(Clone, Default)]
pub struct Client {
    presence: Option<Weak<dyn Presence>>,
    farewell: Option<[u8; 4]>,
}

impl Client {
    /// El que hay detrás de `presence`, que también se va si lo siguiente que manda es `farewell`.
    pub(crate) fn new(presence: Option<Weak<dyn Presence>>, farewell: Option<[u8; 4]>) -> Self {
        Self { presence, farewell }
    }

    /// Si se sabe que se fue. De quien no se sabe nada se supone que sigue ahí.
    pub fn is_gone(&self) -> bool {
        let Some(presence) = &self.presence else { return false };
        // La conexión ya no existe.
        let Some(presence) = presence.upgrade() else { return true };
        let mut seen = [0; 4];
        match presence.glance(&mut seen) {
            Ok(0) => true,
            Ok(_) => self.farewell == Some(seen),
            Err(error) => {
                !matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
            }
        }
    }

    /// Lo que se le dio, para usarlo en otra petición.
    pub(crate) fn into_presence(self) -> Option<Weak<dyn Presence>> {
        self.presence
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.presence.is_some() {
            "Client(conectado)"
        } else {
            "Client(sin conexión)"
        })
    }
}

impl Environ {
    /// Quien espera la respuesta, para preguntar si sigue ahí.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    pub(crate) fn set_client(&mut self, client: Client) {
        self.client = client;
    }

    pub(crate) fn take_client(&mut self) -> Client {
        std::mem::take(&mut self.client)
    }
}
