//! Los bloques: el archivo con su lugar, la terminal con sus comandos, el compilador y lo demás.

use super::compiler;
use super::exchange;
use super::html;
use super::paint::{Language, painted};

/// Las lenguas que son un programa o una configuración.
const PROGRAMS: [&str; 10] =
    ["rust", "python", "toml", "nginx", "apache", "ini", "html", "yaml", "sql", "bash"];

/// Las que son una configuración: cada línea es una directiva con lo que se le pide, y se puede partir.
const SETTINGS: [&str; 3] = ["nginx", "apache", "ini"];

/// Desde cuántas líneas se puede partir un bloque entre dos hojas.
const LONG: usize = 16;

/// Cuántas letras caben en un renglón de código.
const COLUMNS: usize = 76;

const COPY: &str = "<button type=\"button\" class=\"copiar\">Copiar</button>";

/// El contenido con cada bloque de código en su forma.
pub(super) fn with_blocks(content: &str, page: &str) -> String {
    let mut out = String::new();
    let mut rest = content;
    while let Some(block) = Block::find(rest) {
        out.push_str(&rest[..block.start]);
        out.push_str(&block.written(page));
        rest = &rest[block.end..];
    }
    out + rest
}

/// Un bloque tal como lo escribe mdBook, con el pie que le puso [`crate::captions`].
struct Block<'t> {
    start: usize,
    end: usize,
    caption: Option<Caption<'t>>,
    language: &'t str,
    code: String,
}

/// De qué archivo sale un bloque, y qué líneas son.
struct Caption<'t> {
    name: &'t str,
    lines: Option<(usize, usize, usize)>,
}

impl<'t> Block<'t> {
    fn find(text: &'t str) -> Option<Self> {
        const OPEN: &str = "<code class=\"language-";
        let at = text.find(OPEN)?;
        let pre = text[..at].rfind("<pre")?;
        let (_, code, after) = html::between(&text[at..], OPEN, "</code>")?;
        let (class, code) = code.split_once("\">")?;
        let language = class.split([' ', ',']).next().unwrap_or_default();
        let end = text.len() - after.len() + after.find("</pre>")? + "</pre>".len();
        let caption = Caption::before(&text[..pre]);
        let start = caption.as_ref().map_or(pre, |(at, _)| *at);
        let caption = caption.map(|(_, caption)| caption);
        let code = outdented(&html::unescape(&html::untagged(code)));
        Some(Self { start, end, caption, language, code })
    }

    fn written(&self, page: &str) -> String {
        match self.language {
            "console" => terminal(&self.code),
            "text" if compiler::is_message(&self.code) => compiler::written(&self.code, page),
            "text" if exchange::is_exchange(&self.code) => exchange::written(&self.code),
            language if PROGRAMS.contains(&language) => self.file(),
            _ => format!(
                "<div class=\"bloque texto{}\"><pre><code>{}</code></pre></div>",
                long(&self.code),
                html::escape(&self.code)
            ),
        }
    }

    /// Si alguna línea no cabe en el ancho de la prosa.
    fn is_wide(&self) -> bool {
        self.code.lines().any(|line| line.chars().count() > COLUMNS)
    }

    fn file(&self) -> String {
        let code = painted(&self.code, Language::named(self.language));
        let label = match &self.caption {
            Some(Caption { name, lines }) => {
                format!("<span>{name}</span>{}", lines.map_or_else(String::new, place))
            }
            None => format!("<span>{}</span>", spoken(self.language)),
        };
        let wide = if self.is_wide() { " ancho" } else { "" };
        let settings = if SETTINGS.contains(&self.language) { " ajustes" } else { "" };
        let long = long(&self.code);
        format!(
            "<div class=\"bloque archivo{settings}{wide}{long}\"><div class=\"pie\">{label}{COPY}</div>\
             <pre><code>{code}</code></pre></div>"
        )
    }
}

impl<'t> Caption<'t> {
    /// El pie que termina justo ahí, y dónde empieza.
    fn before(text: &'t str) -> Option<(usize, Self)> {
        let start = text.rfind("<p class=\"archivo\"")?;
        let (_, name, after) = html::between(&text[start..], "<code>", "</code></p>")?;
        if !after.trim().is_empty() {
            return None;
        }
        let tag = &text[start..start + text[start..].find('>')?];
        let lines = html::between(tag, "data-lineas=\"", "\"").and_then(|(_, lines, _)| {
            let mut numbers = lines.split('-').map(str::parse);
            Some((numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?))
        });
        Some((start, Self { name, lines }))
    }
}

fn long(code: &str) -> &'static str {
    if code.lines().count() >= LONG { " largo" } else { "" }
}

/// El código sin los espacios con que empiezan todas sus líneas: los de un trozo que estaba dentro de algo.
fn outdented(code: &str) -> String {
    let indentation = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let filled = code.lines().filter(|line| !line.is_empty());
    let depth = filled.map(indentation).min().unwrap_or(0);
    code.split_inclusive('\n').map(|line| line.get(depth..).unwrap_or(line)).collect()
}

/// Qué parte del archivo es: en números y en un dibujo.
fn place((first, last, total): (usize, usize, usize)) -> String {
    if (first, last) == (1, total) {
        return String::new();
    }
    let words =
        if first == last { format!("línea {first}") } else { format!("líneas {first}–{last}") };
    format!(
        "<span class=\"lugar\">{words} <i style=\"--de:{first};--a:{last};--n:{total}\"></i></span>"
    )
}

/// El nombre de una lengua, para un bloque que no sale de ningún archivo.
fn spoken(language: &str) -> &str {
    match language {
        "rust" => "Rust",
        "python" => "Python",
        "apache" => "Apache",
        "html" => "HTML",
        "bash" => "script",
        other => other,
    }
}

/// Una terminal: los comandos, que es lo que se copia, y lo que responden.
fn terminal(code: &str) -> String {
    let mut is_command = false;
    let lines: Vec<String> = code
        .trim_end_matches('\n')
        .split('\n')
        .map(|line| {
            let typed = line.strip_prefix("$ ").or_else(|| is_command.then_some(line));
            let text = html::escape(typed.unwrap_or(line));
            is_command = typed.is_some_and(|typed| typed.ends_with('\\'));
            match typed {
                Some(_) if line.starts_with("$ ") => {
                    format!("<span class=\"p\" aria-hidden=\"true\">$ </span><b>{text}</b>")
                }
                Some(_) => format!("<b>{text}</b>"),
                None => format!("<span class=\"r\">{text}</span>"),
            }
        })
        .collect();
    format!(
        "<div class=\"bloque terminal{}\"><div class=\"pie\"><span>Terminal</span>{}</div>\
         <pre><code>{}</code></pre></div>",
        long(code),
        if code.lines().any(|line| line.starts_with("$ ")) { COPY } else { "" },
        lines.join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn una_terminal_distingue_lo_que_se_escribe_de_lo_que_responde() {
        let content =
            "<pre><code class=\"language-console\">$ curl a\nHola &lt;b&gt;\n</code></pre>";
        assert_eq!(
            with_blocks(content, "cap01_texto.html"),
            format!(
                "<div class=\"bloque terminal\"><div class=\"pie\"><span>Terminal</span>{COPY}</div>\
                 <pre><code><span class=\"p\" aria-hidden=\"true\">$ </span><b>curl a</b>\n\
                 <span class=\"r\">Hola &lt;b&gt;</span></code></pre></div>"
            )
        );
    }

    #[test]
    fn un_bloque_largo_se_puede_partir_en_el_papel() {
        let seen = |lines: usize| {
            let code = "x\n".repeat(lines);
            with_blocks(&format!("<pre><code class=\"language-rust\">{code}</code></pre>"), "")
        };
        assert!(seen(LONG).starts_with("<div class=\"bloque archivo largo\">"));
        assert!(seen(LONG - 1).starts_with("<div class=\"bloque archivo\">"));
    }

    #[test]
    fn una_configuracion_se_distingue_de_un_programa() {
        let seen = |language: &str| {
            let block = format!("<pre><code class=\"language-{language}\">a b\n</code></pre>");
            with_blocks(&block, "a.html").contains("archivo ajustes")
        };
        assert_eq!(
            ["apache", "nginx", "ini", "rust", "bash"].map(seen),
            [true, true, true, false, false]
        );
    }

    #[test]
    fn un_trozo_de_dentro_empieza_en_el_margen() {
        assert_eq!(outdented("    uno {\n\n        dos\n    }\n"), "uno {\n\n    dos\n}\n");
        assert_eq!(outdented("uno {\n  dos\n}"), "uno {\n  dos\n}");
    }

    #[test]
    fn un_trozo_de_archivo_dice_cual_y_donde() {
        let content = "<p class=\"archivo\" data-lineas=\"2-3-9\"><code>a.rs</code></p>\n\n\
                       <pre><code class=\"language-rust\">x\n</code></pre>fin";
        assert_eq!(
            with_blocks(content, ""),
            format!(
                "<div class=\"bloque archivo\"><div class=\"pie\"><span>a.rs</span><span class=\"lugar\">líneas 2–3 \
                 <i style=\"--de:2;--a:3;--n:9\"></i></span>{COPY}</div>\
                 <pre><code><span class=\"l\">x</span></code></pre></div>fin"
            )
        );
    }
}
