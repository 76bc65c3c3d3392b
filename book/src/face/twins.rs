//! Los gemelos: el mismo programa en Python y en Rust, pareja por pareja.
//!
//! `<div class="gemelos" data-pares="2:2 5:4 8-9:7">` dice qué líneas de uno son las del otro. Las que no nombra siguen a
//! la pareja anterior, para que ninguna falte; las de antes de la primera, que solo dicen cómo se ejecuta, se dejan.

use super::html;
use super::paint::{Language, painted};

/// El contenido con sus gemelos en filas.
pub(super) fn with_rows(content: &str) -> String {
    let mut out = String::new();
    let mut rest = content;
    while let Some((before, pairs, after)) =
        html::between(rest, "<div class=\"gemelos\" data-pares=\"", "\">")
    {
        let Some((twins, tail)) = two_programs(after) else { break };
        out.push_str(before);
        out.push_str(&rows(&pairs_of(pairs), &twins));
        rest = tail;
    }
    out + rest
}

/// Un programa: de qué archivo sale y qué dice.
struct Program {
    name: String,
    code: String,
}

/// Los dos programas que siguen, y lo que hay detrás de los tres `</div>` que los cierran.
fn two_programs(text: &str) -> Option<([Program; 2], &str)> {
    let (_, python, rest) = html::between(text, "<div>", "</div>")?;
    let (_, rust, rest) = html::between(rest, "<div>", "</div>")?;
    let (_, rest) = rest.split_once("</div>")?;
    Some(([program(python)?, program(rust)?], rest))
}

fn program(text: &str) -> Option<Program> {
    let (_, name, rest) = html::between(text, "<code>", "</code>")?;
    let (_, code, _) = html::between(rest, "<code", "</code>")?;
    let (_, code) = code.split_once('>')?;
    Some(Program { name: name.to_owned(), code: html::unescape(&html::untagged(code)) })
}

/// La primera línea de cada lado de cada pareja.
fn pairs_of(text: &str) -> Vec<[usize; 2]> {
    text.split_whitespace()
        .filter_map(|pair| {
            let (python, rust) = pair.split_once(':')?;
            let first = |range: &str| range.split('-').next()?.parse().ok();
            Some([first(python)?, first(rust)?])
        })
        .collect()
}

fn rows(pairs: &[[usize; 2]], [python, rust]: &[Program; 2]) -> String {
    let rows: String = pairs
        .iter()
        .enumerate()
        .map(|(at, [left, right])| {
            let next = pairs.get(at + 1);
            let number = at + 1;
            let left = lines(python, *left, next.map(|next| next[0]), Language::Python);
            let right = lines(rust, *right, next.map(|next| next[1]), Language::Rust);
            format!(
                "<div class=\"par\" id=\"par-{number}\"><a class=\"marca-par\" href=\"#par-{number}\" \
                 aria-label=\"Pareja {number}\">{number}</a><pre><code>{left}</code></pre>\
                 <pre><code>{right}</code></pre></div>\n"
            )
        })
        .collect();
    format!(
        "<div class=\"gemelos ancho\"><div class=\"cab\"><span></span><span>Python · {}</span><span>Rust · {}</span></div>\n\
         {rows}</div>",
        python.name, rust.name
    )
}

/// Las líneas de un programa desde `first` hasta la que empieza la pareja siguiente, sin las vacías de las orillas.
fn lines(program: &Program, first: usize, next: Option<usize>, language: Language) -> String {
    let all: Vec<&str> = program.code.lines().collect();
    let end = next.map_or(all.len(), |next| next.saturating_sub(1)).min(all.len());
    let part = all.get(first.saturating_sub(1)..end).unwrap_or_default();
    let start = part.iter().position(|line| !line.is_empty()).unwrap_or(0);
    painted(part[start..].join("\n").trim_end(), language)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn ninguna_linea_falta_y_las_parejas_van_juntas() {
        let program = |name: &str, code: &str| {
            format!(
                "<div>\n<p class=\"archivo\"><code>{name}</code></p>\n<pre><code class=\"x\">{code}</code></pre>\n</div>\n"
            )
        };
        let content = format!(
            "antes<div class=\"gemelos\" data-pares=\"2:1 4:2-3\">\n{}{}</div>después",
            program("a.py", "#\nuno\n\ndos\n"),
            program("a.rs", "one;\ntwo;\nthree;\n")
        );
        let rows = with_rows(&content);
        assert!(
            rows.starts_with("antes<div class=\"gemelos ancho\">")
                && rows.ends_with("</div>después"),
            "{rows}"
        );
        let text = html::plain(&rows.replace("</a>", "</a> ").replace("</span>", "</span> "));
        let words: Vec<&str> =
            text.split_whitespace().filter(|word| !word.starts_with(char::is_numeric)).collect();
        assert_eq!(
            words,
            [
                "antes", "Python", "·", "a.py", "Rust", "·", "a.rs", "uno", "one;", "dos", "two;",
                "three;", "después"
            ]
        );
    }
}
