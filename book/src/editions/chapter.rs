//! Un capítulo para un lector de libros: lo mismo que en la página, sin nada que se pulse.
//!
//! Las respuestas van al final, como en el papel; lo demás que en la página está plegado se lee en su sitio.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;

use super::markup::{self, Element, Node};

/// Lo que solo sirve en un navegador.
const DROPPED: [&str; 7] = ["acciones", "con-js", "copiar", "hecho", "lab-vivo", "pasar", "saltar"];

/// Los paneles cuyas respuestas van al final del capítulo, y qué lo dice en su sitio.
const ANSWERED: [(&str, &str); 3] = [
    ("predice", "La respuesta está al final del capítulo."),
    ("porque", "La respuesta está al final del capítulo."),
    ("ejercicio", "Las pistas y la solución están al final del capítulo."),
];

/// Los dos bytes que terminan una línea, con letras: no todas las fuentes tienen sus signos.
const LINE_END: &str = "CR LF";

/// Dónde están las respuestas dentro del capítulo.
const ANSWERS: &str = "respuestas";

/// Un capítulo adaptado.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chapter {
    /// Su contenido, en XHTML.
    pub(super) content: String,
    /// Las imágenes que muestra, vistas desde la raíz del libro.
    pub(super) images: BTreeSet<String>,
    /// Si lleva algún dibujo dentro.
    pub(super) has_drawings: bool,
}

/// Adapta el contenido de la página `page`. `pages` son todas las que lleva el libro.
///
/// # Errors
/// El HTML de la página no está bien cerrado.
pub(super) fn adapt(
    content: &str,
    page: &str,
    pages: &BTreeSet<String>,
) -> Result<Chapter, String> {
    let mut adapter = Adapter { page, pages, images: BTreeSet::new(), ids: BTreeSet::new() };
    let nodes = adapter.nodes(markup::parse(content)?, None);
    let content = markup::written(&nodes);
    Ok(Chapter { has_drawings: content.contains("<svg"), content, images: adapter.images })
}

/// El nombre en el EPUB de una página del libro.
pub(super) fn renamed(page: &str) -> String {
    page.strip_suffix(".html").map_or_else(|| page.to_owned(), |stem| format!("{stem}.xhtml"))
}

struct Adapter<'p> {
    page: &'p str,
    pages: &'p BTreeSet<String>,
    images: BTreeSet<String>,
    /// Los `id` que ya salieron: los de las respuestas están también en su sitio.
    ids: BTreeSet<String>,
}

impl Adapter<'_> {
    fn nodes(&mut self, nodes: Vec<Node>, note: Option<&str>) -> Vec<Node> {
        nodes
            .into_iter()
            .flat_map(|node| match node {
                Node::Text(text) => vec![Node::Text(text)],
                Node::Element(element) => self.element(element, note),
            })
            .collect()
    }

    /// Lo que queda de un elemento. `note` dice dónde está lo plegado, si no se lee aquí.
    fn element(&mut self, mut element: Element, note: Option<&str>) -> Vec<Node> {
        let is_dropped = DROPPED.iter().any(|class| element.has_class(class));
        if is_dropped || matches!(element.name.as_str(), "button" | "script" | "template") {
            return Vec::new();
        }
        if element.name == "details" {
            return match note {
                Some(_) => Vec::new(),
                None => vec![self.unfolded(element)],
            };
        }
        if element.has_class("fin") {
            element.inside = vec![Node::Text(LINE_END.to_owned())];
        }
        let answered = ANSWERED.iter().find(|(class, _)| element.has_class(class));
        let note = answered.map(|(_, note)| *note).or(note);
        let is_folded = answered.is_some() && contains(&element.inside, "details");
        element.inside = self.nodes(element.inside, note);
        if let Some(note) = note.filter(|_| is_folded) {
            element.inside.push(pointer(note));
        }
        if element.has_class("respuestas-impresas") {
            element.attributes = vec![("id".to_owned(), ANSWERS.to_owned())];
        }
        if element.name == "a" && !self.points_inside(&mut element) {
            return element.inside;
        }
        self.clean(&mut element);
        vec![Node::Element(element)]
    }

    /// Lo plegado, a la vista.
    fn unfolded(&mut self, details: Element) -> Node {
        let inside = self.nodes(details.inside, None).into_iter().map(|node| match node {
            Node::Element(element) if element.name == "summary" => {
                Node::Element(Element::new("p", "resumen", element.inside))
            }
            other => other,
        });
        Node::Element(Element::new("div", "plegado", inside.collect()))
    }

    /// Si el enlace lleva a algún sitio; de paso lo corrige. El de un título a sí mismo no hace falta.
    fn points_inside(&self, link: &mut Element) -> bool {
        let is_header = link.has_class("header");
        let Some((_, target)) = link.attributes.iter_mut().find(|(name, _)| name == "href") else {
            return !is_header;
        };
        if target.contains(':') {
            return true;
        }
        let (page, fragment) = target.split_once('#').unwrap_or((target, ""));
        let is_known = page.is_empty() || self.pages.contains(&self.seen_from_root(page));
        // En una edición, la sección se nombra tal como es.
        let fragment = percent_decode_str(fragment).decode_utf8_lossy();
        let mark = if fragment.is_empty() { "" } else { "#" };
        *target = format!("{}{mark}{fragment}", renamed(page));
        is_known && !is_header
    }

    /// Deja solo los atributos que un lector entiende, y ningún `id` repetido.
    fn clean(&mut self, element: &mut Element) {
        element.attributes.retain(|(name, value)| match name.as_str() {
            "tabindex" | "loading" | "decoding" => false,
            "style" => !value.starts_with("--"),
            name => !name.starts_with("on") && !name.starts_with("data-"),
        });
        element.attributes.retain(|(name, value)| name != "id" || self.ids.insert(value.clone()));
        if element.name == "img"
            && let Some(source) = element.get("src")
        {
            self.images.insert(self.seen_from_root(source));
        }
    }

    /// La dirección `address`, que está escrita desde la página, vista desde la raíz del libro.
    fn seen_from_root(&self, address: &str) -> String {
        let address = percent_decode_str(address).decode_utf8_lossy();
        let mut parts: Vec<&str> = self.page.split('/').collect();
        parts.pop();
        for part in address.split('/') {
            match part {
                ".." => drop(parts.pop()),
                "." => {}
                part => parts.push(part),
            }
        }
        parts.join("/")
    }
}

fn contains(nodes: &[Node], name: &str) -> bool {
    nodes.iter().any(|node| match node {
        Node::Element(element) => element.name == name || contains(&element.inside, name),
        Node::Text(_) => false,
    })
}

/// El párrafo que lleva a las respuestas.
fn pointer(note: &str) -> Node {
    let link = Element {
        name: "a".to_owned(),
        attributes: vec![("href".to_owned(), format!("#{ANSWERS}"))],
        inside: vec![Node::Text(note.to_owned())],
    };
    Node::Element(Element::new("p", "adonde", vec![Node::Element(link)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[track_caller]
    fn check(content: &str, expected: &str) {
        let pages = ["uno.html", "dos.html"].map(str::to_owned).into();
        let chapter = adapt(content, "uno.html", &pages).expect("está bien escrito");
        assert_eq!(chapter.content, expected);
    }

    #[test]
    fn las_respuestas_se_leen_al_final_y_lo_demas_plegado_en_su_sitio() {
        check(
            "<section class=\"panel predice\"><p>¿Qué?</p><details><summary>Ver</summary>Eso.</details></section>\
             <details><summary>Completo</summary><p>Todo.</p></details>\
             <section class=\"respuestas-impresas\"><h2>Respuestas</h2>Eso.</section>",
            "<section class=\"panel predice\"><p>¿Qué?</p><p class=\"adonde\"><a href=\"#respuestas\">\
             La respuesta está al final del capítulo.</a></p></section>\
             <div class=\"plegado\"><p class=\"resumen\">Completo</p><p>Todo.</p></div>\
             <section id=\"respuestas\"><h2>Respuestas</h2>Eso.</section>",
        );
    }

    #[test]
    fn los_enlaces_llevan_a_las_paginas_de_la_edicion() {
        check(
            "<a href=\"dos.html#qu%C3%A9\">a</a><a href=\"index.html\">b</a><a href=\"https://a.org/x.html\">c</a>\
             <h2 id=\"z\"><a class=\"header\" href=\"#z\">d</a></h2>",
            "<a href=\"dos.xhtml#qué\">a</a>b<a href=\"https://a.org/x.html\">c</a><h2 id=\"z\">d</h2>",
        );
    }

    #[test]
    fn lo_que_se_pulsa_o_se_mueve_no_esta() {
        check(
            "<i class=\"fin\">␍␊</i><div class=\"lab-vivo\"><textarea wrap=\"off\">a</textarea></div><button class=\"copiar\">Copiar</button><p class=\"hecho con-js\">x</p><span style=\"--s:4\" data-l=\"y\" \
             tabindex=\"0\" id=\"a\">z</span><i id=\"a\"></i>",
            "<i class=\"fin\">CR LF</i><span id=\"a\">z</span><i></i>",
        );
    }
}
