//! La página que muestra lo que hay en una carpeta.

use std::fmt::Write;

use percent_encoding::utf8_percent_encode;

use super::directory::Kind;
use super::folder::Entry;
use crate::application::StartResponse;
use crate::body::Body;
use crate::environ::Environ;
use crate::error::Result;
use crate::util::ESCAPED_IN_PATH;

/// Responde con la lista de `entries`, que es lo que hay en la carpeta pedida.
pub(super) fn respond(
    environ: &Environ,
    entries: &[Entry],
    start_response: StartResponse<'_>,
) -> Result<Body> {
    let path = format!("{}{}", environ.script_name(), environ.path_info());
    let is_root = environ.path_info() == "/";
    let headers = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-cache")];
    start_response("200 OK", &headers)?;
    Ok(Body::from(page(&path, is_root, entries)))
}

fn page(path: &str, is_root: bool, entries: &[Entry]) -> String {
    let title = format!("Contenido de {}", escape(path));
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"es\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <h1>{title}</h1>\n<ul>\n"
    );
    if !is_root {
        page.push_str("<li><a href=\"../\">../</a></li>\n");
    }
    for Entry { kind, name } in entries {
        let slash = if *kind == Kind::Folder { "/" } else { "" };
        let (address, name) = (utf8_percent_encode(name, &ESCAPED_IN_PATH), escape(name));
        writeln!(page, "<li><a href=\"{address}{slash}\">{name}{slash}</a></li>")
            .expect("escribir en memoria no falla");
    }
    page.push_str("</ul>\n</html>\n");
    page
}

/// El texto, sin nada que HTML pueda tomar por suyo.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn los_nombres_no_se_toman_por_html() {
        let entries = [
            Entry { kind: Kind::Folder, name: "a b".to_owned() },
            Entry { kind: Kind::File, name: "<i>&\"'ñ".to_owned() },
        ];
        let expected = "<!DOCTYPE html>\n<html lang=\"es\">\n<meta charset=\"utf-8\">\n\
                        <title>Contenido de /&lt;x&gt;/</title>\n<h1>Contenido de /&lt;x&gt;/</h1>\n\
                        <ul>\n<li><a href=\"../\">../</a></li>\n\
                        <li><a href=\"a%20b/\">a b/</a></li>\n\
                        <li><a href=\"%3Ci%3E%26%22%27%C3%B1\">&lt;i&gt;&amp;&quot;&#39;ñ</a></li>\n\
                        </ul>\n</html>\n";
        assert_eq!(page("/<x>/", false, &entries), expected);
        assert_eq!(page("/", true, &[]).matches("<li>").count(), 0);
    }
}
