//! Ejercicio del capítulo 7: los números del granizo.
//!
//! Se llaman así porque suben y bajan antes de caer. Si un número es par, le sigue su mitad; si es
//! impar, su triple más uno. Al llegar a 1, se acabó. Nadie sabe cuántos serán sin calcularlos.
//!
//! A quien pide `/6` se le responde:
//!
//! - el estado `200 OK`;
//! - el encabezado `Content-type: text/plain; charset=utf-8`;
//! - `6` y los que le siguen hasta `1`, cada uno en su línea. Cada línea es un trozo que se calcula
//!   cuando el servidor lo pide.
//!
//! Si el siguiente no cabe en un `u64`, el cuerpo da un error en su lugar: nadie debe creer que la
//! serie terminó ahí. Y si lo que se pide no es un número mayor que cero (`/`, `/0`, `/seis`), la
//! respuesta es `400 Bad Request` con el texto que quieras.
//!
//! Pruébalo con `cargo test -p ejercicios cap07`.

use pasarela::{Body, Environ, Result, StartResponse};

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    // Cambia esta línea: mira qué número se pide y llama a `start_response`.
    let _ = (environ, start_response);

    todo!("devuelve un cuerpo que calcule sus trozos en lugar de esta línea")
}
