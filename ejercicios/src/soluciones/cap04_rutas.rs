//! Solución del capítulo 4.

use pasarela::{Body, Environ, Result, StartResponse};

use crate::cafe::{MENU, Product, page};

const HTML: (&str, &str) = ("Content-type", "text/html; charset=utf-8");
const TEXT: (&str, &str) = ("Content-type", "text/plain; charset=utf-8");

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    match (environ.method(), environ.path_info()) {
        ("GET" | "HEAD", "/") => home(start_response),
        ("GET" | "HEAD", "/menu") => menu(start_response),
        ("GET" | "HEAD", "/carta") => moved(start_response, "/menu"),
        ("POST", "/timbre") => ring(start_response),
        (_, "/" | "/menu" | "/carta") => not_allowed(start_response, "GET, HEAD"),
        (_, "/timbre") => not_allowed(start_response, "POST"),
        (method, path) => match (method, table_number(path)) {
            ("GET" | "HEAD", Some(number)) => table(start_response, number),
            (_, Some(_)) => not_allowed(start_response, "GET, HEAD"),
            (_, None) => not_found(start_response, path),
        },
    }
}

/// El número de la mesa, si en esa ruta hay una.
fn table_number(path: &str) -> Option<u8> {
    match path.strip_prefix("/mesas/")?.parse() {
        Ok(number @ (1..=8 | 20..=23)) => Some(number),
        _ => None,
    }
}

fn home(start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[HTML])?;
    Ok(Body::from(page("Café Ada", "<p>Abrimos a las siete. Pasa.</p>\n")))
}

fn menu(start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[HTML])?;
    Ok(Body::from(page("Menú", &list(&MENU))))
}

pub fn list(products: &[Product]) -> String {
    let mut items = String::new();
    for product in products {
        items += &format!("  <li>{}: ${}</li>\n", product.name, product.price);
    }
    format!("<ul>\n{items}</ul>\n")
}

fn table(start_response: StartResponse, number: u8) -> Result<Body> {
    start_response("200 OK", &[HTML])?;
    Ok(Body::from(page(&format!("Mesa {number}"), "<p>Te esperábamos.</p>\n")))
}

fn moved(start_response: StartResponse, place: &str) -> Result<Body> {
    start_response("301 Moved Permanently", &[TEXT, ("Location", place)])?;
    Ok(Body::from(format!("Ahora está en {place}\n")))
}

fn ring(start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[TEXT])?;
    Ok(Body::from("¡Ring! Ya vamos."))
}

fn not_allowed(start_response: StartResponse, methods: &str) -> Result<Body> {
    start_response("405 Method Not Allowed", &[TEXT, ("Allow", methods)])?;
    Ok(Body::from(format!("Aquí se usa {methods}\n")))
}

fn not_found(start_response: StartResponse, path: &str) -> Result<Body> {
    start_response("404 Not Found", &[TEXT])?;
    Ok(Body::from(format!("No hay nada en {path}\n")))
}
