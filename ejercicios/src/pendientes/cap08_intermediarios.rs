//! Ejercicio del capítulo 8: una llave para la cocina.
//!
//! `guarded(inner, key)` es la misma aplicación con una puerta: lo que empieza por `/cocina` solo lo ve
//! quien trae la llave. La llave es un texto que llega en el encabezado `Authorization`. Un navegador lo
//! arma por su cuenta con un nombre y una clave, si se le contesta como es debido:
//!
//! - sin la llave, o con otra: `401 Unauthorized`, «di quién eres», con
//!   `WWW-Authenticate: Basic realm="cocina"` y el texto que quieras. A `inner` no se le llama;
//! - con ella: pon `cocina` en `REMOTE_USER` y llama a `inner`. A lo que responda añádele
//!   `Cache-Control: no-store`, «no guardes esto». El estado, los demás encabezados y el cuerpo no
//!   cambian;
//! - lo que no empieza por `/cocina` pasa como venía, en las dos direcciones.
//!
//! Pruébalo con `cargo test -p ejercicios cap08`, y míralo con `cargo run -p cafe`: quien atiende la
//! cocina se llama `cocina`, y su clave es `sesamo`.

use pasarela::{Application, Body, Environ, Result, StartResponse};

pub fn guarded(inner: impl Application, key: String) -> impl Application {
    // Borra esta línea: la *closure* usará las dos.
    let _ = (inner, key);

    move |_environ: &mut Environ, _start_response: StartResponse| -> Result<Body> {
        todo!("deja pasar, llama a `inner` con tu propia `start_response`, o responde 401")
    }
}
