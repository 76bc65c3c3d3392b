//! La aplicación de muestra de `wsgiref.simple_server`: sirve para ver que el servidor anda.

use std::fmt::Write;

use crate::application::StartResponse;
use crate::body::Body;
use crate::environ::Environ;
use crate::error::Result;

/// Saluda y muestra todo el `environ`, ordenado.
///
/// No la dejes a la vista de cualquiera: enseña lo que el servidor sabe de cada petición.
///
/// # Errors
///
/// Los de `start_response`, si ya se había llamado.
///
/// # Examples
///
/// ```
/// use pasarela::{simple_server::demo_app, testing};
///
/// let response = testing::get("/ruta?a=b").call(&demo_app);
///
/// assert_eq!(response.code(), 200);
/// assert!(response.text().starts_with("¡Hola, mundo!\n\n"));
/// assert!(response.text().contains("\nPATH_INFO = \"/ruta\"\n"));
/// ```
pub fn demo_app(environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    let mut variables: Vec<(&str, &str)> = environ.iter().collect();
    variables.sort_unstable();
    let mut page = String::from("¡Hola, mundo!\n\n");
    for (key, value) in variables {
        writeln!(page, "{key} = {value:?}")?;
    }
    start_response("200 OK", &[("Content-Type", "text/plain; charset=utf-8")])?;
    Ok(Body::from(page))
}
