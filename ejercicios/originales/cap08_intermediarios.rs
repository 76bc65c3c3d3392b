//! Ejercicio del capítulo 8: una cuota.
//!
//! `limited(inner, 100)` deja pasar cien peticiones, las haga quien las haga:
//!
//! - a lo que responda `inner` le añade el encabezado `X-Quedan` con cuántas peticiones quedan: 99
//!   en la primera, 0 en la última. El estado, los demás encabezados y el cuerpo no cambian;
//! - cuando no queda ninguna responde `429 Too Many Requests`, con el texto que quieras, y ya no
//!   llama a `inner`.
//!
//! Varios hilos preguntan a la vez, y la cuenta tiene que salir exacta.
//!
//! Pruébalo con `cargo test -p ejercicios cap08`.

use pasarela::{Application, Body, Environ, Result, StartResponse};

pub fn limited(inner: impl Application, quota: u32) -> impl Application {
    // Cambia esta línea: guarda la cuenta donde varios hilos puedan cambiarla.
    let _ = (inner, quota);

    move |_environ: &mut Environ, _start_response: StartResponse| -> Result<Body> {
        todo!("descuenta una petición y llama a `inner`, o responde 429")
    }
}
