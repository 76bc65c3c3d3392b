//! Una cabeza, comprobada sin enviarla.

use crate::application::StartResponseError;
use crate::gateway::ResponseHead;

/// Comprueba un estado y unos encabezados como lo hará el `start_response` del servidor.
///
/// Le sirve a quien los recibe antes de tener con quién hablar: la pasarela de otro lenguaje, que debe
/// rechazarlos dentro de la llamada de su aplicación, o un intermediario que prepara una respuesta para después.
///
/// # Errors
///
/// Lo que diría `start_response`.
///
/// # Examples
///
/// ```
/// use pasarela::{StartResponseError, validate::check_head};
///
/// assert_eq!(check_head("200 OK", &[("Content-Type", "text/plain")]), Ok(()));
///
/// let refused = StartResponseError::HopByHopHeader { name: "Connection".to_owned() };
/// assert_eq!(check_head("200 OK", &[("Connection", "close")]), Err(refused));
/// ```
pub fn check_head(status: &str, headers: &[(&str, &str)]) -> Result<(), StartResponseError> {
    ResponseHead::default().start(status, headers)
}
