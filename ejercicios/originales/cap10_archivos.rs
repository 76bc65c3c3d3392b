//! Ejercicio del capítulo 10: un archivo, y solo si hace falta.
//!
//! En `/leeme`, la respuesta debe llevar:
//!
//! - el estado `200 OK`;
//! - `Content-type: text/markdown; charset=utf-8`;
//! - `ETag`, con la longitud del archivo en bytes, entre comillas dobles: `"1234"`;
//! - como cuerpo, el archivo `FILE`.
//!
//! Si la petición trae `If-None-Match` con esa misma etiqueta: `304 Not Modified`, con su `ETag` y
//! sin cuerpo. En cualquier otra dirección: `404 Not Found` y el texto que quieras.
//!
//! Pruébalo con `cargo test -p ejercicios cap10`.

use pasarela::{Body, Environ, Result, StartResponse};

/// El archivo que se sirve, esté donde esté tu copia del repositorio.
pub const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    // Cambia esta línea: mira la ruta, abre el archivo y compara las etiquetas.
    let _ = (environ, start_response);

    todo!("devuelve el archivo en lugar de esta línea")
}
