//! Un árbol de HTML, y cómo se escribe en XHTML, que es lo que entiende un lector de libros.
//!
//! Las páginas las escribió un programa y todo se cierra en ellas: si algo no se cierra, es un fallo nuestro y se dice.

use std::cell::RefCell;

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use crate::face::html;

/// Los elementos de HTML que no llevan nada dentro ni se cierran.
const VOID: [&str; 9] = ["br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"];

/// Los nombres de SVG que llevan mayúsculas: el analizador los da en minúsculas, y en XML importan.
const SVG_NAMES: [&str; 22] = [
    "clipPath",
    "clipPathUnits",
    "foreignObject",
    "gradientTransform",
    "gradientUnits",
    "lengthAdjust",
    "linearGradient",
    "markerHeight",
    "markerUnits",
    "markerWidth",
    "maskUnits",
    "pathLength",
    "patternTransform",
    "patternUnits",
    "preserveAspectRatio",
    "radialGradient",
    "refX",
    "refY",
    "startOffset",
    "textLength",
    "textPath",
    "viewBox",
];

/// Una parte de una página.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Element(Element),
    Text(String),
}

/// Un elemento, con lo que lleva dentro.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) inside: Vec<Node>,
}

impl Element {
    pub(super) fn new(name: &str, class: &str, inside: Vec<Node>) -> Self {
        let attributes = vec![("class".to_owned(), class.to_owned())];
        Self { name: name.to_owned(), attributes, inside }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn has_class(&self, class: &str) -> bool {
        self.get("class").is_some_and(|all| all.split_whitespace().any(|one| one == class))
    }
}

/// Lee el contenido de una página.
///
/// # Errors
/// Algo se cierra sin haberse abierto, o al revés; el texto dice qué.
pub(super) fn parse(content: &str) -> Result<Vec<Node>, String> {
    let input = BufferQueue::default();
    input.push_back(content.into());
    let tokenizer = Tokenizer::new(Builder::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let Growing { mut open, fault } = tokenizer.sink.growing.into_inner();
    let last = open.pop().unwrap_or_default();
    match fault {
        Some(fault) => Err(fault),
        None if !last.name.is_empty() => Err(format!("<{}> no se cierra", last.name)),
        None => Ok(last.inside),
    }
}

/// Va levantando el árbol.
#[derive(Default)]
struct Builder {
    growing: RefCell<Growing>,
}

/// Los elementos abiertos; el primero, sin nombre, es la página.
struct Growing {
    open: Vec<Element>,
    fault: Option<String>,
}

impl Default for Growing {
    fn default() -> Self {
        Self { open: vec![Element::default()], fault: None }
    }
}

impl TokenSink for Builder {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => return self.growing.borrow_mut().tag(&tag),
            Token::CharacterTokens(text) => self.growing.borrow_mut().text(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Growing {
    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        if tag.kind == TagKind::EndTag {
            self.close(name);
            return TokenSinkResult::Continue;
        }
        let attributes = tag.attrs.iter();
        let attributes = attributes
            .map(|attribute| (attribute.name.local.to_string(), attribute.value.to_string()))
            .collect();
        self.open.push(Element { name: name.to_owned(), attributes, inside: Vec::new() });
        if tag.self_closing || VOID.contains(&name) {
            self.close(name);
            return TokenSinkResult::Continue;
        }
        // Dentro de estos elementos un «<» no abre nada: hay que decírselo al analizador.
        match name {
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" => TokenSinkResult::RawData(RawKind::Rawtext),
            "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
            _ => TokenSinkResult::Continue,
        }
    }

    fn close(&mut self, name: &str) {
        match self.open.pop() {
            Some(closed) if closed.name == name => self.add(Node::Element(closed)),
            other => {
                let inside = other.map_or_else(String::new, |open| open.name);
                self.fault.get_or_insert(format!("</{name}> aparece dentro de <{inside}>"));
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.add(Node::Text(text.to_owned()));
    }

    fn add(&mut self, node: Node) {
        if let Some(parent) = self.open.last_mut() {
            parent.inside.push(node);
        }
    }
}

/// Las partes, en XHTML.
pub(super) fn written(nodes: &[Node]) -> String {
    let mut out = String::new();
    nodes.iter().for_each(|node| write(node, false, &mut out));
    out
}

fn write(node: &Node, in_svg: bool, out: &mut String) {
    let Element { name, attributes, inside } = match node {
        Node::Text(text) => return out.push_str(&html::escape(&allowed(text))),
        Node::Element(element) => element,
    };
    let in_svg = in_svg || name == "svg";
    let name = cased(name, in_svg);
    out.push_str(&format!("<{name}"));
    if name == "svg" && !attributes.iter().any(|(name, _)| name == "xmlns") {
        out.push_str(" xmlns=\"http://www.w3.org/2000/svg\"");
    }
    for (name, value) in attributes {
        let name = cased(name, in_svg);
        out.push_str(&format!(" {name}=\"{}\"", html::escape(&allowed(value))));
    }
    if inside.is_empty() && (in_svg || VOID.contains(&name)) {
        return out.push_str("/>");
    }
    out.push('>');
    inside.iter().for_each(|node| write(node, in_svg && name != "foreignObject", out));
    out.push_str(&format!("</{name}>"));
}

fn cased(name: &str, in_svg: bool) -> &str {
    let known = SVG_NAMES.iter().find(|known| in_svg && known.eq_ignore_ascii_case(name));
    known.copied().unwrap_or(name)
}

/// El texto sin los caracteres de control que XML no admite.
fn allowed(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control() || "\t\n\r".contains(*letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[track_caller]
    fn check(content: &str, expected: &str) {
        let nodes = parse(content).expect("está bien escrito");
        assert_eq!(written(&nodes), expected);
    }

    #[test]
    fn lo_que_no_se_cierra_en_html_se_cierra_en_xhtml() {
        check(
            "<p>a<br>b<img src=x alt='&lt;é&quot;'></p>",
            "<p>a<br/>b<img src=\"x\" alt=\"&lt;é&quot;\"/></p>",
        );
        check("<span hidden></span>&nbsp;&copy;", "<span hidden=\"\"></span>\u{a0}©");
    }

    #[test]
    fn un_dibujo_conserva_sus_nombres() {
        check(
            "<svg viewBox=\"0 0 1 1\"><linearGradient id=\"a\"/><path d=\"M0 0\"></path></svg>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"><linearGradient id=\"a\"/>\
             <path d=\"M0 0\"/></svg>",
        );
    }

    #[test]
    fn lo_mal_cerrado_se_dice() {
        assert_eq!(parse("<p><b>a</p>"), Err("</p> aparece dentro de <b>".to_owned()));
        assert_eq!(parse("<p>a"), Err("<p> no se cierra".to_owned()));
    }
}
