//! Solución del capítulo 18.

pub fn to_python(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        // Los primeros 256 caracteres tienen los números de los bytes: ninguno se queda sin letra.
        text.push(char::from(*byte));
    }
    text
}

pub fn to_bytes(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for letter in text.chars() {
        // `letter as u8` cortaría el número: de unos `…` haría un `&`, sin decir nada.
        let byte = u8::try_from(letter).ok()?;
        bytes.push(byte);
    }
    Some(bytes)
}

pub fn shown(text: &str) -> String {
    match to_bytes(text) {
        Some(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        None => text.to_owned(),
    }
}
