//! Ejercicio del capítulo 5: busca lo que se te antoja.
//!
//! A `/buscar?antojo=pan&antojo=t%C3%A9` se le responde, sin mirar la ruta:
//!
//! - el estado `200 OK` y el encabezado `Content-type: text/html; charset=utf-8`;
//! - una página con, por cada `antojo` de la consulta y en su orden, un `<h2>` con lo que se buscó y un
//!   `<li>` por cada producto encontrado, con su nombre. Los antojos vacíos y las parejas con otro nombre
//!   no cuentan.
//!
//! Si no queda ningún antojo, la página lleva la caja para buscar. El estado es `200 OK` si la consulta
//! está vacía, porque alguien acaba de llegar; si no lo está, `400 Bad Request`.
//!
//! Ya están hechas `decode` y `escape`, en `crate::form`; y en `crate::cafe`, `page`, la caja para buscar,
//! `SEARCH_BOX`, y `search`: `search("pan")` da los productos con ese texto en el nombre, que se recorren
//! con `for`.
//!
//! Pruébalo con `cargo test -p ejercicios cap05`, y míralo con `cargo run -p cafe`.

use pasarela::{Body, Environ, Result, StartResponse};

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    // Cambia estas dos líneas: lee la consulta y llama a `start_response`.
    let _ = environ;
    let _ = start_response;

    todo!("devuelve tu página en lugar de esta línea")
}
