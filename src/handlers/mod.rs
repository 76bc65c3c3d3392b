//! La misma aplicación detrás de un servidor web: como programa CGI, y con los demás protocolos en
//! que Apache y nginx entregan una petición ya leída.
//!
//! Ninguno es otro servidor: cada uno solo alimenta a la pasarela, que llama a la aplicación y hace
//! cumplir lo que ella declara.
//!
//! | módulo | quién lo habla |
//! |---|---|
//! | [`cgi`] | Apache (`mod_cgid`, `mod_cgi`): un proceso por petición |
//!
//! Y [`mount`], para una aplicación que no está en la raíz de su servidor.

pub mod cgi;
mod mounted;

pub use mounted::{Mount, mount};
