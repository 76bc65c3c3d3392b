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

pub mod cgi;
#[cfg(not(target_family = "wasm"))]
mod served;
mod mounted;

#[cfg(not(target_family = "wasm"))]
pub use served::{fastcgi, scgi, uwsgi};

pub use mounted::{Mount, mount};
