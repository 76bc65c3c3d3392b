//! Parejas `nombre=valor`: las de un formulario y las de `Cookie`.
use percent_encoding::percent_decode_str;

pub fn value(form: &str, wanted: &str) -> Option<String> {
    for pair in form.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if decode(name) == wanted {
            return Some(decode(value));
        }
    }
    None
}

fn decode(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8_lossy().to_string()
}

pub fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('"', "&quot;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

pub fn cookie(cookies: &str, wanted: &str) -> Option<String> {
    for pair in cookies.split("; ") {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if name == wanted {
            return Some(value.to_string());
        }
    }
    None
}
