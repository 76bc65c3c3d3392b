//! El índice del buscador: las secciones de cada página, con su texto.
//!
//! Se guarda como una lista de listas, `[página, ancla, capítulo, título, texto]`, y lo lee `theme/guiones/buscar.js`,
//! que es quien decide qué palabras son la misma.

use std::fs;
use std::io;
use std::path::Path;

use crate::face::contents::Contents;
use crate::face::html;

/// Cómo se llama el archivo, dentro de la carpeta de las páginas.
pub const FILE: &str = "indice.json";

/// Escribe el índice de las páginas de `contents`, que todavía no tienen su cara.
pub(crate) fn write(contents: &Contents, pages: &Path) -> io::Result<()> {
    let mut entries = Vec::new();
    for chapter in contents.chapters() {
        let text = fs::read_to_string(pages.join(&chapter.page))?;
        let Some((_, content, _)) = html::main(&text) else { continue };
        let name = html::plain(&chapter.name);
        for Section { id, title, text } in sections(&without_answers(content)) {
            let fields = [&chapter.page, &id, &name, &title, &text].map(|field| quoted(field));
            entries.push(format!("[{}]", fields.join(",")));
        }
    }
    fs::write(pages.join(FILE), format!("[{}]", entries.join(",\n")))
}

/// El contenido sin lo que se puede contestar a sus preguntas: quien busca no quiere encontrar una respuesta equivocada.
fn without_answers(content: &str) -> String {
    const ANSWERS: [(&str, &str); 4] = [
        ("<ol class=\"solo-papel\">", "</ol>"),
        ("<details class=\"bien\"", "</details>"),
        ("<details class=\"mal\"", "</details>"),
        ("<!--papel-->", "<!--/papel-->"),
    ];
    const INVENTORY: [(&str, &str); 2] =
        [("<form class=\"inventario\"", "</form>"), ("<details class=\"claves\"", "</details>")];
    let mut content = content.to_owned();
    for (open, close) in ANSWERS.into_iter().chain(INVENTORY) {
        while let Some((before, _, after)) = html::between(&content, open, close) {
            content = format!("{before} {after}");
        }
    }
    content
}

#[derive(Debug, PartialEq, Eq)]
struct Section {
    id: String,
    title: String,
    text: String,
}

/// Las secciones de un contenido: lo que va de un título de primer, segundo o tercer nivel al siguiente.
fn sections(content: &str) -> Vec<Section> {
    let mut starts: Vec<usize> = ["<h1", "<h2", "<h3"]
        .iter()
        .flat_map(|tag| content.match_indices(tag).map(|(at, _)| at))
        .collect();
    starts.sort_unstable();
    starts.push(content.len());
    starts
        .windows(2)
        .filter_map(|ends| {
            let part = &content[ends[0]..ends[1]];
            let heading = html::headings(part).into_iter().next()?;
            let (_, text) = part.split_once(&format!("</h{}>", heading.level))?;
            let text = html::plain(&spaced(text)).split_whitespace().collect::<Vec<_>>().join(" ");
            Some(Section {
                id: html::unescape(&heading.id),
                title: html::plain(&heading.inside),
                text,
            })
        })
        .collect()
}

/// Lo que separan las etiquetas de bloque también lo separa el texto.
fn spaced(html: &str) -> String {
    ["</p>", "</li>", "</td>", "</th>", "</dt>", "</dd>", "</summary>", "</code></pre>"]
        .iter()
        .fold(html.to_owned(), |text, tag| text.replace(tag, &format!("{tag} ")))
}

/// Un texto de JSON (RFC 8259 §7).
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn cada_titulo_empieza_una_seccion() {
        let content = "<h1 id=\"a\">Uno</h1><p>x</p><p>y</p><h2 id=\"b\"><a class=\"header\" href=\"#b\">Dos</a></h2>\
                       <ul><li>z</li></ul>";
        let section = |id: &str, title: &str, text: &str| Section {
            id: id.to_owned(),
            title: title.to_owned(),
            text: text.to_owned(),
        };
        assert_eq!(sections(content), [section("a", "Uno", "x y"), section("b", "Dos", "z")]);
    }

    #[test]
    fn de_una_pregunta_se_busca_lo_que_pregunta() {
        let content = "<p>¿Por qué?</p><ol class=\"solo-papel\"><li>a</li></ol><details class=\"mal\" name=\"x\">b</details>\
                       <!--papel--><p>La c.</p><!--/papel--><form class=\"inventario\" data-clave=\"a\">d</form><details>e</details>";
        assert_eq!(
            without_answers(content).replace(' ', ""),
            "<p>¿Porqué?</p><details>e</details>"
        );
    }

    #[test]
    fn un_texto_con_comillas_y_barras_se_puede_leer() {
        assert_eq!(quoted("\"a\\b\"\n"), r#""\"a\\b\" ""#);
    }
}
