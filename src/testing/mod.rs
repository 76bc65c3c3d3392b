//! Llamar a una aplicación sin abrir un socket, para probarla.
//!
//! La petición se lee y `environ` se llena con el mismo código que en `simple_server`, y la
//! respuesta sale de la misma pasarela: también la página 500 de una aplicación que falla, y la
//! que rechaza una petición mal escrita. Lo único que falta es la red: ni `Date`, ni `Server`, ni
//! los encabezados con que el servidor dice dónde termina el cuerpo.
//!
//! # Examples
//!
//! ```
//! use pasarela::{Body, Environ, Result, StartResponse, testing};
//!
//! fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
//!     start_response("200 OK", &[("Content-Type", "text/plain; charset=utf-8")])?;
//!     Ok(Body::from(format!("Hola, {}", environ.query_string())))
//! }
//!
//! let response = testing::get("/saludo?Ada").call(&application);
//!
//! assert_eq!(response.status(), "200 OK");
//! assert_eq!(response.header("content-type"), Some("text/plain; charset=utf-8"));
//! assert_eq!(response.text(), "Hola, Ada");
//! assert_eq!(response.errors(), "");
//! ```
//!
//! Un [`Browser`] recuerda las *cookies* de una visita a otra, y sigue redirecciones.
//!
//! Con [`validate`](crate::validate) de por medio, la prueba comprueba además las reglas de
//! PEP 3333: `testing::get("/").call(&validator(application))`.

mod content;
mod request;
mod notes;
mod exchange;
mod response;
mod location;
mod cookies;
mod browser;

pub use browser::Browser;
pub use request::Request;
pub use response::{Response, ResponseStream};

/// Una petición `GET` (RFC 9110 §9.3.1) a `target`, como en [`Request::new`].
pub fn get(target: &str) -> Request {
    Request::new("GET", target)
}

/// Una petición `HEAD` (RFC 9110 §9.3.2) a `target`, como en [`Request::new`].
///
/// # Examples
///
/// ```
/// use pasarela::{simple_server::demo_app, testing};
///
/// let response = testing::head("/").call(&demo_app);
/// assert_eq!((response.code(), response.text().as_str()), (200, ""));
/// ```
pub fn head(target: &str) -> Request {
    Request::new("HEAD", target)
}

/// Una petición `POST` (RFC 9110 §9.3.3) a `target`, como en [`Request::new`].
pub fn post(target: &str) -> Request {
    Request::new("POST", target)
}

/// Una petición `PUT` (RFC 9110 §9.3.4) a `target`, como en [`Request::new`].
pub fn put(target: &str) -> Request {
    Request::new("PUT", target)
}

/// Una petición `DELETE` (RFC 9110 §9.3.5) a `target`, como en [`Request::new`].
pub fn delete(target: &str) -> Request {
    Request::new("DELETE", target)
}

#[cfg(test)]
mod tests;
