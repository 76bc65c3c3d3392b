//! Las páginas de error, que son aplicaciones como cualquier otra.

use crate::application::{Application, StartResponse};
use crate::body::Body;
use crate::environ::Environ;
use crate::error::Result;
use crate::http::Rejection;

/// Una aplicación que siempre responde lo mismo: un estado y una página corta.
#[derive(Debug)]
pub(crate) struct ErrorPage {
    status: &'static str,
    explanation: String,
}

/// La de ese estado y esa explicación.
pub(crate) fn error_page(status: &'static str, explanation: String) -> ErrorPage {
    ErrorPage { status, explanation }
}

/// La página de una petición que no se atiende.
pub(crate) fn rejected(rejection: Rejection) -> ErrorPage {
    error_page(rejection.status(), format!("Petición rechazada: {rejection}."))
}

/// La página de una aplicación que falló. No muestra nada de su interior.
pub(crate) fn internal_error() -> ErrorPage {
    let explanation = "La aplicación no pudo atender esta petición. El motivo está en el registro \
                       del servidor.";
    error_page("500 Internal Server Error", explanation.to_owned())
}

impl ErrorPage {
    pub(crate) fn status(&self) -> &'static str {
        self.status
    }

    pub(crate) fn html(&self) -> String {
        let Self { status, explanation } = self;
        format!(
            "<!DOCTYPE html>\n<html lang=\"es\">\n<meta charset=\"utf-8\">\n\
             <title>{status}</title>\n<h1>{status}</h1>\n<p>{explanation}</p>\n</html>\n"
        )
    }
}

impl Application for ErrorPage {
    fn call(&self, _: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
        start_response(self.status, &[("Content-Type", "text/html; charset=utf-8")])?;
        Ok(Body::from(self.html()))
    }
}
