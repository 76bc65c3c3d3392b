//! Ejercicio del capítulo 6: toma un pedido.
//!
//! | petición | respuesta |
//! |---|---|
//! | `GET /pedido` y `HEAD /pedido` | `200 OK`: una página con el formulario |
//! | `POST /pedido`, con un nombre y un producto del menú | el pedido se anota, y `303 See Other` con `Location: /pedido/gracias` |
//! | `POST /pedido` si falta algo, está vacío o no se vende | `400 Bad Request`: el formulario otra vez, y no se anota nada |
//! | `GET /pedido/gracias` | `200 OK`: el texto lo eliges tú |
//! | cualquier otra | `404 Not Found` |
//!
//! El formulario lleva `method="post"` y dos campos, `nombre` y `producto`, cada uno dentro de su
//! `<label>` y con un `value` entre comillas dobles:
//! `<label>Nombre <input name="nombre" value=""></label>`. Cuando vuelve por un 400, en cada `value` está
//! lo que se había escrito, escapado: así no hay que escribirlo de nuevo. Las páginas son
//! `text/html; charset=utf-8`.
//!
//! Ya están hechas `value` y `escape`, en `crate::form`, y en `crate::cafe`, `page`, `find` y `kitchen`:
//! `find("pan dulce")` da `Some` si se vende, y `kitchen().add(&name, &product)` lo anota.
//!
//! Pruébalo con `cargo test -p ejercicios cap06`, y míralo con `cargo run -p cafe`.

use pasarela::{Body, Environ, Result, StartResponse};

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    // Cambia estas dos líneas: mira el método y la ruta, y llama a `start_response`.
    let _ = environ;
    let _ = start_response;

    todo!("devuelve el cuerpo en lugar de esta línea")
}
