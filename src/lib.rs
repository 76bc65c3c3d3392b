//! WSGI para Rust.

#![warn(missing_docs, unreachable_pub)]

mod application;
mod error;
mod environ;
mod input;
mod body;
mod http;
mod gateway;
mod simple_server;
pub mod util;

pub use application::{Application, StartResponse, StartResponseError};
pub use body::{Body, Chunk};
pub use environ::Environ;
pub use error::{Error, Result};
pub use input::{Errors, Input};
pub use simple_server::{Config, Handle, Server, ServerError, make_server, make_server_with};
