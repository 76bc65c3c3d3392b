//! Ejercicio del capítulo 4: el sitio del café empieza por sus rutas.
//!
//! | petición | respuesta |
//! |---|---|
//! | `GET /` y `HEAD /` | `200 OK`: la portada, una página con el texto que prefieras |
//! | `GET /menu` y `HEAD /menu` | `200 OK`: una página con la lista de `MENU` |
//! | `GET /carta` y `HEAD /carta` | `301 Moved Permanently`, con `Location: /menu` |
//! | `POST /timbre` | `200 OK`: el texto `¡Ring! Ya vamos.` |
//! | `GET /mesas/4` y `HEAD /mesas/4`, y lo mismo con cada mesa | `200 OK`: una página con el título `Mesa 4` |
//! | otro método en una de esas rutas | `405 Method Not Allowed`, y en `Allow` los métodos que esa ruta sí atiende: `GET, HEAD` o `POST` |
//! | cualquier otra ruta, también la de una mesa que no hay, con el método que sea | `404 Not Found`, y un texto que la nombre |
//!
//! Adentro están las mesas 1 a 8, y en la terraza, las mesas 20 a 23.
//!
//! La portada, el menú y las mesas son `text/html; charset=utf-8`; lo demás, `text/plain; charset=utf-8`: el 404
//! repite lo que escribió otra persona, y eso todavía no puede ir en HTML. Las páginas las da hechas
//! `page`, de `crate::cafe`: `page("Menú", &list)` es una completa, con los enlaces del sitio, a partir de
//! su título y su contenido.
//!
//! Pruébalo con `cargo test -p ejercicios cap04`, y míralo con `cargo run -p cafe`.

use pasarela::{Body, Environ, Result, StartResponse};

use crate::cafe::Product;

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    // Cambia esta línea: decide con `match` y llama a una función por cada respuesta.
    let _ = (environ, start_response);

    todo!("responde según la ruta y el método")
}

/// Una lista `<ul>` con un `<li>` por producto: `<li>Pan dulce: $18</li>`. Los productos se recorren con
/// `for product in products`; de cada uno interesan `product.name` y `product.price`, que en un `format!`
/// van detrás de la coma: entre las llaves no cabe un punto.
pub fn list(products: &[Product]) -> String {
    let _ = products;

    todo!("arma la lista")
}
