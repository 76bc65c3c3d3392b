//! Lo que hace falta para leer una consulta o un formulario y mostrarlo en una página: las funciones del
//! capítulo 5, ya hechas. En un ejercicio se traen con `use crate::form;`.

use percent_encoding::percent_decode_str;

/// El valor del primer campo que se llama así, ya decodificado; `None` si no está.
///
/// `form::value("nombre=Ada+Lovelace&mesa=4", "nombre")` da `Some`, con `Ada Lovelace`.
pub fn value(fields: &str, wanted: &str) -> Option<String> {
    for pair in fields.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if decode(name) == wanted {
            return Some(decode(value));
        }
    }
    None
}

/// Un nombre o un valor, como se escribió: los `+` son espacios, y cada `%` con dos cifras, un byte.
///
/// Se aplica a cada pedazo cuando ya está separado de los demás. `form::decode("t%C3%A9")` da `té`.
pub fn decode(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8_lossy().to_string()
}

/// Ese texto, como se pone en una página: entre etiquetas, o en un valor entre comillas dobles.
///
/// `form::escape("<b>R&B</b>")` da `&lt;b&gt;R&amp;B&lt;/b&gt;`.
pub fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('"', "&quot;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}
