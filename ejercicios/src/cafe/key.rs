//! La llave de la cocina.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// El encabezado `Authorization` que envía un navegador cuando alguien escribe ese nombre y esa clave
/// (RFC 7617).
///
/// Los dos van juntos y en base 64, que no es un cifrado: cualquiera que lo vea puede leerlos.
pub fn basic(user: &str, password: &str) -> String {
    let plain = format!("{user}:{password}");
    let groups = plain.as_bytes().chunks(3).map(four_letters);
    format!("Basic {}", groups.collect::<String>())
}

/// Tres bytes son veinticuatro bits: cuatro letras de seis. Lo que falta se rellena con `=`.
fn four_letters(bytes: &[u8]) -> String {
    let bits = bytes.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte));
    let bits = bits << (8 * (3 - bytes.len()));
    let letter = |at: usize| match at {
        at if at <= bytes.len() => char::from(ALPHABET[(bits >> (18 - 6 * at)) as usize & 63]),
        _ => '=',
    };
    (0..4).map(letter).collect()
}
