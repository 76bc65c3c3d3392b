//! WSGI para Rust: la interfaz entre un servidor web y una aplicación, con el servidor.
//!
//! WSGI (*Web Server Gateway Interface*, [PEP 3333](https://peps.python.org/pep-3333/)) es el
//! acuerdo con que los servidores y las aplicaciones de Python se entienden sin conocerse. Este
//! crate lo lleva a Rust con los mismos nombres.
//!
//! # El primer programa
//!
//! ```no_run
//! use pasarela::{Body, Environ, Result, StartResponse, make_server};
//!
//! fn application(
//!     _environ: &mut Environ,
//!     start_response: StartResponse,
//! ) -> Result<Body> {
//!     let headers = [("Content-type", "text/plain; charset=utf-8")];
//!
//!     start_response("200 OK", &headers)?;
//!
//!     Ok(Body::from(["Hola gente de códigofacilito"]))
//! }
//!
//! fn main() -> Result<()> {
//!     let server = make_server("localhost", 8000, application)?;
//!     server.serve_forever()?;
//!     Ok(())
//! }
//! ```
//!
//! # De Python a Rust
//!
//! | WSGI | aquí |
//! |---|---|
//! | la aplicación, un invocable | [`Application`]: funciones, closures y tipos propios |
//! | `environ`, un diccionario | [`Environ`]: se lee con [`get`](Environ::get) y por sus nombres |
//! | `start_response(estado, encabezados)` | [`StartResponse`], que comprueba lo que recibe |
//! | un iterable de cadenas de bytes | [`Body`]: un trozo, una lista, o sobre la marcha |
//! | `close()` del iterable | `Drop` |
//! | una excepción | un `Err` con `?`: el cliente recibe 500 y el motivo queda anotado |
//! | `write()` y `exc_info` | no están: los reemplazan [`Body::stream`] y `Result` |
//!
//! # Recorrido por el código
//!
//! Los `mod` de este archivo van en el orden en que los encuentra una petición:
//!
//! 1. `application`, `error`, `environ`, `input` y `body` son el contrato, y [`headers`] una ayuda
//!    para responder;
//! 2. `http` es el protocolo, como funciones puras; y `cgi`, lo que tienen en común los protocolos en
//!    que un servidor web entrega una petición ya leída;
//! 3. `gateway` llena `environ`, llama a la aplicación y comprueba lo que responde, para cualquier
//!    protocolo; y `proxies` sabe a quién creer lo que cuenta de una petición que reenvía;
//! 4. `connection` es una conexión: una máquina que no sabe de sockets, relojes ni hilos;
//! 5. [`simple_server`] es el servidor: sockets, bucles de eventos y relevo;
//! 6. [`handlers`] sirve la misma aplicación detrás de Apache o de nginx: como programa CGI, y por
//!    FastCGI, SCGI y uwsgi;
//! 7. [`static_files`] es una aplicación que sirve archivos, y [`mod@access_log`] un intermediario que
//!    anota cada petición;
//! 8. [`testing`] llama a una aplicación sin sockets, y [`validate`] vigila que ella y el servidor
//!    cumplan PEP 3333, regla a regla;
//! 9. [`util`] tiene las preguntas sueltas de `wsgiref.util`.
//!
//! # De `wsgiref` a `pasarela`
//!
//! | en Python | aquí |
//! |---|---|
//! | `wsgiref.simple_server.make_server`, `demo_app` | [`simple_server::make_server`], [`simple_server::demo_app`] |
//! | `wsgiref.headers.Headers` | [`headers::Headers`] |
//! | `wsgiref.handlers` | [`handlers`] |
//! | `wsgiref.util` | [`util`] |
//! | `wsgiref.validate.validator` | [`validate::validator`] |
//! | `wsgiref.types` | los nombres de la raíz: [`Application`], [`StartResponse`], [`Environ`]… |
//!
//! # Probar una aplicación
//!
//! ```
//! use pasarela::{Body, Environ, Result, StartResponse, testing, validate::validator};
//!
//! fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
//!     start_response("200 OK", &[("Content-Type", "text/plain; charset=utf-8")])?;
//!     Ok(Body::from(format!("Estás en {}", environ.path_info())))
//! }
//!
//! let response = testing::get("/ruta").call(&validator(application));
//! assert_eq!(response.text(), "Estás en /ruta");
//! ```
//!
//! # Solo el contrato
//!
//! Un intermediario que se publica aparte no necesita el servidor. Con `default-features = false`
//! quedan el contrato, [`testing`], [`validate`], [`mod@access_log`], [`handlers::cgi`] y [`util`], y tres
//! crates ajenos. Las características (`features`) añaden lo demás:
//!
//! | característica | qué añade |
//! |---|---|
//! | `server` | [`simple_server`], y los [`handlers`] que lo usan; nada en WebAssembly |
//! | `static-files` | [`static_files`] |

// En docs.rs, cada cosa dice qué característica o qué sistema pide.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs, unreachable_pub)]

mod outlet;
mod guarded;
mod application;
mod error;
mod environ;
mod input;
mod body;
pub mod headers;
mod http;
mod cgi;
mod gateway;
mod proxies;
#[cfg_attr(
    any(not(feature = "server"), target_family = "wasm"),
    allow(dead_code, unused_imports, reason = "sin el servidor, solo la hace andar `testing`")
)]
mod connection;
#[cfg(all(feature = "server", not(target_family = "wasm")))]
pub mod simple_server;
pub mod handlers;
#[cfg(feature = "static-files")]
pub mod static_files;
pub mod access_log;
pub mod testing;
pub mod validate;
pub mod util;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(feature = "laboratory")]
#[doc(hidden)]
pub mod laboratory;

pub use application::{Application, StartResponse, StartResponseError, application};
pub use body::{Body, BodyEvent, Chunk};
pub use connection::{AmbiguousPaths, BatchWrapper, Config, Protocol, ThreadWrapper};
pub use environ::{Client, Environ};
pub use error::{Error, Result};
pub use gateway::{HeaderText, Writer};
pub use http::RequestError;
pub use input::{ErrorStream, InputStream};
pub use proxies::{Network, NetworkError, ProxyHeader, Unbelieved};
#[cfg(all(feature = "server", not(target_family = "wasm")))]
pub use simple_server::{
    Handle, Server, ServerError, ServerErrorKind, make_server, make_server_with,
};
