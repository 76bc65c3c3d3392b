//! Las aplicaciones WSGI de Python, en el servidor de `pasarela`: un módulo que carga el intérprete de
//! quien lo usa.
//!
//! De un lado está el contrato de Python (PEP 3333), con sus diccionarios, sus excepciones y su `write()`; del
//! otro, el de Rust. Aquí solo se traduce: lo que es HTTP, cómo se envía y quién espera lo sabe la biblioteca.
//!
//! | archivo | qué traduce |
//! |---|---|
//! | `server` | el servidor: crearlo, atender y detenerlo |
//! | `application` | una aplicación de Python, como una de Rust |
//! | `environ` | el diccionario de la petición |
//! | `input` | `wsgi.input` |
//! | `errors` | `wsgi.errors` |
//! | `start_response` | `start_response`, y el `write()` que devuelve |
//! | `body` | lo que devuelve la aplicación |
//! | `file_wrapper` | `wsgi.file_wrapper` |
//! | `native` | los textos de PEP 3333, que son bytes |
//! | `held` | lo que es de Python y vive fuera de él |
//! | `fault` | lo que falla de un lado, dicho en el otro |
//!
//! Dos reglas valen en todos: nada de Python se suelta en un hilo que el intérprete no conoce, y ningún
//! cerrojo se pide con el intérprete en la mano si quien lo tiene puede haberlo soltado para esperar.
#![forbid(unsafe_code)]

mod server;
mod application;
mod environ;
mod input;
mod errors;
mod start_response;
mod body;
mod file_wrapper;
mod native;
mod held;
mod fault;

use pyo3::prelude::*;

/// Sin GIL también: lo que dos hilos pueden tocar a la vez está detrás de un cerrojo.
#[pymodule(gil_used = false)]
fn _pasarela(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<server::Server>()?;
    module.add_class::<file_wrapper::FileWrapper>()?;
    module.add_class::<input::Input>()?;
    module.add_class::<errors::Errors>()?;
    module.add_class::<start_response::StartResponse>()
}
