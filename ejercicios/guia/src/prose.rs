//! Texto de otros, en líneas que caben en la terminal.

use crate::console::width;

/// Lo que ocupan los espacios que lleva delante el texto de otros.
const INDENT: usize = 4;

/// Con cuatro espacios delante de cada línea.
pub(crate) fn indented(text: &str) -> String {
    let lines = text.lines().map(|line| match line {
        "" => String::new(),
        line => format!("    {line}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Parte las líneas largas. Las que llevan color o sangría enseñan valores, y se quedan como están.
pub(crate) fn wrapped(text: &str) -> String {
    let lines = text.lines().map(|line| match line {
        line if line.contains('\x1b') || line.starts_with(' ') => line.to_owned(),
        line => fill_in(line, "", width() - INDENT),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Vuelve a llenar los párrafos y las listas de un texto en Markdown. El código se queda como está.
pub(crate) fn refilled(markdown: &str) -> String {
    let mut filled: Vec<String> = Vec::new();
    let mut paragraph = String::new();
    let mut in_code = false;
    for line in markdown.lines() {
        let fence = line.trim_start().starts_with("```");
        if in_code || fence || line.trim().is_empty() || starts_item(line) {
            flush(&mut paragraph, &mut filled);
        }
        in_code ^= fence;
        if in_code || fence || line.trim().is_empty() {
            filled.push(line.to_owned());
        } else {
            paragraph.push_str(line.trim());
            paragraph.push(' ');
        }
    }
    flush(&mut paragraph, &mut filled);
    filled.join("\n")
}

fn starts_item(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("- ")
        || line.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(". ")
}

fn flush(paragraph: &mut String, filled: &mut Vec<String>) {
    if !paragraph.is_empty() {
        let hang = if starts_item(paragraph) { "  " } else { "" };
        filled.push(fill_in(paragraph.trim(), hang, width() - INDENT));
        paragraph.clear();
    }
}

/// El texto en líneas que caben en la terminal; las que siguen a la primera empiezan con `hang`.
pub(crate) fn fill(text: &str, hang: &str) -> String {
    fill_in(text, hang, width())
}

/// Lo mismo con varios párrafos, uno por línea.
pub(crate) fn paragraphs(text: &str) -> String {
    text.lines().map(|line| fill(line, "")).collect::<Vec<_>>().join("\n")
}

fn fill_in(text: &str, hang: &str, columns: usize) -> String {
    if text.chars().count() <= columns {
        return text.to_owned();
    }
    let mut filled = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > columns {
            filled.push('\n');
            filled.push_str(hang);
            column = hang.len();
        } else if column > 0 {
            filled.push(' ');
            column += 1;
        }
        filled.push_str(word);
        column += length;
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn lo_largo_se_parte_entre_palabras() {
        let long = "sílaba ".repeat(12) + "final";
        let expected = format!("{}\n{}final", "sílaba ".repeat(11).trim_end(), "sílaba ");
        assert_eq!(wrapped(&format!("corta\n\n{long}")), format!("corta\n\n{expected}"));
        let coloured = format!("\x1b[31m<{long}\x1b[0m");
        assert_eq!(wrapped(&coloured), coloured);
        let word = "a".repeat(100);
        assert_eq!(wrapped(&word), word);
        assert_eq!(indented("a\n\nb"), "    a\n\n    b");
    }

    #[test]
    fn los_parrafos_y_las_listas_se_llenan_y_el_codigo_no() {
        let text =
            "Uno\ndos.\n\n- Tres\n  cuatro.\n1. Cinco.\n\n```rust\nlet a =\n    1;\n```\nSeis.";
        assert_eq!(
            refilled(text),
            "Uno dos.\n\n- Tres cuatro.\n1. Cinco.\n\n```rust\nlet a =\n    1;\n```\nSeis."
        );
        let item = format!("- {}", "sílaba ".repeat(12));
        assert!(refilled(&item).contains("\n  sílaba"));
    }
}
