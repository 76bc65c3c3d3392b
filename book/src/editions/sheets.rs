//! En qué hoja de un PDF está cada nombre (ISO 32000-1 §7.7.3 y §12.3.2.3).
//!
//! Solo se entiende lo que escribe Chromium: los objetos sin comprimir y los destinos en `/Dests`. Si un día lo escribe
//! de otra manera, no se encuentra ninguno.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

/// Las hojas de los destinos del PDF, contadas desde 1.
pub(super) fn of(pdf: &[u8]) -> BTreeMap<String, usize> {
    let text = String::from_utf8_lossy(pdf);
    let objects = objects(&text);
    let mut pages = Vec::new();
    let catalog = objects.values().find(|object| object.contains("/Type /Catalog"));
    if let Some(root) = catalog.and_then(|catalog| reference(catalog, "/Pages ")) {
        walk(&objects, root, &mut pages);
    }
    let dests = catalog.and_then(|catalog| objects.get(&reference(catalog, "/Dests ")?));
    let lines = dests.map_or("", |dests| *dests).split('/').filter_map(|part| {
        let (name, target) = part.split_once('[')?;
        let page = number(target)?;
        Some((spelled(name.trim()), pages.iter().position(|one| *one == page)? + 1))
    });
    lines.collect()
}

/// El `id` que dice un nombre: está escrito como en una dirección, `%C3%B3`, y después como en un PDF, `#25C3#25B3`
/// (§7.3.5).
fn spelled(name: &str) -> String {
    let address = name.replace('#', "%");
    let address = percent_decode_str(&address).decode_utf8_lossy();
    percent_decode_str(&address).decode_utf8_lossy().into_owned()
}

/// Cada objeto, por su número.
fn objects(text: &str) -> BTreeMap<usize, &str> {
    let parts = text.split("endobj").filter_map(|part| {
        let (before, object) = part.split_once(" 0 obj")?;
        let number = before.rsplit(|letter: char| !letter.is_ascii_digit()).next()?;
        Some((number.parse().ok()?, object))
    });
    parts.collect()
}

/// Las páginas que cuelgan de un nodo, en orden.
fn walk(objects: &BTreeMap<usize, &str>, node: usize, pages: &mut Vec<usize>) {
    let Some(object) = objects.get(&node) else { return };
    let kids = object.split_once("/Kids [").and_then(|(_, rest)| rest.split(']').next());
    match kids {
        None => pages.push(node),
        Some(kids) => {
            kids.split('R').filter_map(number).for_each(|kid| walk(objects, kid, pages));
        }
    }
}

/// El objeto al que lleva `key` dentro de otro.
fn reference(object: &str, key: &str) -> Option<usize> {
    number(object.split_once(key)?.1)
}

/// El primer número del texto.
fn number(text: &str) -> Option<usize> {
    text.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn cada_nombre_esta_en_su_hoja() {
        let pdf = "%PDF-1.4\n1 0 obj\n<</Type /Catalog\n/Pages 2 0 R\n/Dests 9 0 R>>\nendobj\n\
                   2 0 obj\n<</Type /Pages\n/Kids [3 0 R 6 0 R]>>\nendobj\n3 0 obj\n<</Kids [4 0 R 5 0 R]>>\nendobj\n\
                   4 0 obj\n<</Type /Page>>\nendobj\n5 0 obj\n<</Type /Page>>\nendobj\n6 0 obj\n<</Type /Page>>\nendobj\n\
                   9 0 obj\n<</uno [4 0 R /XYZ 6 826 0]\n/m#25C3#25A1s [6 0 R /XYZ 6 1.5 0]>>\nendobj\n";
        let expected = [("más", 3), ("uno", 1)].map(|(name, sheet)| (name.to_owned(), sheet));
        assert_eq!(of(pdf.as_bytes()), BTreeMap::from(expected));
        assert_eq!(of(b"nada"), BTreeMap::new());
    }
}
