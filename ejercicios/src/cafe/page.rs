//! La forma de las páginas.

use std::iter;

use pasarela::{Body, Chunk};

/// Una página completa del café, con sus enlaces y sus colores.
///
/// `title` y `content` se ponen tal como llegan: lo que escribió otra persona va escapado.
pub fn page(title: &str, content: &str) -> String {
    format!("{TOP}<title>{title} · Café Ada</title>\n{STYLE}{LINKS}<h1>{title}</h1>\n{content}")
}

/// La misma página, cuando su contenido va llegando por trozos.
pub fn live_page(title: &str, content: Body) -> Body {
    let start = Chunk::from(page(title, ""));
    Body::stream(iter::once(Ok(start)).chain(content))
}

/// La caja para escribir un antojo: lo que alguien escriba llega a `/buscar` en la consulta.
pub const SEARCH_BOX: &str = "\
<form action=\"/buscar\">
  <label>Se me antoja <input name=\"antojo\"></label>
  <button>Buscar</button>
</form>
";

const TOP: &str = "\
<!DOCTYPE html>
<html lang=\"es\">
<meta name=\"viewport\" content=\"width=device-width\">
";

const STYLE: &str = "\
<style>
  body { max-width: 34rem; margin: 2rem auto; padding: 0 1rem; font: 1.1rem/1.6 sans-serif; }
  body { background: #fbf6ee; color: #3a2a1e; }
  a { color: #8a3b12; }
  nav a { margin-right: 1rem; }
  label { display: block; margin-top: 1rem; }
  input, button { font: inherit; padding: .3rem .6rem; }
</style>
";

/// El dibujo no lleva texto: si todavía no hay quien lo sirva, no se nota.
const LINKS: &str = "\
<nav><a href=\"/\">Café Ada</a> <a href=\"/menu\">Menú</a> <a href=\"/buscar\">Buscar</a>
<a href=\"/pedido\">Pedir</a> <a href=\"/avisos\">Avisos</a> <a href=\"/cocina\">Cocina</a></nav>
<img src=\"/fotos/cafe-de-olla.svg\" alt=\"\" height=\"120\">
";
