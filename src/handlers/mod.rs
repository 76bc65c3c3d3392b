//! La misma aplicación detrás de un servidor web: como programa CGI, y con los demás protocolos en
//! que Apache y nginx entregan una petición ya leída.
//!
//! Ninguno es otro servidor: cada uno solo alimenta a la pasarela, que llama a la aplicación y hace
//! cumplir lo que ella declara.
//!
//! | módulo | quién lo habla |
//! |---|---|
//! | [`cgi`] | Apache (`mod_cgid`, `mod_cgi`): un proceso por petición |
//! | [`fastcgi`] | nginx y Apache: una conexión para muchas peticiones |
//! | [`scgi`] | nginx y Apache: una conexión por petición |
//! | [`uwsgi`] | nginx y Apache: una conexión por petición, y la ruta siempre bien repartida |
//!
//! Los tres últimos devuelven el mismo [`Server`](crate::Server) que
//! [`make_server`](crate::make_server), con la misma [`Config`](crate::Config).
//!
//! Y [`mount`], para una aplicación que no está en la raíz de su servidor.
//!
//! # Un cuerpo a medias
//!
//! Mientras una respuesta no está entera, cualquier final de su conexión (un plazo, la detención, un
//! pánico, el final del proceso) llega al navegador como un corte, si el servidor web se conecta por
//! TCP. Un socket de Unix no tiene cortes: por él se nota si la longitud se declara o se calcula. Un
//! cuerpo de longitud desconocida parece entero, salvo el que falla en FastCGI.

pub mod cgi;
#[cfg(all(feature = "server", not(target_family = "wasm")))]
mod served;
mod mounted;

#[cfg(all(feature = "server", not(target_family = "wasm")))]
pub use served::{fastcgi, scgi, uwsgi};

pub use mounted::{Mount, mount};
