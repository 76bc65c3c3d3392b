//! Lo que las pruebas necesitan encontrar en un ejercicio: lo público del archivo que se entrega.

/// Las firmas públicas de `original` que `answer` no tiene tal cual. Si las tiene todas, ninguna.
pub(crate) fn missing(original: &str, answer: &str) -> Vec<String> {
    let have = signatures(answer);
    signatures(original).into_iter().filter(|signature| !have.contains(signature)).collect()
}

/// Lo público de un archivo: de cada `pub`, lo que hay hasta su cuerpo o su valor, en una línea.
fn signatures(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        if !line.starts_with("pub ") {
            continue;
        }
        let mut signature = line.to_owned();
        while !signature.contains(['{', ';', '=']) {
            let Some(next) = lines.next() else { break };
            signature.push(' ');
            signature.push_str(next.trim());
        }
        let end = signature.find(['{', ';', '=']).unwrap_or(signature.len());
        let words: Vec<&str> = signature[..end].split_whitespace().collect();
        // Un parámetro sin usar lleva un guion bajo delante: es el mismo.
        let signature = words.join(" ").replace("( ", "(").replace(", )", ")");
        found.push(signature.replace("(_", "(").replace(", _", ", "));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const ORIGINAL: &str = "//! Ejercicio.\n\n/// Qué.\npub const FILE: &str = \"a\";\n\n\
        pub fn application(environ: &mut Environ, start: Start) -> Result<Body> {\n    todo!()\n}\n";

    #[test]
    fn se_nombra_lo_que_falta_o_es_distinto() {
        let application = "pub fn application(environ: &mut Environ, start: Start) -> Result<Body>";
        for changed in [
            ORIGINAL.replace("fn application", "fn aplicacion"),
            ORIGINAL.replace("pub fn", "fn"),
            ORIGINAL.replace("&mut Environ", "&Environ"),
        ] {
            assert_eq!(missing(ORIGINAL, &changed), [application]);
        }
        assert_eq!(missing(ORIGINAL, ""), ["pub const FILE: &str", application]);
    }

    #[test]
    fn lo_mismo_escrito_en_varias_lineas_es_lo_mismo() {
        let long = ORIGINAL.replace(
            "(environ: &mut Environ, start: Start)",
            "(\r\n    environ: &mut Environ,\r\n    start: Start,\r\n)",
        );
        assert_eq!(missing(ORIGINAL, &long), [""; 0]);
        assert_eq!(missing(ORIGINAL, ORIGINAL), [""; 0]);
    }
}
