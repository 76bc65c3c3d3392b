//! Ejercicio del capítulo 6: la inscripción a un taller.
//!
//! | petición | respuesta |
//! |---|---|
//! | `GET /` | `200 OK`: una página con el formulario |
//! | `POST /` con los dos campos | `303 See Other`, con `Location: /gracias` |
//! | `POST /` si falta alguno, o está vacío | `400 Bad Request`: el formulario otra vez |
//! | `GET /gracias` | `200 OK`: el texto lo eliges tú |
//! | cualquier otra | `404 Not Found` |
//!
//! El formulario lleva `method="post"` y dos campos, `nombre` y `correo`, cada uno con un `value`
//! entre comillas dobles: `<input name="nombre" value="">`. Cuando vuelve por un 400, en cada
//! `value` está lo que se había escrito, escapado: así no hay que escribirlo de nuevo. Las páginas
//! son `text/html; charset=utf-8`.
//!
//! Copia de tu ejercicio anterior las funciones que te sirvan. No hace falta guardar nada.
//!
//! Pruébalo con `cargo test -p ejercicios cap06`.

use pasarela::{Body, Environ, Result, StartResponse};

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    // Cambia estas dos líneas: mira el método y la ruta, y llama a `start_response`.
    let _ = environ;
    let _ = start_response;

    todo!("devuelve el cuerpo en lugar de esta línea")
}
