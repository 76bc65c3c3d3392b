//! Lo poco que mdBook escribe con palabras suyas, en español.
//!
//! La interfaz es nuestra (`theme/index.hbs`) y ya está en español; pero los avisos, la página 404 y el lector de imágenes
//! los escribe el propio mdBook, y `language = "es"` no los cambia. Una prueba falla si alguna frase inglesa de estas
//! tablas deja de aparecer: es la señal de que mdBook cambió y de que la tabla debe cambiar con él.

use std::fs;
use std::io;
use std::path::Path;

use crate::face::html;
use crate::folders::files_under;

/// Una frase de mdBook y la que la sustituye.
pub type Phrase = (&'static str, &'static str);

/// Lo que rodea al capítulo en cada página.
pub const INTERFACE: &[Phrase] = &[("<title>Page not found - ", "<title>Página no encontrada - ")];

/// Lo que mdBook escribe dentro del capítulo: los títulos de los avisos, el lector de imágenes y la página 404.
pub const CONTENT: &[Phrase] = &[
    ("</svg>Note</p>", "</svg>Nota</p>"),
    ("</svg>Tip</p>", "</svg>Consejo</p>"),
    ("</svg>Important</p>", "</svg>Importante</p>"),
    ("</svg>Warning</p>", "</svg>Advertencia</p>"),
    ("</svg>Caution</p>", "</svg>Cuidado</p>"),
    (
        "<input class=\"checkbox-img\" type=\"checkbox\">",
        "<input class=\"checkbox-img\" type=\"checkbox\" aria-label=\"Ampliar la imagen\">",
    ),
    (
        "<h1 id=\"document-not-found-404\"><a class=\"header\" href=\"#document-not-found-404\">\
         Document not found (404)</a></h1>",
        "<h1>Esta página no existe (404)</h1>",
    ),
    (
        "This URL is invalid, sorry. Please use the navigation bar or search to continue.",
        "Ningún capítulo tiene esta dirección. Busca en el índice o en el buscador lo que querías leer.",
    ),
];

/// Traduce todo lo que mdBook escribió en `folder`. Devuelve las frases inglesas que no aparecieron en ningún archivo.
///
/// # Errors
/// No se puede leer o escribir alguna página.
pub fn translate(folder: &Path) -> io::Result<Vec<&'static str>> {
    let mut unused: Vec<&'static str> = [INTERFACE, CONTENT]
        .iter()
        .flat_map(|table| table.iter().map(|(english, _)| *english))
        .collect();
    for path in files_under(folder) {
        if path.extension().is_some_and(|extension| extension == "html") {
            let text = fs::read_to_string(&path)?;
            fs::write(&path, translate_page(&text, &mut unused))?;
        }
    }
    Ok(unused)
}

/// Traduce una página: la interfaz fuera de `<main>` y lo que mdBook añade dentro.
fn translate_page(page: &str, unused: &mut Vec<&'static str>) -> String {
    let Some((before, content, after)) = html::main(page) else {
        return replace(page, INTERFACE, unused);
    };
    replace(before, INTERFACE, unused) + &replace(content, CONTENT, unused) + after
}

fn replace(text: &str, table: &[Phrase], unused: &mut Vec<&'static str>) -> String {
    let mut text = text.to_owned();
    for (english, spanish) in table {
        if text.contains(english) {
            text = text.replace(english, spanish);
            unused.retain(|phrase| phrase != english);
        }
    }
    text
}
