//! Solución del capítulo 6.

use std::io::Read;

use pasarela::{Body, Environ, Result, StartResponse};
use percent_encoding::percent_decode_str;

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    match (environ.method(), environ.path_info()) {
        ("GET" | "HEAD", "/") => page(start_response, "200 OK", &form("", "")),
        ("POST", "/") => enroll(environ, start_response),
        ("GET" | "HEAD", "/gracias") => page(start_response, "200 OK", "<p>Te esperamos.</p>\n"),
        _ => page(start_response, "404 Not Found", "<p>Aquí no hay nada.</p>\n"),
    }
}

fn page(start_response: StartResponse, status: &str, content: &str) -> Result<Body> {
    start_response(status, &[("Content-type", "text/html; charset=utf-8")])?;
    Ok(Body::from(format!("<!DOCTYPE html>\n<html lang=\"es\">\n<title>Taller</title>\n{content}")))
}

/// El formulario, con lo que ya estaba escrito.
fn form(name: &str, email: &str) -> String {
    let (name, email) = (escape(name), escape(email));
    format!(
        "\
<form method=\"post\">
  <input name=\"nombre\" value=\"{name}\">
  <input name=\"correo\" value=\"{email}\">
  <button>Inscribirme</button>
</form>
"
    )
}

fn enroll(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let mut body = Vec::new();
    environ.input().read_to_end(&mut body)?;
    let fields = String::from_utf8_lossy(&body);

    let name = value(&fields, "nombre").unwrap_or_default();
    let email = value(&fields, "correo").unwrap_or_default();
    if name.is_empty() || email.is_empty() {
        return page(start_response, "400 Bad Request", &form(&name, &email));
    }

    start_response("303 See Other", &[("Location", "/gracias")])?;
    Ok(Body::empty())
}

fn value(fields: &str, wanted: &str) -> Option<String> {
    for pair in fields.split('&') {
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

fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('"', "&quot;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}
