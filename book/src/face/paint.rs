//! El color de los programas, puesto al construir: negrita en las palabras del lenguaje, y un color para lo que llega y
//! otro para lo que sale.

use super::html;

/// En qué está escrito un programa.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Rust,
    Python,
    /// Uno cuyas palabras no se conocen.
    Other,
}

impl Language {
    pub(super) fn named(name: &str) -> Self {
        match name {
            "rust" => Self::Rust,
            "python" => Self::Python,
            _ => Self::Other,
        }
    }

    fn keywords(self) -> &'static [&'static str] {
        match self {
            Self::Rust => &[
                "as", "break", "const", "continue", "dyn", "else", "enum", "extern", "fn", "for",
                "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref",
                "return", "static", "struct", "trait", "type", "use", "where", "while",
            ],
            Self::Python => &[
                "and", "as", "class", "def", "elif", "else", "except", "finally", "for", "from",
                "if", "import", "in", "is", "lambda", "not", "or", "pass", "raise", "return",
                "try", "while", "with", "yield",
            ],
            Self::Other => &[],
        }
    }

    fn comment(self) -> &'static str {
        match self {
            Self::Rust => "//",
            Self::Python | Self::Other => "#",
        }
    }
}

/// Lo que trae la petición.
const ARRIVES: [&str; 3] = ["environ", "_environ", "Environ"];

/// Aquello con que se responde.
const LEAVES: [&str; 6] =
    ["start_response", "_start_response", "StartResponse", "headers", "Body", "status"];

/// El programa en HTML, línea por línea: cada una sabe cuánto está sangrada, para partirse bien donde no cabe.
pub(super) fn painted(code: &str, language: Language) -> String {
    let mut is_inside_text = false;
    let lines: Vec<String> = code
        .trim_end_matches('\n')
        .split('\n')
        .map(|line| {
            let indent = line.len() - line.trim_start_matches(' ').len();
            let style = if indent > 0 { format!(" style=\"--s:{indent}\"") } else { String::new() };
            format!(
                "<span class=\"l\"{style}>{}</span>",
                paint_line(line, language, &mut is_inside_text)
            )
        })
        .collect();
    lines.join("\n")
}

fn paint_line(line: &str, language: Language, is_inside_text: &mut bool) -> String {
    if language == Language::Other {
        let is_comment = line.trim_start().starts_with(language.comment());
        let text = html::escape(line);
        return if is_comment { format!("<span class=\"c\">{text}</span>") } else { text };
    }
    let mut out = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let length = if *is_inside_text {
            let end = end_of_text(rest);
            *is_inside_text = end.is_none();
            let length = end.unwrap_or(rest.len());
            out.push_str(&html::escape(&rest[..length]));
            length
        } else if rest.starts_with(language.comment()) {
            out.push_str(&format!("<span class=\"c\">{}</span>", html::escape(rest)));
            rest.len()
        } else if first == '"' {
            out.push_str("&quot;");
            *is_inside_text = true;
            1
        } else if let Some(length) = letter(rest) {
            out.push_str(&html::escape(&rest[..length]));
            length
        } else {
            let length = word(rest).max(first.len_utf8());
            out.push_str(&paint_word(&rest[..length], language));
            length
        };
        rest = &rest[length..];
    }
    out
}

/// Dónde termina un texto entre comillas, con ellas.
fn end_of_text(rest: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, letter) in rest.char_indices() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Cuánto mide una letra entre comillas simples: las comillas que lleve dentro no abren un texto.
fn letter(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix(['\'']).or_else(|| rest.strip_prefix("b'"))?;
    let start = rest.len() - inside.len();
    let escaped = usize::from(inside.starts_with('\\'));
    let letter = inside[escaped..].chars().next()?;
    let end = escaped + letter.len_utf8();
    inside[end..].starts_with('\'').then_some(start + end + 1)
}

fn word(rest: &str) -> usize {
    rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len())
}

fn paint_word(word: &str, language: Language) -> String {
    let text = html::escape(word);
    let class = match word {
        _ if language.keywords().contains(&word) => "k",
        _ if ARRIVES.contains(&word) => "llega",
        _ if LEAVES.contains(&word) => "sale",
        _ => return text,
    };
    format!("<span class=\"{class}\">{text}</span>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[track_caller]
    fn check(code: &str, expected: &str) {
        assert_eq!(painted(code, Language::Rust), expected);
    }

    #[test]
    fn las_palabras_del_lenguaje_y_las_dos_direcciones_se_distinguen() {
        check(
            "fn f(environ: u8) {\n    let headers = \"let\";\n}",
            "<span class=\"l\"><span class=\"k\">fn</span> f(<span class=\"llega\">environ</span>: u8) {</span>\n\
             <span class=\"l\" style=\"--s:4\">    <span class=\"k\">let</span> <span class=\"sale\">headers</span> = &quot;let&quot;;</span>\n\
             <span class=\"l\">}</span>",
        );
    }

    #[test]
    fn una_comilla_suelta_no_abre_un_texto_y_un_texto_sigue_en_otra_linea() {
        check(
            "'\"' let\n\"let\nlet\" let // let",
            "<span class=\"l\">'&quot;' <span class=\"k\">let</span></span>\n\
             <span class=\"l\">&quot;let</span>\n\
             <span class=\"l\">let&quot; <span class=\"k\">let</span> <span class=\"c\">// let</span></span>",
        );
    }

    #[test]
    fn pintar_no_cambia_ni_una_letra() {
        let code = "fn f<'a>(x: &'a str) -> char {\n    // «ñ»\n    '\\''\n}";
        assert_eq!(super::html::plain(&painted(code, Language::Rust)), code);
    }
}
