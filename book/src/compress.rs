//! La compresión de las páginas (gzip, RFC 1952): se comprime al construir, y así servir no cuesta nada.
//!
//! Al lado de cada archivo de texto queda el mismo, comprimido. [`StaticFiles`](pasarela::static_files::StaticFiles) lo
//! manda a quien lo acepta, si no es más antiguo que su original.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::folders::files_under;

/// En qué termina el nombre del comprimido.
pub const SUFFIX: &str = ".gz";

/// Lo que ocupa menos comprimido. Las letras y las imágenes ya lo están.
const TEXTS: [&str; 6] = ["css", "html", "js", "json", "svg", "wasm"];

/// Deja al lado de cada texto de `folder` el mismo, comprimido.
///
/// # Errors
/// No se puede leer o escribir alguno.
pub fn write_beside(folder: &Path) -> io::Result<()> {
    for path in files_under(folder) {
        if path.extension().is_some_and(|extension| TEXTS.iter().any(|text| extension == *text)) {
            fs::write(beside(&path), gzip(&fs::read(&path)?, Compression::best()))?;
        }
    }
    Ok(())
}

/// Cómo se llama el comprimido de `path`.
#[must_use]
pub fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(SUFFIX);
    PathBuf::from(name)
}

/// Los bytes comprimidos. No llevan fecha: los mismos bytes dan siempre lo mismo.
pub(crate) fn gzip(bytes: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(bytes).expect("en memoria se puede escribir");
    encoder.finish().expect("en memoria se puede escribir")
}

/// Lo que dicen unos bytes comprimidos.
///
/// # Errors
/// No son de gzip, o están cortados.
pub(crate) fn gunzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut plain)?;
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn lo_comprimido_vuelve_igual_y_sale_siempre_igual() {
        let text = "una petición, otra petición y otra petición".repeat(20);
        let coded = gzip(text.as_bytes(), Compression::best());
        assert!(coded.len() < text.len() / 5);
        // La fecha, en los bytes 4 a 7 (RFC 1952 §2.3.1), es ninguna.
        assert_eq!(coded[4..8], [0; 4]);
        assert_eq!(gunzip(&coded).expect("está entero"), text.as_bytes());
        assert!(gunzip(&coded[..coded.len() - 9]).is_err());
    }
}
