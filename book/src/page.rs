//! Lo que hay en una página construida: nombres, enlaces, imágenes y textos.
//!
//! Se lee con el analizador léxico de html5ever, que entiende el HTML como un navegador (entidades, guiones, comillas
//! de cualquier clase) sin levantar el árbol de la página, que aquí no hace falta.

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Una referencia de la página a otra cosa.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// Un enlace que se pulsa.
    Link(String),
    /// Algo que el navegador carga: guion, hoja de estilo, icono o marco.
    Resource(String),
    /// Una imagen y su texto alternativo.
    Image {
        /// La dirección.
        source: String,
        /// El texto, si lo tiene.
        alt: Option<String>,
    },
    /// Un elemento que se presenta como imagen y no dice de qué.
    UnlabelledDiagram,
    /// Lo que una figura de bytes nombra y sus bytes no tienen.
    LineNotInBytes(String),
}

/// El contenido de una página que interesa al revisarla.
#[derive(Debug, Default)]
pub struct Page {
    /// Los valores de `id` y de `name`: los destinos de `#…`.
    pub ids: BTreeSet<String>,
    /// En el orden de la página.
    pub references: Vec<Reference>,
    /// El texto que se ve.
    pub text: String,
    /// Lo que dicen `title`, `aria-label`, `placeholder` y `alt`.
    pub labels: Vec<String>,
}

impl Page {
    /// Lee una página.
    #[must_use]
    pub fn parse(html: &str) -> Self {
        let input = BufferQueue::default();
        input.push_back(html.into());
        let tokenizer = Tokenizer::new(Reader::default(), TokenizerOpts::default());
        let _ = tokenizer.feed(&input);
        tokenizer.end();
        tokenizer.sink.page.into_inner()
    }
}

/// Va llenando la página con cada trozo que encuentra el analizador.
#[derive(Debug, Default)]
struct Reader {
    page: RefCell<Page>,
    inside_code: RefCell<bool>,
}

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => return self.process_tag(&tag),
            Token::CharacterTokens(text) if !*self.inside_code.borrow() => {
                self.page.borrow_mut().text.push_str(&text);
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Reader {
    fn process_tag(&self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        let is_code = matches!(name, "script" | "style");
        if tag.kind == TagKind::EndTag {
            self.inside_code.replace(false);
            self.page.borrow_mut().text.push(' ');
            return TokenSinkResult::Continue;
        }
        self.page.borrow_mut().collect(name, tag);
        self.inside_code.replace(is_code);
        // Dentro de estos elementos un «<» no abre nada: hay que decírselo al analizador.
        match name {
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" => TokenSinkResult::RawData(RawKind::Rawtext),
            "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
            _ => TokenSinkResult::Continue,
        }
    }
}

impl Page {
    fn collect(&mut self, name: &str, tag: &Tag) {
        let value = |wanted: &str| {
            tag.attrs
                .iter()
                .find(|attribute| &*attribute.name.local == wanted)
                .map(|found| found.value.to_string())
        };
        self.ids.extend(value("id"));
        self.labels.extend(
            ["title", "aria-label", "placeholder", "alt"].iter().filter_map(|name| value(name)),
        );
        match name {
            "a" => {
                self.ids.extend(value("name"));
                self.references.extend(value("href").map(Reference::Link));
            }
            "link" => self.references.extend(value("href").map(Reference::Resource)),
            "script" | "iframe" => self.references.extend(value("src").map(Reference::Resource)),
            "img" => {
                let source = value("src").unwrap_or_default();
                self.references.push(Reference::Image { source, alt: value("alt") });
            }
            _ => {}
        }
        self.references.extend(value("data-sin-linea").map(Reference::LineNotInBytes));
        let is_image = name != "img" && value("role").as_deref() == Some("img");
        if is_image
            && value("aria-label")
                .or(value("aria-labelledby"))
                .is_none_or(|text| text.trim().is_empty())
        {
            self.references.push(Reference::UnlabelledDiagram);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Page, Reference};
    use pretty_assertions::assert_eq;

    #[test]
    fn lee_enlaces_imagenes_y_nombres_sin_mirar_dentro_de_los_guiones() {
        let page = Page::parse(
            "<h1 id=uno>Hola</h1><a href='a.html?x=1&amp;y=2#z'>a</a><img src=\"i.svg\" alt=\"una &quot;i&quot;\">\
             <script src=s.js>document.write('<a href=\"no.html\">')</script><figure role=\"img\"></figure>",
        );
        assert_eq!(page.ids.iter().collect::<Vec<_>>(), ["uno"]);
        assert_eq!(
            page.references,
            [
                Reference::Link("a.html?x=1&y=2#z".to_owned()),
                Reference::Image { source: "i.svg".to_owned(), alt: Some("una \"i\"".to_owned()) },
                Reference::Resource("s.js".to_owned()),
                Reference::UnlabelledDiagram,
            ]
        );
        assert_eq!(page.text.split_whitespace().collect::<Vec<_>>(), ["Hola", "a"]);
    }
}
