//! Los términos: la primera vez que un capítulo enlaza uno del glosario, su definición queda al lado.
//!
//! Se escribe `[término](glosario.md#puerto)`, en un párrafo o en una lista. La definición es la del glosario, sin copia
//! que pueda quedarse atrás: al margen donde hay sitio y debajo donde no. «Palabras nuevas», que es un índice, no la repite.

use std::collections::BTreeMap;

use super::html;

/// Cuántas definiciones lleva una página, para que el margen no hable más que el texto.
const MOST: usize = 6;

/// La sección que solo reúne los enlaces.
const INDEX: &str = "Palabras nuevas";

/// Las palabras del glosario, por su ancla: cómo se escribe cada una y qué significa, en HTML.
#[derive(Debug, Default)]
pub(super) struct Glossary(BTreeMap<String, (String, String)>);

impl Glossary {
    /// El que está en la página.
    pub(super) fn read(page: &str) -> Self {
        let mut words = BTreeMap::new();
        let mut rest = page;
        while let Some((_, id, after)) = html::between(rest, "<dt id=\"", "\">") {
            let Some((word, after)) = after.split_once("</dt>") else { break };
            let Some((_, meaning, after)) = html::between(after, "<dd>", "</dd>") else { break };
            words.insert(id.to_owned(), (word.to_owned(), meaning.to_owned()));
            rest = after;
        }
        Self(words)
    }

    fn note(&self, id: &str) -> Option<String> {
        let (word, meaning) = self.0.get(id)?;
        Some(format!("<p class=\"nota\" role=\"note\"><b>{word}</b>. {meaning}</p>"))
    }
}

/// El contenido con la definición de cada término junto al primer párrafo que lo enlaza.
pub(super) fn with_notes(content: &str, glossary: &Glossary) -> String {
    let mut told = Vec::new();
    let mut is_index = false;
    html::blocks(content)
        .into_iter()
        .map(|block| {
            if block.starts_with("<h2") {
                is_index = html::plain(block) == INDEX;
            }
            let is_prose = ["<p>", "<ul>", "<ol>"].iter().any(|open| block.starts_with(open));
            match is_prose && !is_index {
                true => with_note(block, glossary, &mut told),
                false => block.to_owned(),
            }
        })
        .collect()
}

/// Un párrafo o una lista, con las definiciones que le tocan.
fn with_note(block: &str, glossary: &Glossary, told: &mut Vec<String>) -> String {
    let mut out = String::new();
    let mut notes = String::new();
    let mut rest = block;
    while let Some((before, id, after)) = html::between(rest, "<a href=\"", "\">") {
        let id = id.rsplit_once('#').filter(|(page, _)| is_glossary(page)).map(|(_, id)| id);
        let note = id.filter(|id| told.len() < MOST && !told.iter().any(|other| other == id));
        out.push_str(before);
        out.push_str("<a ");
        if let Some((id, note)) = note.and_then(|id| Some((id, glossary.note(id)?))) {
            told.push(id.to_owned());
            notes.push_str(&note);
            out.push_str("class=\"termino\" ");
        }
        out.push_str(&rest[before.len() + "<a ".len()..rest.len() - after.len()]);
        rest = after;
    }
    out.push_str(rest);
    match notes.is_empty() {
        true => out,
        false => format!("<div class=\"con-nota\">{out}<div class=\"notas\">{notes}</div></div>"),
    }
}

/// En el libro de una sola página, el glosario está en ella.
fn is_glossary(page: &str) -> bool {
    page.is_empty() || page == "glosario.html"
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn glossary() -> Glossary {
        Glossary::read(
            "<dl><dt id=\"a\"><em>A</em></dt>\n<dd>Una <b>a</b>.</dd>\n<dt id=\"b\">B</dt><dd>Una b.</dd></dl>",
        )
    }

    const LINK: &str = "<a href=\"glosario.html#a\">a</a>";
    const MARKED: &str = "<a class=\"termino\" href=\"glosario.html#a\">a</a>";
    const NOTE: &str = "<p class=\"nota\" role=\"note\"><b><em>A</em></b>. Una <b>a</b>.</p>";

    #[test]
    fn la_primera_vez_lleva_al_lado_lo_que_dice_el_glosario() {
        let content = format!(
            "<h2>T</h2>\n<p>Di {LINK} y <a href=\"x.html\">x</a>.</p>\n<p>Otra {LINK}.</p>"
        );
        assert_eq!(
            with_notes(&content, &glossary()),
            format!(
                "<h2>T</h2>\n<div class=\"con-nota\"><p>Di {MARKED} y <a href=\"x.html\">x</a>.</p>\
                 <div class=\"notas\">{NOTE}</div></div>\n<p>Otra {LINK}.</p>"
            )
        );
    }

    #[test]
    fn ni_los_paneles_ni_las_palabras_nuevas_llevan_definiciones() {
        let content =
            format!("<section><p>{LINK}</p></section><h2>Palabras nuevas</h2><p>{LINK}</p>");
        assert_eq!(with_notes(&content, &glossary()), content);
    }

    #[test]
    fn en_la_pagina_unica_el_glosario_es_una_seccion() {
        let seen = with_notes(
            "<ul>\n<li><a href=\"#b\">b</a> y <a href=\"#z\">z</a></li>\n</ul>",
            &glossary(),
        );
        assert_eq!(
            seen,
            "<div class=\"con-nota\"><ul>\n<li><a class=\"termino\" href=\"#b\">b</a> y <a href=\"#z\">z</a></li>\n</ul>\
             <div class=\"notas\"><p class=\"nota\" role=\"note\"><b>B</b>. Una b.</p></div></div>"
        );
    }
}
