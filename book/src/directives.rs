//! Las directivas de un capítulo, `{{#nombre argumento}}`: dónde están y qué dicen.

/// Una directiva tal como está escrita.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Directive<'a> {
    /// La línea del texto, contada desde 1.
    pub line: usize,
    /// En qué byte del texto empieza. Otra igual puede estar escapada: no basta con buscar la suya.
    pub start: usize,
    /// Todo, de `{{` a `}}`.
    pub text: &'a str,
    /// Lo que sigue a `#`: `include`, `title`…
    pub name: &'a str,
    /// Lo que pide, sin espacios alrededor.
    pub argument: &'a str,
}

/// Las directivas de un texto, en orden; las escapadas con `\` no cuentan.
#[must_use]
pub fn directives(text: &str) -> Vec<Directive<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find("{{").map(|at| from + at) {
        from = start + 1;
        let Some(end) = text[start..].find("}}").map(|at| start + at + 2) else { break };
        let Some(inner) = text[start + 2..end - 2].trim_start().strip_prefix('#') else { continue };
        from = end;
        if text[..start].ends_with('\\') {
            continue;
        }
        let (name, argument) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
        let line = text[..start].matches('\n').count() + 1;
        let (text, argument) = (&text[start..end], argument.trim());
        found.push(Directive { line, start, text, name, argument });
    }
    found
}
