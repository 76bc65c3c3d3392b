//! Ejercicio del capítulo 14: el buzón del café, un programa CGI sin biblioteca.
//!
//! `respond` recibe las variables de entorno, de dónde leer el cuerpo y dónde escribir la respuesta. Es
//! todo lo que un programa CGI tiene.
//!
//! | petición | estado | cuerpo |
//! |---|---|---|
//! | `GET` | `200 OK` | `Escribe tu sugerencia` |
//! | `HEAD` | `200 OK` | ninguno; los encabezados, como en `GET` |
//! | `POST` | `200 OK` | `Anotado: ` y lo que llegó |
//! | `POST` sin `CONTENT_LENGTH`, o que no es un número, o con menos bytes de los que anuncia | `400 Bad Request` | `No se entiende` |
//! | otro método | `405 Method Not Allowed`, con `Allow: GET, HEAD, POST` | `Aquí no` |
//!
//! Cada cuerpo termina en un salto de línea. La cabeza lleva `Status`, `Content-Type: text/plain;
//! charset=utf-8` y `Content-Length`; sus líneas terminan en `\r\n`, y una vacía la separa del cuerpo.
//!
//! Un servidor no siempre cierra la entrada al terminar el cuerpo: si esperas su final, quizá no llegue.
//! Decide cuándo dejar de leer. Lo que llega puede no ser UTF-8; lo que no lo sea se muestra como `�`.
//!
//! Pruébalo con `cargo test -p ejercicios cap14`.

use std::io::{self, Read, Write};

pub fn respond(
    variables: &[(&str, &str)],
    input: &mut dyn Read,
    output: &mut dyn Write,
) -> io::Result<()> {
    // Cambia estas líneas: quizá quieras una función que busque una variable y otra que escriba una respuesta.
    let _ = (variables, input, output);

    todo!("lee las variables y el cuerpo, y escribe la respuesta")
}
