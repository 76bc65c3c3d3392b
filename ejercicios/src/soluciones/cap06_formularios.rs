//! Solución del capítulo 6.

use std::io::Read;

use pasarela::{Body, Environ, Result, StartResponse};

use crate::cafe::{find, kitchen, page};
use crate::form::{escape, value};

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    match (environ.method(), environ.path_info()) {
        ("GET" | "HEAD", "/pedido") => show(start_response, "200 OK", &form("", "")),
        ("POST", "/pedido") => order(environ, start_response),
        ("GET" | "HEAD", "/pedido/gracias") => {
            show(start_response, "200 OK", "<p>Ya lo estamos preparando.</p>\n")
        }
        _ => show(start_response, "404 Not Found", "<p>Aquí no hay nada.</p>\n"),
    }
}

fn show(start_response: StartResponse, status: &str, content: &str) -> Result<Body> {
    start_response(status, &[("Content-type", "text/html; charset=utf-8")])?;
    Ok(Body::from(page("Tu pedido", content)))
}

/// El formulario, con lo que ya estaba escrito.
fn form(name: &str, product: &str) -> String {
    let (name, product) = (escape(name), escape(product));
    format!(
        "\
<form method=\"post\">
  <label>Nombre <input name=\"nombre\" value=\"{name}\"></label>
  <label>Producto <input name=\"producto\" value=\"{product}\"></label>
  <button>Pedir</button>
</form>
"
    )
}

fn order(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let mut body = Vec::new();
    environ.input().read_to_end(&mut body)?;
    let fields = String::from_utf8_lossy(&body);

    let name = value(&fields, "nombre").unwrap_or_default();
    let product = value(&fields, "producto").unwrap_or_default();
    if name.is_empty() || find(&product).is_none() {
        return show(start_response, "400 Bad Request", &form(&name, &product));
    }

    kitchen().add(&name, &product);
    start_response("303 See Other", &[("Location", "/pedido/gracias")])?;
    Ok(Body::empty())
}
