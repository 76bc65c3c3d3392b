//! De qué tipo es un archivo, por su nombre.

use std::path::Path;

/// Lo que dicen los encabezados de un archivo antes de mirarlo (RFC 9110 §8.3, §8.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Media {
    /// El valor de `Content-Type`.
    pub(super) content_type: String,
    /// El de `Content-Encoding`, si el nombre dice que está comprimido y es para mostrarse.
    pub(super) content_encoding: Option<&'static str>,
}

/// Los tipos que quien sirve la carpeta añade a los conocidos.
#[derive(Debug, Clone, Default)]
pub(super) struct Types {
    own: Vec<(String, String)>,
}

/// Lo que se dice de lo que no se sabe.
const UNKNOWN: &str = "application/octet-stream";

impl Types {
    /// Desde ahora, los nombres con esa extensión son de ese tipo; sin extensión, lo son los que no
    /// se conocen.
    pub(super) fn add(&mut self, extension: &str, media_type: String) {
        let extension = extension.strip_prefix('.').unwrap_or(extension);
        self.own.push((extension.to_owned(), media_type));
    }

    /// Lo que dice el último nombre de `names`, si dice algo.
    pub(super) fn of(&self, names: &str) -> Option<Media> {
        let extension = Path::new(names).extension()?.to_str()?;
        let content_type = self
            .own_type(extension)
            .map(str::to_owned)
            .or_else(|| mime_guess::from_ext(extension).first_raw().map(with_charset))?;
        // Un dibujo que se guarda comprimido: lo que se anuncia es el dibujo.
        let content_encoding = extension.eq_ignore_ascii_case("svgz").then_some("gzip");
        Some(Media { content_type, content_encoding })
    }

    /// Lo que se dice si ningún nombre dice nada.
    pub(super) fn unknown(&self) -> Media {
        let content_type = self.own_type("").unwrap_or(UNKNOWN).to_owned();
        Media { content_type, content_encoding: None }
    }

    fn own_type(&self, extension: &str) -> Option<&str> {
        let mut last_first = self.own.iter().rev();
        let is_it = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(extension);
        last_first.find(is_it).map(|(_, media_type)| media_type.as_str())
    }
}

/// El tipo; de los textos se dice que están en UTF-8. Un XML lo dice por dentro, y lo que se dijera aquí
/// valdría más que lo suyo (RFC 7303 §3).
fn with_charset(media_type: &str) -> String {
    let is_xml = media_type.starts_with("text/xml") || media_type.ends_with("+xml");
    match media_type.starts_with("text/") && !is_xml {
        true => format!("{media_type}; charset=utf-8"),
        false => media_type.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn told(types: &Types, name: &str) -> String {
        types.of(name).unwrap_or_else(|| types.unknown()).content_type
    }

    #[test]
    fn el_tipo_sale_de_la_extension() {
        for (name, expected) in [
            ("a.html", "text/html; charset=utf-8"),
            ("a.CSS", "text/css; charset=utf-8"),
            ("a.js", "text/javascript; charset=utf-8"),
            ("a.tar.gz", "application/gzip"),
            ("a.json", "application/json"),
            ("a.woff2", "font/woff2"),
            ("b.html/LEEME", UNKNOWN),
            (".html", UNKNOWN),
            ("a.", UNKNOWN),
        ] {
            assert_eq!(told(&Types::default(), name), expected, "{name}");
        }
    }

    #[test]
    fn un_xml_dice_por_dentro_como_esta_escrito() {
        for (name, expected) in [
            ("a.xml", "text/xml"),
            ("a.svg", "image/svg+xml"),
            ("a.xhtml", "application/xhtml+xml"),
            ("a.atom", "application/atom+xml"),
        ] {
            assert_eq!(told(&Types::default(), name), expected, "{name}");
        }
        assert_eq!(
            with_charset("text/xml-external-parsed-entity"),
            "text/xml-external-parsed-entity"
        );
        assert_eq!(with_charset("text/vnd.algo+xml"), "text/vnd.algo+xml");
    }

    #[test]
    fn un_dibujo_comprimido_es_un_dibujo() {
        let encoding = |name| Types::default().of(name).and_then(|media| media.content_encoding);
        assert_eq!(told(&Types::default(), "a.svgz"), "image/svg+xml");
        assert_eq!((encoding("a.SVGZ"), encoding("a.svg.gz")), (Some("gzip"), None));
    }

    #[test]
    fn los_tipos_propios_van_delante_y_el_ultimo_gana() {
        let mut types = Types::default();
        types.add("ts", "text/x".to_owned());
        types.add(".TS", "text/typescript".to_owned());
        types.add("", "text/plain".to_owned());
        let seen = ["a.ts", "a.html", "LEEME", "a.raro"].map(|name| told(&types, name));
        let html = "text/html; charset=utf-8";
        assert_eq!(seen, ["text/typescript", html, "text/plain", "text/plain"]);
        assert_eq!(types.of("LEEME"), None);
    }
}
