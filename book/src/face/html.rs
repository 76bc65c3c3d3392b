//! Lo poco de HTML que hace falta para dar forma a las páginas de mdBook, que siempre las escribe igual.

/// La página, partida por el contenido de `<main>`: la etiqueta queda en la primera parte.
pub(crate) fn main(page: &str) -> Option<(&str, &str, &str)> {
    let start = page.find("<main")?;
    let start = start + page[start..].find('>')? + 1;
    let end = page.rfind("</main>")?;
    Some((&page[..start], page.get(start..end)?, &page[end..]))
}

/// Lo que hay entre la primera `open` y la `close` que la sigue, y lo que queda a cada lado.
pub(crate) fn between<'t>(
    text: &'t str,
    open: &str,
    close: &str,
) -> Option<(&'t str, &'t str, &'t str)> {
    let start = text.find(open)?;
    let inside = &text[start + open.len()..];
    let end = inside.find(close)?;
    Some((&text[..start], &inside[..end], &inside[end + close.len()..]))
}

/// Los elementos que no se cierran.
const VOID: [&str; 8] = ["br", "hr", "img", "input", "link", "meta", "source", "wbr"];

/// El contenido partido por sus elementos de fuera. Lo que hay entre ellos también es un trozo.
pub(crate) fn blocks(content: &str) -> Vec<&str> {
    let mut blocks = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    let mut at = 0;
    while let Some(open) = content[at..].find('<').map(|found| at + found) {
        let end = content[open..].find('>').map_or(content.len(), |found| open + found + 1);
        let tag = &content[open..end];
        let name: &str = tag[1..].split([' ', '>', '/', '\n']).next().unwrap_or_default();
        let is_whole = tag.ends_with("/>") || tag.starts_with("<!") || VOID.contains(&name);
        if depth == 0 && start < open {
            blocks.push(&content[start..open]);
            start = open;
        }
        if tag.starts_with("</") {
            depth = depth.saturating_sub(1);
        } else if !is_whole {
            depth += 1;
        }
        if depth == 0 {
            blocks.push(&content[start..end]);
            start = end;
        }
        at = end;
    }
    blocks.push(&content[start..]);
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// El texto sin etiquetas ni entidades.
pub(crate) fn plain(html: &str) -> String {
    unescape(&untagged(html))
}

/// El texto sin etiquetas.
pub(crate) fn untagged(html: &str) -> String {
    let mut text = String::new();
    let mut is_tag = false;
    for letter in html.chars() {
        match letter {
            '<' => is_tag = true,
            '>' if is_tag => is_tag = false,
            _ if !is_tag => text.push(letter),
            _ => {}
        }
    }
    text
}

/// El texto que dicen unas entidades.
pub(crate) fn unescape(html: &str) -> String {
    html.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&amp;", "&")
}

/// El texto, escrito para que nada de él parezca HTML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// El HTML de una línea de texto: `código`, **fuerte** y *énfasis*. Lo demás se escapa.
pub(crate) fn inline(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts
        .map(|(at, part)| match at % 2 {
            1 => format!("<code>{}</code>", escape(part)),
            _ => paired(&paired(&escape(part), "**", "strong"), "*", "em"),
        })
        .collect()
}

/// Lo que está entre dos `mark`, en su elemento.
fn paired(text: &str, mark: &str, element: &str) -> String {
    let parts = text.split(mark).enumerate();
    parts
        .map(|(at, part)| match at % 2 {
            1 => format!("<{element}>{part}</{element}>"),
            _ => part.to_owned(),
        })
        .collect()
}

/// Un título de la página.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heading {
    pub(crate) level: u8,
    pub(crate) id: String,
    /// Su HTML, sin el enlace que le pone mdBook.
    pub(crate) inside: String,
}

/// Los títulos de un contenido, en orden.
pub(crate) fn headings(content: &str) -> Vec<Heading> {
    let mut found = Vec::new();
    let mut rest = content;
    while let Some(at) = rest.find("<h") {
        rest = &rest[at + 2..];
        let Some(level) = rest.chars().next().and_then(|digit| digit.to_digit(10)) else {
            continue;
        };
        let Some((_, inside, _)) = between(rest, ">", &format!("</h{level}>")) else { continue };
        let tag = &rest[..rest.find('>').unwrap_or(0)];
        let id = between(tag, "id=\"", "\"").map_or_else(String::new, |(_, id, _)| id.to_owned());
        let inside = match between(inside, "<a class=\"header\"", "</a>") {
            Some((_, link, _)) => link.split_once('>').map_or(link, |(_, text)| text),
            None => inside,
        };
        let inside = inside.trim().to_owned();
        found.push(Heading { level: u8::try_from(level).unwrap_or(9), id, inside });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn el_contenido_es_lo_de_dentro_de_main() {
        assert_eq!(main("a<main id=\"x\">b</main>c"), Some(("a<main id=\"x\">", "b", "</main>c")));
        assert_eq!(main("sin nada"), None);
    }

    #[test]
    fn los_elementos_de_fuera_son_los_trozos() {
        let content = "a<p>b<br>c</p>\n<div><p>d</p><svg><path/></svg></div><hr>e";
        assert_eq!(
            blocks(content),
            ["a", "<p>b<br>c</p>", "\n", "<div><p>d</p><svg><path/></svg></div>", "<hr>", "e"]
        );
    }

    #[test]
    fn los_titulos_se_leen_con_su_nombre_y_sin_su_enlace() {
        let content = "<h1 id=\"a\"><a class=\"header\" href=\"#a\">Uno <code>x</code></a></h1><hr><h3>Dos</h3>";
        let heading = |level, id: &str, inside: &str| Heading {
            level,
            id: id.to_owned(),
            inside: inside.to_owned(),
        };
        assert_eq!(
            headings(content),
            [heading(1, "a", "Uno <code>x</code>"), heading(3, "", "Dos")]
        );
    }

    #[test]
    fn una_linea_lleva_codigo_y_enfasis() {
        assert_eq!(
            inline("`a<b*` es **fuerte** y *así* & ya"),
            "<code>a&lt;b*</code> es <strong>fuerte</strong> y <em>así</em> &amp; ya"
        );
    }

    #[test]
    fn lo_que_se_escapa_vuelve_igual() {
        let text = "a < b && c > \"d\"";
        assert_eq!(unescape(&escape(text)), text);
        assert_eq!(plain("<b>a</b> &lt;<i>c</i>"), "a <c");
    }
}
