//! Solución del capítulo 5.

use pasarela::{Body, Environ, Result, StartResponse};
use percent_encoding::percent_decode_str;

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let headers = [("Content-type", "text/html; charset=utf-8")];
    let topics = values(environ.query_string(), "tema");

    if topics.is_empty() {
        start_response("400 Bad Request", &headers)?;
        return Ok(Body::from(["<!DOCTYPE html>\n<p>Elige al menos un tema.</p>\n"]));
    }

    start_response("200 OK", &headers)?;
    Ok(Body::from(page(&topics)))
}

/// Todos los valores de un nombre, no solo el primero. Los vacíos no dicen nada.
fn values(query: &str, wanted: &str) -> Vec<String> {
    let mut values = Vec::new();
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if decode(name) == wanted && !value.is_empty() {
            values.push(decode(value));
        }
    }
    values
}

fn decode(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8_lossy().to_string()
}

fn page(topics: &[String]) -> String {
    let mut items = String::new();
    for topic in topics {
        items += &format!("    <li>{}</li>\n", escape(topic));
    }
    format!("<!DOCTYPE html>\n<html lang=\"es\">\n  <ul>\n{items}  </ul>\n</html>\n")
}

fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('"', "&quot;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}
