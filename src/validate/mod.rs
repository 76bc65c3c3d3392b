//! Las reglas de PEP 3333, comprobadas en una conversación de verdad entre un servidor y una
//! aplicación.
//!
//! [`validator`] envuelve una aplicación: para el servidor es una aplicación y para ella es un
//! servidor, así que ve lo que hacen los dos. No cambia nada de lo que pasa: ni la longitud del
//! cuerpo, ni cuándo se produce cada trozo.
//!
//! Cada regla es un valor de [`Rule`], con su enunciado y el apartado del que sale. Son la
//! especificación que se ejecuta; el apéndice del libro se escribe a partir de ellas.
//!
//! # Lo que ya garantizan los tipos
//!
//! El `wsgiref.validate` de Python comprueba además lo que aquí no se puede escribir mal:
//!
//! | en Python | aquí |
//! |---|---|
//! | la aplicación recibe dos argumentos por posición | la firma de [`Application::call`] |
//! | `environ` es un diccionario y sus valores son cadenas | [`Environ`] |
//! | `wsgi.input` y `wsgi.errors` tienen sus métodos, y nadie los cierra | [`InputStream`](crate::InputStream) y [`ErrorStream`](crate::ErrorStream) |
//! | el estado es una cadena y los encabezados una lista de parejas | los tipos de [`StartResponse`] |
//! | `exc_info` y `write()` se usan bien | no existen |
//! | el cuerpo es un iterable de cadenas de bytes | [`Body`] |
//! | nadie llama a `start_response` después de devolver el cuerpo | el préstamo de [`StartResponse`] |
//! | `close()` no se llama dos veces | `Drop` |
//!
//! Tampoco se exige vaciar `wsgi.errors`: PEP 3333 lo deja a quien necesite que su aviso llegue ya.

mod rule;
mod catalog;
mod finding;
mod environ;
mod input;
mod response;
mod body;
mod head;

pub use finding::{Finding, Findings};
pub use head::check_head;
pub use rule::{Rule, Side};

use self::body::Content;
use self::finding::Report;
use self::response::Declared;
use crate::application::{Application, StartResponse};
use crate::body::Body;
use crate::environ::Environ;
use crate::error::Result;

/// Envuelve una aplicación para que la primera regla incumplida sea un pánico: el servidor responde
/// 500 y anota cuál fue.
///
/// # Examples
///
/// ```
/// use pasarela::{Body, Environ, Result, StartResponse, testing, validate::validator};
///
/// fn application(_: &mut Environ, start_response: StartResponse) -> Result<Body> {
///     start_response("204 No Content", &[])?;
///     Ok(Body::from("204 no lleva cuerpo"))
/// }
///
/// let response = testing::get("/").call(&validator(application));
///
/// assert_eq!(response.code(), 500);
/// assert!(response.errors().contains("un estado 204, 205 o 304 no lleva cuerpo"));
/// ```
pub fn validator<A: Application>(application: A) -> Validator<A> {
    Validator::new(application)
}

/// Una aplicación vigilada.
///
/// Un intermediario que esté fuera del validador es, para él, parte del servidor; y uno que esté
/// dentro, parte de la aplicación. Con uno a cada lado se vigila al intermediario.
#[derive(Debug)]
#[must_use = "un validador que nadie sirve no vigila nada"]
pub struct Validator<A> {
    application: A,
    report: Report,
}

impl<A: Application> Validator<A> {
    /// Entra en pánico con la primera regla incumplida, como [`validator`].
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{simple_server::demo_app, testing, validate::Validator};
    ///
    /// let response = testing::get("/").call(&Validator::new(demo_app));
    /// assert_eq!((response.code(), response.errors().as_str()), (200, ""));
    /// ```
    pub fn new(application: A) -> Self {
        Self { application, report: Report::Panic }
    }

    /// Reúne en `findings` las reglas incumplidas y sigue.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::validate::{Findings, Validator};
    /// use pasarela::{simple_server::demo_app, testing};
    ///
    /// let findings = Findings::default();
    /// testing::get("/").call(&Validator::collecting(demo_app, findings.clone()));
    /// assert_eq!(findings.finish(), []);
    /// ```
    pub fn collecting(application: A, findings: Findings) -> Self {
        Self { application, report: Report::Collect(findings) }
    }
}

impl<A: Application> Application for Validator<A> {
    /// # Panics
    ///
    /// Si así se eligió y alguien incumple una regla.
    fn call(&self, environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
        let report = &self.report;
        environ::check(environ, report);
        input::watch(environ, report);
        let content = match environ.method() {
            "HEAD" => Content::Ignored,
            _ => Content::Expected,
        };
        let mut declared = Declared::default();
        let body = self.application.call(environ, &mut |status, headers| {
            declared.check(status, headers, report);
            let answer = start_response(status, headers);
            declared.note(&answer);
            answer
        })?;
        declared.check_started(report);
        Ok(body::watch(body, content, declared, report))
    }
}

#[cfg(test)]
mod tests;
