//! Ejercicio del capítulo 18: la aduana entre los bytes y los textos de Python.
//!
//! Un texto de WSGI es una fila de bytes disfrazada: cada carácter es el byte de su número, del 0 al 255.
//! Por esta aduana pasan los dos sentidos, y nada se puede perder ni cambiar en ella.
//!
//! | función | recibe | da |
//! |---|---|---|
//! | `to_python` | bytes: `/caf` y los dos de la `é` en UTF-8 | el texto que ve Python: `/cafÃ©` |
//! | `to_bytes` | un texto de Python: `/cafÃ©` | sus bytes; `None` si algo no cabe |
//! | `shown` | un texto de Python: `/cafÃ©` | lo que lee una persona: `/café` |
//!
//! Decide qué significa «no cabe»: unos puntos suspensivos, `…`, no son el byte de ningún número, y mandar
//! otra letra en su lugar sería mentir. En `shown`, lo que no sea UTF-8 se muestra como `�`; y un texto que no
//! cabe en bytes no es uno de estos: se muestra como está.
//!
//! Pruébalo con `cargo test -p ejercicios cap18`.

pub fn to_python(bytes: &[u8]) -> String {
    // Cambia esta línea y la de abajo, aquí y en las otras dos.
    let _ = bytes;

    todo!("cada byte, el carácter de su número")
}

pub fn to_bytes(text: &str) -> Option<Vec<u8>> {
    let _ = text;

    todo!("cada carácter, el byte de su número, si lo hay")
}

pub fn shown(text: &str) -> String {
    let _ = text;

    todo!("esos bytes, leídos como UTF-8")
}
