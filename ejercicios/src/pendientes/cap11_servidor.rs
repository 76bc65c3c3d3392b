//! Ejercicio del capítulo 11: rechaza lo que está mal escrito.
//!
//! Al servidor de `src/server` le falta saber a quién no atender. Le das esta función: recibe una cabeza
//! entera, sin su línea vacía, y dice si se puede atender. A las demás les responde 400.
//!
//! | no se atiende | por ejemplo |
//! |---|---|
//! | una primera línea que no sea método, dirección y `HTTP/1.0` o `HTTP/1.1`, con un espacio entre cada dos | `hola, servidor` |
//! | un encabezado sin dos puntos, o con algo que no sea letra, cifra o guion delante de ellos | `Host : a` |
//! | en `HTTP/1.1`, ningún `Host` o más de uno | |
//! | dos `Content-Length`, o uno que no sean solo cifras | `Content-Length: +5` |
//!
//! En el nombre de un encabezado da igual usar mayúsculas o minúsculas.
//!
//! Pruébalo con `cargo test -p ejercicios cap11`.

pub fn is_valid(head: &str) -> bool {
    // Cambia esta línea: parte la cabeza en líneas, y cada encabezado en su nombre y su valor.
    let _ = head;

    todo!("di si se puede atender")
}
