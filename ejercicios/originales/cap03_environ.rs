//! Ejercicio del capítulo 3: di de dónde viene cada visita.
//!
//! Cuando alguien llega por un enlace, su navegador cuenta en el encabezado `Referer` en qué página
//! estaba ese enlace. Si escribió la dirección a mano, no lo envía.
//!
//! La respuesta debe llevar:
//!
//! - el estado `200 OK` y el encabezado `Content-type: text/plain; charset=utf-8`;
//! - una primera línea con el método y la ruta: `GET /tienda`;
//! - una segunda línea, `vienes de http://localhost:8000/inicio`, con lo que diga `Referer`; si no
//!   está, `vienes de ningún enlace`;
//! - después, una línea por cada variable de `environ` que empiece con `HTTP_`, y ninguna otra, con
//!   su nombre, dos puntos, un espacio y su valor: `HTTP_HOST: localhost:8000`.
//!
//! Cada línea termina en un salto de línea.
//!
//! Pruébalo con `cargo test -p ejercicios cap03`.

use pasarela::{Body, Environ, Result, StartResponse};

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    // Cambia esta línea: lee la petición en `environ` y llama a `start_response`.
    let _ = (environ, start_response);

    todo!("devuelve el texto en lugar de esta línea")
}
