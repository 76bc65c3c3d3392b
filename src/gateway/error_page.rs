//! Las páginas de error, que son aplicaciones como cualquier otra.

use crate::application::{Application, StartResponse};
use crate::body::Body;
use crate::environ::Environ;
use crate::error::Result;
use crate::http::Rejection;

/// El estado de una aplicación que falló.
pub(super) const INTERNAL_ERROR: &str = "500 Internal Server Error";

/// Una aplicación que siempre responde `status` con una página corta.
pub(crate) fn error_page(status: &'static str, explanation: String) -> impl Application {
    move |_: &mut Environ, start_response: StartResponse<'_>| -> Result<Body> {
        start_response(status, &[("Content-Type", "text/html; charset=utf-8")])?;
        Ok(Body::from(format!(
            "<!DOCTYPE html>\n<html lang=\"es\">\n<meta charset=\"utf-8\">\n\
             <title>{status}</title>\n<h1>{status}</h1>\n<p>{explanation}</p>\n</html>\n"
        )))
    }
}

/// La página de una petición que no se atiende.
pub(crate) fn rejected(rejection: Rejection) -> impl Application {
    error_page(rejection.status(), format!("Petición rechazada: {rejection}."))
}

/// La página de una aplicación que falló. No muestra nada de su interior.
pub(super) fn internal_error() -> impl Application {
    let explanation = "La aplicación no pudo atender esta petición. El motivo está en el registro \
                       del servidor.";
    error_page(INTERNAL_ERROR, explanation.to_owned())
}
