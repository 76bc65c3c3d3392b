//! Ejercicio del capítulo 12: muchas peticiones en una conexión.
//!
//! Esta función corre en el hilo de cada conexión. Atiende todas las peticiones que lleguen por ella, en su
//! orden, hasta que una pida cerrar o el cliente cuelgue. `src/server` ya trae lo demás:
//!
//! - `take` saca de lo recibido la primera cabeza, si ya está entera;
//! - `understand` dice si es un HEAD y si después hay que cerrar;
//! - `answer` la responde, y `refuse` responde un estado.
//!
//! Dos peticiones pueden llegar en una sola lectura, y una sola, en muchas. Si `take` da un error, se responde
//! con ese estado y se termina.
//!
//! Pruébalo con `cargo test -p ejercicios cap12`.

use std::io::{self, Read, Write};

pub fn serve(stream: &mut (impl Read + Write)) -> io::Result<()> {
    // Cambia esta línea: lee, saca todas las que haya, responde cada una, y vuelve a leer.
    let _ = stream;

    todo!("atiende todas las peticiones de la conexión")
}
