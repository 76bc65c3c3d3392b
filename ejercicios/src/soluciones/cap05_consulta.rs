//! Solución del capítulo 5.

use pasarela::{Body, Environ, Result, StartResponse};

use crate::cafe::{SEARCH_BOX, page, search};
use crate::form::{decode, escape};

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let headers = [("Content-type", "text/html; charset=utf-8")];
    let cravings = values(environ.query_string(), "antojo");

    if cravings.is_empty() {
        // Quien acaba de llegar no pidió nada mal.
        let status = match environ.query_string() {
            "" => "200 OK",
            _ => "400 Bad Request",
        };
        start_response(status, &headers)?;
        return Ok(Body::from(page("¿Qué se te antoja?", SEARCH_BOX)));
    }

    let mut found = String::new();
    for craving in cravings {
        found += &section(&craving);
    }
    start_response("200 OK", &headers)?;
    Ok(Body::from(page("Esto hay", &found)))
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

fn section(craving: &str) -> String {
    let mut items = String::new();
    for product in search(craving) {
        items += &format!("  <li>{}</li>\n", product.name);
    }
    format!("<h2>{}</h2>\n<ul>\n{items}</ul>\n", escape(craving))
}
