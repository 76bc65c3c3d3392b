//! Ejercicio del capítulo 10: las fotos, y solo a quien no las tiene.
//!
//! | petición | respuesta |
//! |---|---|
//! | `/fotos/cafe-de-olla.svg` y `/fotos/pan-dulce.svg` | `200 OK`: el archivo de ese nombre que está en `FOLDER` |
//! | las mismas, con `If-None-Match` igual a su etiqueta | `304 Not Modified`, con su `ETag` y sin cuerpo |
//! | cualquier otra | `404 Not Found`, y el texto que quieras |
//!
//! El 200 lleva `Content-type: image/svg+xml` y `ETag`, con la longitud del archivo en bytes, entre
//! comillas dobles: `"1234"`. El nombre del archivo lo eliges tú, entre los dos que hay: no lo armes con
//! la ruta que te pidan.
//!
//! Pruébalo con `cargo test -p ejercicios cap10`, y míralo con `cargo run -p cafe`: cada página trae la
//! primera.

use pasarela::{Body, Environ, Result, StartResponse};

/// La carpeta de las fotos, esté donde esté tu copia del repositorio.
pub const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fotos");

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    // Cambia esta línea: elige el archivo según la ruta, ábrelo y compara las etiquetas.
    let _ = (environ, start_response);

    todo!("devuelve el archivo en lugar de esta línea")
}
