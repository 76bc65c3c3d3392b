//! La página 404: qué hacer cuando una dirección no es la de ninguna página.
//!
//! Se responde en cualquier dirección, también en `/a/b/c`: sus enlaces empiezan todos por la raíz del sitio. Con
//! `<base>`, como la deja mdBook, «Ir al texto» llevaría a la portada.

use std::fs;
use std::io;

use super::contents::{Chapter, Contents};
use super::html;
use crate::folders::Folders;

/// Cómo se llama la página.
pub(super) const PAGE: &str = "404.html";

/// Lo que dice, dentro de la carpeta del libro.
const SOURCE: &str = "theme/perdida.html";

/// El guion que propone páginas parecidas. Va dentro: si llegara después, empujaría lo que ya se está leyendo.
const SCRIPT: &str = "theme/guiones/perdida.js";

/// La página `built`, con lo que ayuda a quien se perdió.
pub(super) fn page(built: &str, folders: &Folders, contents: &Contents) -> io::Result<String> {
    let inside = fs::read_to_string(folders.root().join(SOURCE))?;
    let script = fs::read_to_string(folders.root().join(SCRIPT))?;
    let inside = inside
        .replace("<!--paginas-->", &pages(contents))
        .replace("<!--guion-->", &format!("<script>\n{script}</script>"));
    Ok(match html::main(built) {
        Some((before, _, after)) => from_the_root(&format!("{before}\n{inside}{after}")),
        None => built.to_owned(),
    })
}

fn pages(contents: &Contents) -> String {
    let mut list = String::from("<nav class=\"paginas\" aria-label=\"Todas las páginas\">\n");
    for (group, chapters) in &contents.groups {
        list.push_str(&format!("<h2>{}</h2>\n<ul>\n", html::escape(group)));
        for Chapter { mark, name, page, .. } in chapters {
            let mark = if mark.is_empty() { String::new() } else { format!("{mark}. ") };
            list.push_str(&format!("<li><a href=\"{page}\">{mark}{name}</a></li>\n"));
        }
        list.push_str("</ul>\n");
    }
    list + "</nav>"
}

/// La página con sus direcciones contadas desde la raíz del sitio, que es la que dice `<base>`.
fn from_the_root(page: &str) -> String {
    let Some((before, root, after)) = html::between(page, "<base href=\"", "\">") else {
        return page.to_owned();
    };
    let mut page =
        format!("{before}{after}").replace("data-raiz=\"\"", &format!("data-raiz=\"{root}\""));
    for attribute in [" href=\"", " src=\""] {
        let mut parts = page.split(attribute);
        let mut rooted = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            rooted.push_str(attribute);
            if is_relative(part) {
                rooted.push_str(root);
            }
            rooted.push_str(part);
        }
        page = rooted;
    }
    page
}

/// Si una dirección depende de dónde está la página. Las que solo dicen una sección o una consulta son de ella misma.
fn is_relative(address: &str) -> bool {
    let address = address.split('"').next().unwrap_or_default();
    !address.starts_with(['/', '#', '?']) && !address.contains(':')
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn solo_cambia_lo_que_depende_de_donde_esta_la_pagina() {
        let page = "<base href=\"/libro/\"><body data-raiz=\"\"><a href=\"#x\"><a href=\"a.html#y\">\
                    <script src=\"t/b.js\"><a href=\"https://a.org\"><a href=\"/z\"><a href=\"?q=\">";
        assert_eq!(
            from_the_root(page),
            "<body data-raiz=\"/libro/\"><a href=\"#x\"><a href=\"/libro/a.html#y\">\
             <script src=\"/libro/t/b.js\"><a href=\"https://a.org\"><a href=\"/z\"><a href=\"?q=\">"
        );
    }
}
