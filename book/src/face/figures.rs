//! Los diagramas: quien hace de imagen es el dibujo, y no la figura que lo lleva con su pie.

use super::html;

/// El contenido con la descripción de cada diagrama en su dibujo.
pub(super) fn with_roles(content: &str) -> String {
    const OPEN: &str = "<figure class=\"diagrama\" role=\"img\" aria-label=\"";
    let mut out = String::new();
    let mut rest = content;
    while let Some((before, label, after)) = html::between(rest, OPEN, "\">") {
        let Some((space, tag, tail)) = html::between(after, "<svg", ">") else { break };
        let tag = tag.replace(" aria-hidden=\"true\"", "");
        out.push_str(&format!(
            "{before}<figure class=\"diagrama\">{space}<svg role=\"img\" aria-label=\"{label}\"{tag}>"
        ));
        rest = tail;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn la_descripcion_es_del_dibujo() {
        let content = "a<figure class=\"diagrama\" role=\"img\" aria-label=\"Dos\">\n<svg id=\"x\" aria-hidden=\"true\"></svg></figure>";
        assert_eq!(
            with_roles(content),
            "a<figure class=\"diagrama\">\n<svg role=\"img\" aria-label=\"Dos\" id=\"x\"></svg></figure>"
        );
    }
}
